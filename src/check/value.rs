//! Values of facts, as `default`, tenants and tests write them.

use super::items::{Items, name_of, parse_count};
use super::names::suggest;
use super::report::Report;
use crate::diagnostic::{Code, Diagnostic, Meant, meant};
use crate::facts::{Definition, Timestamp, Type, Value};
use crate::syntax::ast::{Item, ItemKind};
use std::collections::BTreeMap;

/// The value that a clause writes for a fact; what does not fit is reported.
pub(super) fn value(items: &mut Items<'_>, definition: &Definition, report: &mut Report) -> Option<Value> {
    let wanted = definition.expected();
    if definition.ty == Type::StringList {
        let words = items.names("a string", report)?;
        return Some(Value::StringList(
            words.into_iter().map(|word| word.text).collect(),
        ));
    }
    if definition.ty == Type::StringMap {
        return map(items, report).map(Value::StringMap);
    }
    let Some(item) = items.peek() else {
        items.refuse(&wanted, report);
        return None;
    };
    match scalar(item, definition.ty) {
        Some(value) if definition.admits(&value) => {
            items.next();
            Some(value)
        }
        Some(Value::String(text)) => {
            let allowed = definition.one_of.iter().flatten().map(String::as_str);
            let near = report.suggests().then(|| meant(&text, allowed)).flatten();
            let message = format!("`{}` is {wanted}, not `{text:?}`", definition.name);
            let diagnostic =
                Diagnostic::error(Code::IMPOSSIBLE_VALUE, message).at(item.span, "not one of them");
            // A default that is none of the values may be right, and the list wrong.
            let is_default = items.clause() == "default";
            let near = near.map(|near| Meant {
                certain: near.certain && !is_default,
                ..near
            });
            let word = name_of(item);
            report.push(match &word {
                Some(word) => suggest(diagnostic, word, near),
                None => diagnostic,
            });
            items.abandon();
            None
        }
        _ => {
            items.refuse(&wanted, report);
            None
        }
    }
}

/// `{ "key" "value" … }`, each key once.
fn map(items: &mut Items<'_>, report: &mut Report) -> Option<BTreeMap<String, String>> {
    let mut entries = items.braces("entries such as `{ \"key\" \"value\" }`", report)?;
    let (mut map, mut keys) = (BTreeMap::new(), Vec::new());
    while !entries.is_empty() {
        let key = entries.name("a key", report)?;
        let value = entries.name("a key's value", report)?;
        map.insert(key.text.clone(), value.text);
        keys.push(key);
    }
    super::clauses::refuse_repeated(&keys, "the map", report);
    Some(map)
}

/// A moment as requests have it: of whole milliseconds.
fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).filter(|moment| moment.nanoseconds().is_multiple_of(1_000_000))
}

fn scalar(item: &Item, ty: Type) -> Option<Value> {
    match (ty, &item.kind) {
        (Type::String, _) => name_of(item).map(|word| Value::String(word.text)),
        (Type::Int, ItemKind::Bare(text)) => int(text).map(Value::Int),
        (Type::Bool, ItemKind::Bare(text)) => text.parse().ok().map(Value::Bool),
        (Type::Timestamp, ItemKind::Quoted(text)) => moment(text).map(Value::Timestamp),
        _ => None,
    }
}

/// A whole number with an optional `-` before and `k` or `M` behind.
fn int(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => 0i64.checked_sub_unsigned(parse_count(digits)?),
        None => i64::try_from(parse_count(text)?).ok(),
    }
}
