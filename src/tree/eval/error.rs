//! How evaluating an expression fails, in words.

use cel_interpreter::{ExecutionError, Value};
use std::fmt;

/// Why an expression has no value: one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    message: String,
}

/// How an error begins that operands of the wrong types make.
const NO_OVERLOAD: &str = "no such overload";

impl EvalError {
    /// Whether operands have types that an operator or a function does not take, whatever their values.
    pub fn is_of_types(&self) -> bool {
        self.message.starts_with(NO_OVERLOAD)
    }

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

impl From<&ExecutionError> for EvalError {
    fn from(error: &ExecutionError) -> EvalError {
        EvalError::new(match error {
            ExecutionError::NoSuchKey(key) => format!("no such key: `{key}`"),
            ExecutionError::UndeclaredReference(name) => format!("undeclared reference to `{}`", plain(name)),
            ExecutionError::NoSuchOverload(overload) => format!(
                "{NO_OVERLOAD}: `{}` does not take ({})",
                plain(overload.function()),
                overload.argument_types().join(", ")
            ),
            ExecutionError::UnsupportedBinaryOperator(operator, left, right) => format!(
                "{NO_OVERLOAD}: `{}` does not take ({}, {})",
                symbol(operator),
                type_name(left),
                type_name(right)
            ),
            ExecutionError::DivisionByZero(_) => "division by zero".to_owned(),
            ExecutionError::RemainderByZero(_) => "modulus by zero".to_owned(),
            ExecutionError::Overflow(operator, ..) => {
                format!("the result of `{}` is out of range", symbol(operator))
            }
            ExecutionError::IndexOutOfBounds(_) => "index out of bounds".to_owned(),
            ExecutionError::DuplicateKey(_) => "a map with a repeated key".to_owned(),
            ExecutionError::ValuesNotComparable(left, right) => {
                format!(
                    "{NO_OVERLOAD}: {} and {} cannot be compared",
                    type_name(left),
                    type_name(right)
                )
            }
            ExecutionError::UnsupportedIndex(index, of) => {
                format!(
                    "{NO_OVERLOAD}: {} has no index of type {}",
                    type_name(of),
                    type_name(index)
                )
            }
            ExecutionError::UnsupportedKeyType(key) => {
                format!("a map cannot have a key of type {}", type_name(key))
            }
            ExecutionError::UnexpectedType { got, want } => {
                format!("{NO_OVERLOAD}: got {got}, want {want}")
            }
            ExecutionError::FunctionError { function, message } => {
                let message = message.lines().next_back().unwrap_or_default();
                if message.ends_with("overflow") {
                    format!("the result of `{}` is out of range", plain(function))
                } else {
                    format!("`{}`: {message}", plain(function))
                }
            }
            other => first_lower(&other.to_string()),
        })
    }
}

/// A function's name without the mark of our dialect.
fn plain(name: &str) -> &str {
    name.strip_prefix("__").unwrap_or(name)
}

fn first_lower(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut characters = line.chars();
    characters
        .next()
        .map(|first| first.to_lowercase().chain(characters).collect())
        .unwrap_or_default()
}

fn symbol(operator: &str) -> &str {
    match operator {
        "add" => "+",
        "sub" | "negate" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        other => other,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "list",
        Value::Map(_) => "map",
        Value::Int(_) => "int",
        Value::UInt(_) => "uint",
        Value::Float(_) => "double",
        Value::String(_) => "string",
        Value::Bytes(_) => "bytes",
        Value::Bool(_) => "bool",
        Value::Duration(_) => "duration",
        Value::Timestamp(_) => "timestamp",
        Value::Null => "null",
        _ => "another type",
    }
}
