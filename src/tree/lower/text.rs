//! `in` and the functions of strings to native nodes.

use super::Lowering;
use crate::cel::pattern;
use crate::model::{Expression, ExpressionKind, Function, Type};
use crate::tree::predicate::{List, Text, Truth};
use crate::tree::shape::{fact, literal_numbers, literal_text};
use crate::tree::text_set::TextSet;
use memchr::memmem::Finder;
use regex::Regex;
use std::sync::Arc;

impl Lowering<'_> {
    pub(super) fn membership(&mut self, item: &Expression, range: &Expression) -> Option<Truth> {
        match (&item.ty, &range.ty) {
            (Type::String, Type::Map(..)) => Some(Truth::HasKey(fact(range)?, Box::new(self.text(item)?))),
            (Type::String, Type::List(_)) => {
                let text = self.text(item)?;
                if let Some(set) = self.text_set(range) {
                    return Some(Truth::TextIn(Box::new((text, set))));
                }
                Some(match (self.list(range)?, text) {
                    (List::Fact(fact), Text::Constant(text)) => Truth::FactHolds(fact, text),
                    (list, text) => Truth::ListHolds(Box::new((list, text))),
                })
            }
            (Type::Int, Type::List(_)) => {
                let mut numbers = literal_numbers(range)?;
                numbers.sort_unstable();
                Some(Truth::NumberIn(Box::new((self.number(item)?, numbers.into()))))
            }
            _ => None,
        }
    }

    /// The set of a list of string literals, or of a `let` that is one.
    fn text_set(&mut self, list: &Expression) -> Option<Arc<TextSet>> {
        match &list.kind {
            ExpressionKind::List(items) => {
                let texts: Vec<&str> = items.iter().map(literal_text).collect::<Option<_>>()?;
                Some(Arc::new(TextSet::new(texts.into_iter())))
            }
            ExpressionKind::Let(id) => {
                if let Some(set) = self.lets.sets.get(id) {
                    return Some(Arc::clone(set));
                }
                let set = self.text_set(&self.policy.binding(*id)?.value)?;
                self.lets.sets.insert(*id, Arc::clone(&set));
                Some(set)
            }
            _ => None,
        }
    }

    pub(super) fn text_function(&mut self, function: Function, arguments: &[Expression]) -> Option<Truth> {
        let [receiver, argument] = arguments else {
            return None;
        };
        if function == Function::Matches {
            let regex = self.pattern(literal_text(argument)?)?;
            return Some(Truth::Matches(Box::new((self.text(receiver)?, regex))));
        }
        let wrap = match function {
            Function::Contains => Truth::Contains,
            Function::StartsWith => Truth::StartsWith,
            Function::EndsWith => Truth::EndsWith,
            _ => return None,
        };
        Some(match (function, self.text(receiver)?, self.text(argument)?) {
            (Function::Contains, text, Text::Constant(part)) => {
                Truth::ContainsLiteral(Box::new((text, Finder::new(part.as_bytes()).into_owned())))
            }
            (_, text, part) => wrap(Box::new((text, part))),
        })
    }

    /// A pattern's regular expression, compiled once for each policy; `None` leaves the error to the interpreter's
    /// adapter, which compiles it the same way.
    fn pattern(&mut self, text: &str) -> Option<Regex> {
        if let Some(regex) = self.patterns.get(text) {
            return Some(regex.clone());
        }
        let regex = pattern::compile(text).ok()?;
        self.patterns.insert(text.to_owned(), regex.clone());
        Some(regex)
    }
}
