//! Facts as JSON: what operators hand in, and what is shown to them.

use super::register::{Builtin, Definition, Origin, Register};
use super::value::{Facts, Timestamp, Type, Value};
use crate::diagnostic::did_you_mean;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Reads facts from a JSON object. Null is absent; what is absent takes its default, else the empty value. Errors: all
/// of them, one line each — what is no object, an unknown fact, a value that the fact cannot have.
pub fn from_json(register: &Register, json: &Json) -> Result<Facts, Vec<String>> {
    let Json::Object(entries) = json else {
        return Err(vec![format!(
            "facts are a JSON object of names and values, found {}",
            shown(json)
        )]);
    };
    let mut facts = Facts::empty(register);
    let mut errors = Vec::new();
    for (name, json) in entries.iter().filter(|(_, json)| !json.is_null()) {
        let Some((id, definition)) = register.find(name).and_then(|id| Some((id, register.get(id)?))) else {
            errors.push(unknown(register, name));
            continue;
        };
        let value = read(definition, json).filter(|value| definition.admits(value));
        let value = match (value, &definition.origin) {
            (Some(Value::StringMap(headers)), Origin::Builtin(Builtin::Headers)) => {
                Some(in_lower_case(headers, &mut errors))
            }
            (value, _) => value,
        };
        if value.is_none_or(|value| facts.set(id, value).is_err()) {
            let expected = definition.expected();
            errors.push(format!("the fact `{name}` is {expected}, found {}", shown(json)));
        }
    }
    if errors.is_empty() { Ok(facts) } else { Err(errors) }
}

/// Headers with their names as facts have them, whatever the case that they are written in.
fn in_lower_case(headers: BTreeMap<String, String>, errors: &mut Vec<String>) -> Value {
    let mut lower = BTreeMap::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if lower.contains_key(&name) {
            errors.push(format!("the header `{name}` stands twice in `headers`"));
        }
        lower.insert(name, value);
    }
    Value::StringMap(lower)
}

/// All facts by name.
pub fn to_json(register: &Register, facts: &Facts) -> Map<String, Json> {
    register
        .definitions()
        .filter_map(|(id, definition)| Some((definition.name.clone(), value_to_json(facts.get(id)?))))
        .collect()
}

/// One value; a time stamp in RFC 3339.
pub fn value_to_json(value: &Value) -> Json {
    match value {
        Value::String(text) => Json::from(text.as_str()),
        Value::Int(number) => Json::from(*number),
        Value::Bool(truth) => Json::from(*truth),
        Value::StringList(items) => Json::from(items.as_slice()),
        Value::StringMap(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), Json::from(value.as_str())))
            .collect::<Map<_, _>>()
            .into(),
        Value::Timestamp(moment) => Json::from(moment.to_string()),
    }
}

fn unknown(register: &Register, name: &str) -> String {
    let names = register.definitions().map(|(_, known)| known.name.as_str());
    match did_you_mean(name, names) {
        Some(near) => format!("there is no fact `{name}`; did you mean `{near}`?"),
        None => format!("there is no fact `{name}`"),
    }
}

fn read(definition: &Definition, json: &Json) -> Option<Value> {
    let value = match (definition.ty, json) {
        (Type::String, Json::String(text)) => Value::String(text.clone()),
        (Type::Int, Json::Number(number)) => Value::Int(number.as_i64()?),
        (Type::Bool, Json::Bool(truth)) => Value::Bool(*truth),
        (Type::Timestamp, Json::String(text)) => Value::Timestamp(Timestamp::parse(text)?),
        (Type::StringList, Json::Array(items)) => Value::StringList(
            items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
        ),
        (Type::StringMap, Json::Object(entries)) => Value::StringMap(
            entries
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    };
    Some(value)
}

/// A JSON value in few words.
fn shown(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        Json::String(text) if text.chars().count() > LONGEST_SHOWN => "a long string".to_owned(),
        scalar => format!("`{scalar}`"),
    }
}

/// Most characters of a string that are repeated in an error.
const LONGEST_SHOWN: usize = 80;
