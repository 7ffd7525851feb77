//! Values of facts and the set of them that one request has.

use super::demand::Demands;
use super::moment::{utc, written};
use super::register::{FactId, Register};
use std::collections::BTreeMap;
use std::fmt;

/// The type of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Text.
    String,
    /// A whole number of 64 bits.
    Int,
    /// True or false.
    Bool,
    /// A list of strings.
    StringList,
    /// A map from string to string.
    StringMap,
    /// A moment in UTC.
    Timestamp,
}

impl Type {
    /// The type's name in CEL.
    pub fn name(self) -> &'static str {
        match self {
            Type::String => "string",
            Type::Int => "int",
            Type::Bool => "bool",
            Type::StringList => "list(string)",
            Type::StringMap => "map(string, string)",
            Type::Timestamp => "timestamp",
        }
    }

    /// The empty value of the type: `""`, 0, false, `[]`, `{}`, the epoch.
    pub fn empty(self) -> Value {
        match self {
            Type::String => Value::String(String::new()),
            Type::Int => Value::Int(0),
            Type::Bool => Value::Bool(false),
            Type::StringList => Value::StringList(Vec::new()),
            Type::StringMap => Value::StringMap(BTreeMap::new()),
            Type::Timestamp => Value::Timestamp(Timestamp::EPOCH),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A moment in UTC: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    /// Length of `2023-11-16T18:15:46.123456789Z`, the longest in words.
    pub const LONGEST: usize = 30;

    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Timestamp = Timestamp {
        seconds: 0,
        nanoseconds: 0,
    };

    /// The first moment of CEL's range, 0001-01-01T00:00:00Z, in seconds.
    const FIRST_SECOND: i64 = -62_135_596_800;

    /// The last second of CEL's range, 9999-12-31T23:59:59Z.
    const LAST_SECOND: i64 = 253_402_300_799;

    /// The moment `seconds` and `nanoseconds` after the epoch; `None` outside of the years 1 to 9999 or where
    /// `nanoseconds` is a second or more.
    pub fn new(seconds: i64, nanoseconds: u32) -> Option<Self> {
        let fits = (Self::FIRST_SECOND..=Self::LAST_SECOND).contains(&seconds) && nanoseconds < 1_000_000_000;
        fits.then_some(Timestamp { seconds, nanoseconds })
    }

    /// The moment this many milliseconds after the epoch; `None` outside of the years 1 to 9999.
    pub fn from_milliseconds(milliseconds: i64) -> Option<Self> {
        let nanoseconds = u32::try_from(milliseconds.rem_euclid(1000)).ok()? * 1_000_000;
        Self::new(milliseconds.div_euclid(1000), nanoseconds)
    }

    /// Reads an RFC 3339 time stamp with up to 9 digits of a second's fraction and any offset.
    pub fn parse(text: &str) -> Option<Self> {
        let in_utc = text.as_bytes().get(10) == Some(&b'T') && text.ends_with('Z');
        if let Some(moment) = in_utc.then(|| utc(text.as_bytes())).flatten() {
            return Some(moment);
        }
        Self::parse_thoroughly(text)
    }

    /// The same by a reader of any form.
    pub(super) fn parse_thoroughly(text: &str) -> Option<Self> {
        let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
        Self::new(moment.timestamp(), moment.timestamp_subsec_nanos())
    }

    /// RFC 3339 in UTC, with three digits of a second's fraction, or as many as are needed in threes.
    pub fn write(self, text: &mut [u8; Self::LONGEST]) -> &str {
        written(self, text)
    }

    /// Seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }
}

impl fmt::Display for Timestamp {
    /// As [`Timestamp::write`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write(&mut [0; _]))
    }
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// Strings in their order.
    StringList(Vec<String>),
    /// Strings by key.
    StringMap(BTreeMap<String, String>),
    /// A moment.
    Timestamp(Timestamp),
}

impl Value {
    /// The value's type.
    pub fn ty(&self) -> Type {
        match self {
            Value::String(_) => Type::String,
            Value::Int(_) => Type::Int,
            Value::Bool(_) => Type::Bool,
            Value::StringList(_) => Type::StringList,
            Value::StringMap(_) => Type::StringMap,
            Value::Timestamp(_) => Type::Timestamp,
        }
    }
}

impl fmt::Display for Value {
    /// The value as a CEL literal (a time stamp as `timestamp("…")`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::String(text) => write!(f, "{text:?}"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Bool(truth) => write!(f, "{truth}"),
            Value::StringList(items) => f.debug_list().entries(items).finish(),
            Value::StringMap(entries) => f.debug_map().entries(entries).finish(),
            Value::Timestamp(moment) => write!(f, "timestamp(\"{moment}\")"),
        }
    }
}

