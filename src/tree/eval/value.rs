//! What expressions evaluate to, and how evaluating fails.

use crate::facts::{Timestamp, Value};
use std::fmt;

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
    /// Entries, sorted by key.
    Map(Vec<(EvalValue, EvalValue)>),
    /// A type, by its name in CEL.
    Type(String),
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

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    message: String,
}

impl EvalError {
    /// An error with this message: one line, lower case.
    pub fn new(message: impl Into<String>) -> Self {
        EvalError {
            message: message.into(),
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EvalError {}
