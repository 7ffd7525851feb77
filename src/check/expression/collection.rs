//! List and map literals.

use super::bounds::Bounds;
use super::checker::Checker;
use super::interval::Interval;
use super::typed::Typed;
use super::types::{a, unify};
use crate::cel::Literal;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expression as Checked, ExpressionKind as Kind, Type};
use crate::source::Span;
use crate::syntax::ast::Expression;
use std::collections::BTreeMap;

impl Checker<'_> {
    pub(super) fn list(&mut self, elements: &[Expression], span: Span) -> Option<Typed> {
        let mut common = Common::default();
        let mut checked = Vec::with_capacity(elements.len());
        let mut is_whole = true;
        for element in elements {
            let typed = self.expression(element);
            match typed.and_then(|typed| self.join(&mut common, typed, "elements of a list")) {
                Some(expression) => checked.push(expression),
                None => is_whole = false,
            }
        }
        let bounds = Bounds::of_range(Interval::size(checked.len())).with_element(common.bounds);
        let ty = Type::List(Box::new(common.ty.unwrap_or(Type::Null)));
        is_whole.then(|| Typed::new(Kind::List(checked), ty, span).with_bounds(bounds))
    }

    /// Adds a part to those that must be of one type.
    fn join(&mut self, common: &mut Common, part: Typed, what: &str) -> Option<Checked> {
        let ty = match &common.ty {
            None => part.ty().clone(),
            Some(ty) => match unify(ty, part.ty()) {
                Some(both) => both,
                None => {
                    let diagnostic =
                        Diagnostic::error(Code::TYPE_MISMATCH, format!("the {what} are of unlike types"))
                            .at(part.span(), format!("this is {}", a(part.ty())))
                            .help("give them one type");
                    let first = common.first.unwrap_or(part.span());
                    let of_first = format!("the first one is {}", a(ty));
                    return self.refuse(diagnostic.also(first, of_first));
                }
            },
        };
        match &mut common.bounds {
            Some(bounds) => bounds.join(&part.bounds, &ty),
            None => common.bounds = Some(part.bounds.clone()),
        }
        common.first.get_or_insert(part.span());
        common.ty = Some(ty);
        Some(*part.expression)
    }

    pub(super) fn map(&mut self, entries: &[(Expression, Expression)], span: Span) -> Option<Typed> {
        let (mut keys, mut values) = (Common::default(), Common::default());
        let mut seen = Keys::default();
        let mut checked = Vec::with_capacity(entries.len());
        let mut is_whole = true;
        for (key, value) in entries {
            let key = self.expression(key);
            let value = self.expression(value);
            let key = key
                .and_then(|key| self.literal_key(&mut seen, key))
                .and_then(|key| self.join(&mut keys, key, "keys of a map"));
            let value = value.and_then(|value| self.join(&mut values, value, "values of a map"));
            match (key, value) {
                (Some(key), Some(value)) => checked.push((key, value)),
                _ => is_whole = false,
            }
        }
        let bounds = Bounds::of_range(Interval::size(checked.len()))
            .one_of(seen.names.iter().map(String::as_str))
            .with_element(values.bounds);
        let key = Box::new(keys.ty.unwrap_or(Type::Null));
        let value = Box::new(values.ty.unwrap_or(Type::Null));
        is_whole.then(|| Typed::new(Kind::Map(checked), Type::Map(key, value), span).with_bounds(bounds))
    }

    /// Sees that the key of an entry is a literal that no entry before has.
    fn literal_key(&mut self, seen: &mut Keys, key: Typed) -> Option<Typed> {
        let literal = match key.literal() {
            Some(Literal::Null | Literal::Double(_) | Literal::Bytes(_)) | None => {
                return self.refuse(
                    Diagnostic::error(Code::UNSUPPORTED_CEL, "the keys of a map must be literals")
                        .at(
                            key.span(),
                            "two keys could come out equal, which would fail while a request waits",
                        )
                        .help("write strings, ints, uints or bools as keys"),
                );
            }
            Some(literal) => literal,
        };
        if let Some(first) = seen.places.insert(literal.to_string(), key.span()) {
            return self.refuse(
                Diagnostic::error(Code::DUPLICATE_ENTRY, format!("the key `{literal}` stands twice"))
                    .at(key.span(), "again here")
                    .also(first, "first here")
                    .help("leave one of them out"),
            );
        }
        if let Literal::String(name) = literal {
            seen.names.push(name.clone());
        }
        Some(key)
    }
}

/// What the parts of a list or map have in common so far.
#[derive(Default)]
struct Common {
    /// `None` where there is no part yet.
    ty: Option<Type>,
    bounds: Option<Bounds>,
    first: Option<Span>,
}

/// The keys of a map literal so far.
#[derive(Default)]
struct Keys {
    /// Where each stands, by its text.
    places: BTreeMap<String, Span>,
    /// Those that are strings.
    names: Vec<String>,
}
