//! Which values a fact takes: its type, its range, the values it is narrowed to; and how text becomes one.

use super::register::Definition;
use super::value::{Timestamp, Type, Value};

impl Definition {
    /// Whether the fact can have this value: of its type, within its range, one of its values where these are listed.
    pub fn admits(&self, value: &Value) -> bool {
        match value {
            Value::Int(number) => self.ty == Type::Int && self.range.contains(number),
            Value::String(text) => self.admits_text(text),
            other => other.ty() == self.ty,
        }
    }

    /// Whether the fact can be this text.
    pub fn admits_text(&self, text: &str) -> bool {
        let allowed = self.one_of.as_ref();
        self.ty == Type::String && allowed.is_none_or(|allowed| allowed.iter().any(|known| known == text))
    }

    /// The value that a header's or a metadata entry's text stands for: a list's strings are separated by commas, and
    /// blanks around values do not count. `None` where the text does not fit; a map has no text.
    pub fn read(&self, text: &str) -> Option<Value> {
        let text = text.trim();
        let value = match self.ty {
            Type::String => Value::String(text.to_owned()),
            Type::Int => Value::Int(text.parse().ok()?),
            Type::Bool => Value::Bool(text.parse().ok()?),
            Type::StringList => Value::StringList(
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
            Type::Timestamp => Value::Timestamp(Timestamp::parse(text)?),
            Type::StringMap => return None,
        };
        self.admits(&value).then_some(value)
    }

    /// What the fact can be, in words: `one of "free", "pro"`, `an int from 0 to 10`, `a string`.
    pub fn expected(&self) -> String {
        if let Some(allowed) = &self.one_of {
            let quoted: Vec<String> = allowed.iter().map(|value| format!("{value:?}")).collect();
            return format!("one of {}", quoted.join(", "));
        }
        match self.ty {
            Type::Int if self.range != (i64::MIN..=i64::MAX) => {
                format!("an int from {} to {}", self.range.start(), self.range.end())
            }
            Type::Int => "an int".to_owned(),
            Type::String => "a string".to_owned(),
            Type::Bool => "`true` or `false`".to_owned(),
            Type::StringList => "a list of strings".to_owned(),
            Type::StringMap => "a map from string to string".to_owned(),
            Type::Timestamp => "a time stamp as of RFC 3339".to_owned(),
        }
    }
}
