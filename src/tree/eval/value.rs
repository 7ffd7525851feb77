//! What expressions evaluate to, and how it is shown.

use crate::cel::Literal;
use crate::facts::{Timestamp, Value};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// A CEL value.
#[derive(Clone, Debug, PartialEq)]
pub enum EvalValue {
    /// `null`.
    Null,
    /// Truth.
    Bool(bool),
    /// Signed, 64 bits.
    Int(i64),
    /// Unsigned, 64 bits.
    Uint(u64),
    /// IEEE 754, 64 bits.
    Double(f64),
    /// Text.
    String(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A moment.
    Timestamp(Timestamp),
    /// A length of time in nanoseconds.
    Duration(i64),
    /// Values in their order.
    List(Vec<EvalValue>),
    /// Entries; sorted by key where they come from an evaluation.
    Map(Vec<(EvalValue, EvalValue)>),
    /// A type, by its name in CEL.
    Type(String),
}

impl EvalValue {
    /// The value as a CEL expression that evaluates to it: `1u`, `b"…"`, `duration("1.5s")`, `[1, 2]`, `{"a": 1.0}`.
    pub fn to_cel_literal(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        let _ = match self {
            EvalValue::Null => write!(out, "{}", Literal::Null),
            EvalValue::Bool(truth) => write!(out, "{truth}"),
            EvalValue::Int(number) => write!(out, "{number}"),
            EvalValue::Uint(number) => write!(out, "{}", Literal::Uint(*number)),
            EvalValue::Double(number) => write!(out, "{}", Literal::Double(*number)),
            EvalValue::String(text) => write!(out, "{}", crate::cel::quote(text)),
            EvalValue::Bytes(bytes) => write!(out, "{}", Literal::Bytes(bytes.clone())),
            EvalValue::Timestamp(moment) => write!(out, "timestamp(\"{}\")", timestamp_text(*moment)),
            EvalValue::Duration(nanoseconds) => write!(out, "duration(\"{}\")", duration_text(*nanoseconds)),
            EvalValue::Type(name) => write!(out, "{name}"),
            EvalValue::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    item.write(out);
                }
                write!(out, "]")
            }
            EvalValue::Map(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    key.write(out);
                    out.push_str(": ");
                    value.write(out);
                }
                write!(out, "}}")
            }
        };
    }

    /// The name of the value's type, as it stands in JSON.
    pub fn type_name(&self) -> &'static str {
        match self {
            EvalValue::Null => "null",
            EvalValue::Bool(_) => "bool",
            EvalValue::Int(_) => "int",
            EvalValue::Uint(_) => "uint",
            EvalValue::Double(_) => "double",
            EvalValue::String(_) => "string",
            EvalValue::Bytes(_) => "bytes",
            EvalValue::Timestamp(_) => "timestamp",
            EvalValue::Duration(_) => "duration",
            EvalValue::List(_) => "list",
            EvalValue::Map(_) => "map",
            EvalValue::Type(_) => "type",
        }
    }

    /// The value with its type: `{"type": "uint", "value": "1"}`. Ints and uints are strings, doubles numbers or one
    /// of `"NaN"`, `"Infinity"`, `"-Infinity"`, bytes base64, durations seconds (`"1.5s"`), lists hold typed values,
    /// maps a list of `{"key": …, "value": …}`.
    pub fn to_json(&self) -> Json {
        let value = match self {
            EvalValue::Null => Json::Null,
            EvalValue::Bool(truth) => json!(truth),
            EvalValue::Int(number) => json!(number.to_string()),
            EvalValue::Uint(number) => json!(number.to_string()),
            EvalValue::Double(number) if number.is_nan() => json!("NaN"),
            EvalValue::Double(number) if number.is_infinite() => {
                json!(if *number < 0.0 { "-Infinity" } else { "Infinity" })
            }
            EvalValue::Double(number) => json!(number),
            EvalValue::String(text) | EvalValue::Type(text) => json!(text),
            EvalValue::Bytes(bytes) => json!(base64(bytes)),
            EvalValue::Timestamp(moment) => json!(timestamp_text(*moment)),
            EvalValue::Duration(nanoseconds) => json!(duration_text(*nanoseconds)),
            EvalValue::List(items) => items.iter().map(EvalValue::to_json).collect(),
            EvalValue::Map(entries) => entries
                .iter()
                .map(|(key, value)| json!({"key": key.to_json(), "value": value.to_json()}))
                .collect(),
        };
        json!({"type": self.type_name(), "value": value})
    }
}

impl From<&Value> for EvalValue {
    fn from(value: &Value) -> EvalValue {
        match value {
            Value::String(text) => EvalValue::String(text.clone()),
            Value::Int(number) => EvalValue::Int(*number),
            Value::Bool(truth) => EvalValue::Bool(*truth),
            Value::StringList(items) => {
                EvalValue::List(items.iter().cloned().map(EvalValue::String).collect())
            }
            Value::StringMap(entries) => EvalValue::Map(
                entries
                    .iter()
                    .map(|(key, value)| (EvalValue::String(key.clone()), EvalValue::String(value.clone())))
                    .collect(),
            ),
            Value::Timestamp(moment) => EvalValue::Timestamp(*moment),
        }
    }
}

impl From<&Json> for EvalValue {
    /// A JSON value in CEL: whole numbers are ints, uints where they are too large for one; others are doubles.
    fn from(value: &Json) -> EvalValue {
        match value {
            Json::Null => EvalValue::Null,
            Json::Bool(truth) => EvalValue::Bool(*truth),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(int), _) => EvalValue::Int(int),
                (None, Some(uint)) => EvalValue::Uint(uint),
                (None, None) => EvalValue::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => EvalValue::String(text.clone()),
            Json::Array(items) => EvalValue::List(items.iter().map(EvalValue::from).collect()),
            Json::Object(entries) => EvalValue::Map(
                entries
                    .iter()
                    .map(|(key, value)| (EvalValue::String(key.clone()), EvalValue::from(value)))
                    .collect(),
            ),
        }
    }
}

/// A moment as CEL's `string` gives it: RFC 3339 in UTC with as many digits as it needs.
fn timestamp_text(moment: Timestamp) -> String {
    let seconds = chrono::DateTime::from_timestamp(moment.seconds(), 0).unwrap_or_default();
    let fraction = fraction_text(moment.nanoseconds());
    format!("{}{fraction}Z", seconds.format("%Y-%m-%dT%H:%M:%S"))
}

/// A length of time as CEL's `string` gives it: in seconds with as many digits as it needs.
fn duration_text(nanoseconds: i64) -> String {
    const SECOND: u64 = 1_000_000_000;
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let amount = nanoseconds.unsigned_abs();
    let parts = u32::try_from(amount % SECOND).unwrap_or_default();
    format!("{sign}{}{}s", amount / SECOND, fraction_text(parts))
}

/// Nanoseconds behind the point, without trailing zeros; nothing where there are none.
fn fraction_text(nanoseconds: u32) -> String {
    if nanoseconds == 0 {
        return String::new();
    }
    format!(".{nanoseconds:09}").trim_end_matches('0').to_owned()
}

/// Bytes in base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) & 63;
            let character = if digit <= chunk.len() {
                ALPHABET[index as usize]
            } else {
                b'='
            };
            out.push(char::from(character));
        }
    }
    out
}
