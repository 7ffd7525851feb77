//! The value of one recorded fact.

use super::text::Text;
use crate::facts::{Definition, FactId, Facts, Timestamp, Type, Value};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A fact's value as it stands in a record.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordedValue<'a> {
    /// Absent.
    Null,
    /// A bool.
    Bool(bool),
    /// A whole number of 64 bits, signed.
    Int(i64),
    /// Text; a time stamp too.
    String(Cow<'a, str>),
    /// A list of strings.
    List(Vec<Cow<'a, str>>),
    /// A map from string to string; entries of null are left out.
    Map(Vec<(Cow<'a, str>, Cow<'a, str>)>),
    /// JSON that no fact can be: a fraction, a list of numbers, a map of lists.
    Other,
}

impl<'a> RecordedValue<'a> {
    /// The value as it is recorded.
    pub fn of(value: &'a Value) -> Self {
        let borrowed = |text: &'a String| Cow::Borrowed(text.as_str());
        match value {
            Value::String(text) => RecordedValue::String(borrowed(text)),
            Value::Int(number) => RecordedValue::Int(*number),
            Value::Bool(truth) => RecordedValue::Bool(*truth),
            Value::StringList(items) => RecordedValue::List(items.iter().map(borrowed).collect()),
            Value::StringMap(entries) => RecordedValue::Map(
                entries
                    .iter()
                    .map(|(key, value)| (borrowed(key), borrowed(value)))
                    .collect(),
            ),
            Value::Timestamp(moment) => RecordedValue::String(Cow::Owned(moment.to_string())),
        }
    }

    /// The value of the fact; `None` where the fact cannot have it.
    pub fn read(&self, definition: &Definition) -> Option<Value> {
        let value = match (self, definition.ty) {
            (RecordedValue::String(text), Type::String) => Value::String(text.to_string()),
            (RecordedValue::String(text), Type::Timestamp) => Value::Timestamp(Timestamp::parse(text)?),
            (RecordedValue::Int(number), Type::Int) => Value::Int(*number),
            (RecordedValue::Bool(truth), Type::Bool) => Value::Bool(*truth),
            (RecordedValue::List(items), Type::StringList) => {
                Value::StringList(items.iter().map(Cow::to_string).collect())
            }
            (RecordedValue::Map(entries), Type::StringMap) => Value::StringMap(
                entries
                    .iter()
                    .map(|(key, value)| (key.to_string(), value.to_string()))
                    .collect(),
            ),
            _ => return None,
        };
        definition.admits(&value).then_some(value)
    }

    /// Sets the fact to the value; whether it can have it. It is set in the memory that it has already.
    pub fn set(&self, definition: &Definition, id: FactId, facts: &mut Facts) -> bool {
        match self {
            RecordedValue::String(text) if definition.ty == Type::String => {
                definition.admits_text(text) && facts.set_string(id, text)
            }
            RecordedValue::List(items) if definition.ty == Type::StringList => {
                facts.set_strings(id, items.iter().map(AsRef::as_ref))
            }
            _ => self
                .read(definition)
                .is_some_and(|value| facts.set(id, value).is_ok()),
        }
    }

    /// The text under a key of a map.
    pub fn entry(&self, key: &str) -> Option<&str> {
        match self {
            RecordedValue::Map(entries) => entries
                .iter()
                .find(|(known, _)| known == key)
                .map(|(_, value)| value.as_ref()),
            _ => None,
        }
    }
}

impl Serialize for RecordedValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            RecordedValue::Null | RecordedValue::Other => serializer.serialize_unit(),
            RecordedValue::Bool(truth) => serializer.serialize_bool(*truth),
            RecordedValue::Int(number) => serializer.serialize_i64(*number),
            RecordedValue::String(text) => serializer.serialize_str(text),
            RecordedValue::List(items) => items.serialize(serializer),
            RecordedValue::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RecordedValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = RecordedValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value of a fact")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(RecordedValue::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(RecordedValue::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(RecordedValue::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number).map_or(RecordedValue::Other, RecordedValue::Int))
    }

    fn visit_f64<E: Error>(self, _number: f64) -> Result<Self::Value, E> {
        Ok(RecordedValue::Other)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(RecordedValue::String(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(RecordedValue::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        let mut all_strings = true;
        while let Some(item) = items.next_element::<RecordedValue<'de>>()? {
            match item {
                RecordedValue::String(text) => list.push(text),
                _ => all_strings = false,
            }
        }
        Ok(if all_strings {
            RecordedValue::List(list)
        } else {
            RecordedValue::Other
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = Vec::new();
        let mut all_strings = true;
        while let Some((Text(key), value)) = entries.next_entry::<Text<'de>, RecordedValue<'de>>()? {
            match value {
                RecordedValue::String(value) => map.push((key, value)),
                RecordedValue::Null => {}
                _ => all_strings = false,
            }
        }
        Ok(if all_strings {
            RecordedValue::Map(map)
        } else {
            RecordedValue::Other
        })
    }
}