/// The facts of one request: a value for every fact of the policy's register, each of its declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    values: Vec<Value>,
    demands: Demands,
    /// What conditions come to that read a prompt which is not at hand, by their numbers in the policy's tree.
    of_prompt: Vec<Option<bool>>,
}

impl Facts {
    /// All facts at their empty value, `api` at `chat`, declared facts at their default.
    pub fn empty(register: &Register) -> Self {
        Facts {
            values: register
                .definitions()
                .map(|(_, definition)| definition.default.clone())
                .collect(),
            demands: Demands::NONE,
            of_prompt: Vec::new(),
        }
    }

    /// What the request asks of a protocol beyond what every protocol has.
    pub fn demands(&self) -> Demands {
        self.demands
    }

    /// Sets what the request asks of a protocol.
    pub fn set_demands(&mut self, demands: Demands) {
        self.demands = demands;
    }

    /// What the part of a condition with this number comes to, where that is known without the prompt.
    #[inline]
    pub fn known_of_prompt(&self, part: usize) -> Option<bool> {
        self.of_prompt.get(part).copied().flatten()
    }

    /// Takes what is known of a prompt that is not at hand, in the memory that it has already: for each part of a
    /// condition that reads it, by its number in the tree, what it comes to.
    pub fn know_of_prompt(&mut self, parts: impl Iterator<Item = Option<bool>>) {
        self.of_prompt.clear();
        self.of_prompt.extend(parts);
    }

    /// The value of a fact. Ids come from the register that the facts were made with.
    pub fn get(&self, id: FactId) -> Option<&Value> {
        self.values.get(id.index())
    }

    /// Sets a fact; a value of another type than the fact's is not taken and handed back.
    pub fn set(&mut self, id: FactId, value: Value) -> Result<(), Value> {
        match (self.values.get_mut(id.index()), value) {
            // What owns nothing is written over, without looking for what the other might own.
            (Some(Value::Int(own)), Value::Int(number)) => *own = number,
            (Some(Value::Timestamp(own)), Value::Timestamp(moment)) => *own = moment,
            (Some(slot), value) if slot.ty() == value.ty() => *slot = value,
            (_, value) => return Err(value),
        }
        Ok(())
    }

    /// Sets a fact to a copy of a value, in the memory that it has already; whether the value is of the fact's type.
    pub fn copy(&mut self, id: FactId, value: &Value) -> bool {
        match (self.values.get_mut(id.index()), value) {
            (Some(Value::String(own)), Value::String(text)) => own.clone_from(text),
            (Some(slot), value) if slot.ty() == value.ty() => *slot = value.clone(),
            _ => return false,
        }
        true
    }

    /// The fact's text; `""` where it is no string.
    pub fn string(&self, id: FactId) -> &str {
        match self.get(id) {
            Some(Value::String(text)) => text,
            _ => "",
        }
    }

    /// The fact's number; 0 where it is no int.
    pub fn int(&self, id: FactId) -> i64 {
        match self.get(id) {
            Some(Value::Int(number)) => *number,
            _ => 0,
        }
    }

    /// The fact's truth; false where it is no bool.
    pub fn boolean(&self, id: FactId) -> bool {
        matches!(self.get(id), Some(Value::Bool(true)))
    }

    /// The fact's strings; none where it is no list.
    pub fn list(&self, id: FactId) -> &[String] {
        match self.get(id) {
            Some(Value::StringList(items)) => items,
            _ => &[],
        }
    }

    /// The value under a key of the fact; `None` where the key is absent or the fact is no map.
    pub fn entry(&self, id: FactId, key: &str) -> Option<&str> {
        match self.get(id) {
            Some(Value::StringMap(entries)) => entries.get(key).map(String::as_str),
            _ => None,
        }
    }

    /// The fact's moment; the epoch where it is no time stamp.
    pub fn timestamp(&self, id: FactId) -> Timestamp {
        match self.get(id) {
            Some(Value::Timestamp(moment)) => *moment,
            _ => Timestamp::EPOCH,
        }
    }

    /// Sets a text, in the memory that it has already; whether the fact is one.
    pub fn set_string(&mut self, id: FactId, text: &str) -> bool {
        match self.values.get_mut(id.index()) {
            Some(Value::String(own)) => {
                text.clone_into(own);
                true
            }
            _ => false,
        }
    }

    /// Sets a list of texts, in the memory that it has already; whether the fact is one.
    pub fn set_strings<'t>(&mut self, id: FactId, texts: impl ExactSizeIterator<Item = &'t str>) -> bool {
        let Some(Value::StringList(own)) = self.values.get_mut(id.index()) else {
            return false;
        };
        own.truncate(texts.len());
        let mut texts = texts;
        for (own, text) in own.iter_mut().zip(texts.by_ref()) {
            text.clone_into(own);
        }
        own.extend(texts.map(str::to_owned));
        true
    }
}
