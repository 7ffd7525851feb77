//! Entries of maps and elements of lists: only where a guard has made sure that they are there.

use super::bounds::Bounds;
use super::checker::Checker;
use super::interval::Interval;
use super::knowledge::{Key, Place};
use super::text::plain;
use super::typed::Typed;
use super::types::{a, unify};
use crate::cel::Literal;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Builtin, is_credential_header};
use crate::model::{Expression as Checked, ExpressionKind as Kind, Type};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Word};

impl Checker<'_> {
    /// `operand.field`: an attribute of the target, or an entry of a map.
    pub(super) fn select(&mut self, whole: &Expression, operand: &Expression, field: &Word) -> Option<Typed> {
        if let Some(path) = self.target_path(operand, field) {
            return self.target_attribute(&path, whole.span);
        }
        let map = self.expression(operand)?;
        let Type::Map(key_type, _) = map.ty() else {
            let diagnostic = self.no_fields(&map, field);
            return self.refuse(diagnostic);
        };
        let literal = Literal::String(field.text.clone());
        let bounds = Bounds::of_literal(&literal);
        let key = Typed::new(Kind::Literal(literal), Type::String, field.span).with_bounds(bounds);
        if unify(key_type, &Type::String).is_none() {
            let diagnostic = Diagnostic::error(
                Code::TYPE_MISMATCH,
                format!("the keys of this map are of type {key_type}, not string"),
            )
            .at(field.span, "a string")
            .help(format!("index it with {}", a(key_type)));
            return self.refuse(diagnostic);
        }
        self.entry(whole, map, key, operand)
    }

    fn no_fields(&self, value: &Typed, field: &Word) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            Code::TYPE_MISMATCH,
            format!("{} has no field `{}`", a(value.ty()), field.text),
        )
        .at(value.span(), format!("this is {}", a(value.ty())));
        match self.scope.facts.find(&field.text) {
            Some(_) => diagnostic.help(format!("the fact stands alone: `{}`", field.text)),
            None => diagnostic.help("only maps such as `headers` and `metadata` have fields"),
        }
    }

    /// `operand[index]`: an entry of a map, or an element of a list.
    pub(super) fn index(
        &mut self,
        whole: &Expression,
        operand: &Expression,
        index: &Expression,
    ) -> Option<Typed> {
        if let (ExpressionKind::Identifier(name), ExpressionKind::Literal(Literal::String(text))) =
            (&operand.kind, &index.kind)
            && name == "target"
        {
            return self.refuse(
                Diagnostic::error(Code::UNSUPPORTED_CEL, "`target` is not a map")
                    .at(whole.span, "indexed here")
                    .help(format!("write `target.{text}`")),
            );
        }
        let (operand_typed, index_typed) = (self.expression(operand), self.expression(index));
        let (operand_typed, index_typed) = (operand_typed?, index_typed?);
        let wanted = match operand_typed.ty() {
            Type::List(_) => Type::Int,
            Type::Map(key, _) => key.as_ref().clone(),
            other => {
                return self.refuse(
                    Diagnostic::error(Code::TYPE_MISMATCH, format!("{} cannot be indexed", a(other)))
                        .at(operand_typed.span(), format!("this is {}", a(other)))
                        .help("lists and maps can be indexed"),
                );
            }
        };
        let index_typed = self.expect(index_typed, &wanted)?;
        match operand_typed.ty() {
            Type::List(_) => self.element(whole, operand_typed, index_typed, operand),
            _ => self.entry(whole, operand_typed, index_typed, operand),
        }
    }

    /// The entry of a map under a key that must be there.
    fn entry(&mut self, whole: &Expression, map: Typed, key: Typed, written: &Expression) -> Option<Typed> {
        if let Some(Literal::String(text)) = key.literal() {
            let text = text.clone();
            self.header_name(&map.expression, &text, key.span())?;
        }
        if !self.has_entry(&map, &key) {
            let diagnostic = self.absent(whole, &map, &key, written);
            return self.refuse(diagnostic);
        }
        let Type::Map(_, value) = map.ty() else {
            return None;
        };
        let ty = value.as_ref().clone();
        let bounds = map.bounds.element(&ty);
        let kind = Kind::Entry {
            map: map.expression,
            key: key.expression,
        };
        Some(Typed::new(kind, ty, whole.span).with_bounds(bounds))
    }

    /// Whether a guard, or the map itself, says that the key is there.
    fn has_entry(&self, map: &Typed, key: &Typed) -> bool {
        let is_guarded = match (map.place(), Key::of(&key.expression)) {
            (Some(map), Some(key)) => self.knowledge.has_key(map, key),
            _ => false,
        };
        let is_among = match (&map.bounds.strings, &key.bounds.strings) {
            (Some(keys), Some(texts)) => *key.ty() == Type::String && texts.is_subset(keys),
            _ => false,
        };
        is_guarded || is_among
    }

    /// The error of an entry that may be absent, with the guard to write.
    fn absent(&self, whole: &Expression, map: &Typed, key: &Typed, written: &Expression) -> Diagnostic {
        let diagnostic = self.may_fail(whole, "the key may be absent");
        if let (Some(keys), Some(texts)) = (&map.bounds.strings, &key.bounds.strings) {
            let missing = texts.iter().find(|text| !keys.contains(*text));
            let missing = Literal::String(missing.cloned().unwrap_or_default());
            return diagnostic.help(format!("give the map an entry for `{missing}`"));
        }
        let map_text = plain(written).unwrap_or_else(|| "m".to_owned());
        match (&whole.kind, key.literal()) {
            (ExpressionKind::Select { field, .. }, _) => {
                diagnostic.help(format!("guard it: `has({map_text}.{}) && …`", field.text))
            }
            (_, Some(literal)) => diagnostic.help(format!("guard it: `{literal} in {map_text} && …`")),
            (ExpressionKind::Index { index, .. }, None) if Key::of(&key.expression).is_some() => {
                let index = plain(index).unwrap_or_else(|| "k".to_owned());
                diagnostic.help(format!("guard it: `{index} in {map_text} && …`"))
            }
            _ => diagnostic.help("give the key a name with `let`, and guard it: `name in m && m[name] …`"),
        }
    }

    /// The element of a list at an index that must be within.
    fn element(
        &mut self,
        whole: &Expression,
        list: Typed,
        index: Typed,
        written: &Expression,
    ) -> Option<Typed> {
        let Interval { low, high } = index.bounds.range;
        if low < 0 || high >= list.bounds.range.low {
            let text = plain(written).unwrap_or_else(|| "list".to_owned());
            let diagnostic = self.may_fail(whole, "the list may be shorter");
            let diagnostic = match index.literal() {
                Some(Literal::Int(number)) if *number < 0 => diagnostic.help("lists are indexed from 0"),
                Some(_) if list.place().is_none() => diagnostic
                    .help("give the list a name with `let`, and guard it by its size: `size(name) > 0 && …`"),
                Some(number) => diagnostic.help(format!("guard it: `size({text}) > {number} && …`")),
                None => diagnostic.help(format!(
                    "index it by a literal below its guarded size, or ask with a macro: `{text}.exists(x, …)`"
                )),
            };
            return self.refuse(diagnostic);
        }
        let Type::List(element) = list.ty() else {
            return None;
        };
        let ty = element.as_ref().clone();
        let bounds = list.bounds.element(&ty);
        let kind = Kind::Element {
            list: list.expression,
            index: index.expression,
        };
        Some(Typed::new(kind, ty, whole.span).with_bounds(bounds))
    }

    /// Refuses keys that `headers` never has: credentials, and names with capitals.
    pub(super) fn header_name(&mut self, map: &Checked, key: &str, span: Span) -> Option<()> {
        if Place::of(map) != Some(Place::Fact(Builtin::Headers.into())) {
            return Some(());
        }
        let lower = key.to_ascii_lowercase();
        if is_credential_header(&lower) {
            return self.refuse(
                Diagnostic::error(
                    Code::RESERVED_NAME,
                    format!("the header `{lower}` cannot be read"),
                )
                .at(span, "a credential")
                .help("credentials are no facts: decide by `tenant`, `tier` or a fact from the tenant"),
            );
        }
        if key != lower {
            return self.refuse(
                Diagnostic::error(
                    Code::RESERVED_NAME,
                    format!("no header is called `{key}`: names of headers are in lower case"),
                )
                .at(span, "with capitals")
                .help(format!("write `{}`", Literal::String(lower))),
            );
        }
        Some(())
    }
}
