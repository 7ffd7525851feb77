//! The facts of a record: made from a request's, and read back under any policy.

use super::value::RecordedValue;
use crate::facts::{Builtin, Definition, FactId, Facts, Origin, Register, Timestamp, Value};
use crate::tree::Tree;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Facts by name, in the order of the line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedFacts<'a> {
    entries: Vec<(Cow<'a, str>, RecordedValue<'a>)>,
}

/// Facts read from a record for a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFacts {
    /// The facts; each that the record lacks has its default, else the empty value.
    pub facts: Facts,
    /// The facts that the record lacks, or has with a value that the policy's fact cannot have, in order.
    pub missing: Vec<FactId>,
}

impl<'a> RecordedFacts<'a> {
    /// What is recorded of a request: all facts of the policy but the prompt and the time, which is the record's own.
    /// Of headers and metadata only the keys that the policy reads are held, and the headers named by
    /// `extra_headers` (in lower case).
    pub fn of(tree: &'a Tree, facts: &'a Facts, extra_headers: &[String]) -> Self {
        let required = tree.required();
        let kept_header =
            |key: &str| required.headers.contains(key) || extra_headers.iter().any(|extra| extra == key);
        let register = &tree.policy().facts;
        let mut entries = Vec::with_capacity(register.len());
        entries.extend(register.definitions().filter_map(|(id, definition)| {
            let value = facts.get(id)?;
            let kept = match definition.origin {
                Origin::Builtin(Builtin::Prompt | Builtin::Now) => return None,
                Origin::Builtin(Builtin::Headers) if !required.all_headers => only(value, kept_header),
                Origin::Builtin(Builtin::Metadata) if !required.all_metadata => {
                    only(value, |key| required.metadata.contains(key))
                }
                _ => RecordedValue::of(value),
            };
            Some((Cow::Borrowed(definition.name.as_str()), kept))
        }));
        RecordedFacts { entries }
    }

    /// Facts by name, as they are to stand in a line.
    pub fn new(entries: Vec<(Cow<'a, str>, RecordedValue<'a>)>) -> Self {
        RecordedFacts { entries }
    }

    /// All of them, in the order of the line.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &RecordedValue<'a>)> {
        self.entries.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The value of a fact of this name.
    pub fn get(&self, name: &str) -> Option<&RecordedValue<'a>> {
        self.entries
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The facts for a policy of this register. `now` is the record's time, where the facts hold none. A declared fact
    /// that was not recorded is read from the recorded header or metadata entry that it comes from.
    pub fn read(&self, register: &Register, now: Option<Timestamp>) -> ReadFacts {
        let mut facts = Facts::empty(register);
        let missing = self.read_into(register, now, &mut facts);
        ReadFacts { facts, missing }
    }

    /// The same into facts of this register, in the memory that they have already. Those that are missing stay as they are;
    /// which ones, in order.
    pub fn read_into(&self, register: &Register, now: Option<Timestamp>, facts: &mut Facts) -> Vec<FactId> {
        let mut known = vec![false; register.len()];
        let mut next = 0;
        for (name, recorded) in &self.entries {
            let Some(id) = register.find_at(next, name) else {
                continue;
            };
            next = id.index() + 1;
            let definition = register.get(id);
            if definition.is_some_and(|definition| recorded.set(definition, id, facts))
                && let Some(known) = known.get_mut(id.index())
            {
                *known = true;
            }
        }
        let mut missing = Vec::new();
        for (id, definition) in register.definitions() {
            if known.get(id.index()).copied().unwrap_or(false) {
                continue;
            }
            let held = match self.elsewhere(definition, now) {
                Some(value) => facts.set(id, value).is_ok(),
                None => false,
            };
            if !held {
                missing.push(id);
            }
        }
        missing
    }

    /// The value of a fact that does not stand under its own name.
    fn elsewhere(&self, definition: &Definition, now: Option<Timestamp>) -> Option<Value> {
        let (map, key) = match &definition.origin {
            Origin::Builtin(Builtin::Now) => return now.map(Value::Timestamp),
            Origin::Header(header) => (Builtin::Headers, header),
            Origin::Metadata(key) => (Builtin::Metadata, key),
            Origin::Builtin(_) | Origin::Tenant => return None,
        };
        definition.read(self.get(map.name())?.entry(key)?)
    }
}

/// The entries of a map whose keys are kept.
fn only(value: &Value, kept: impl Fn(&str) -> bool) -> RecordedValue<'_> {
    let Value::StringMap(entries) = value else {
        return RecordedValue::of(value);
    };
    let entries = entries.iter().filter(|(key, _)| kept(key));
    let entries = entries.map(|(key, value)| (Cow::Borrowed(key.as_str()), Cow::Borrowed(value.as_str())));
    RecordedValue::Map(entries.collect())
}

impl Serialize for RecordedFacts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (name, value) in &self.entries {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RecordedFacts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FactsVisitor)
    }
}

struct FactsVisitor;

impl<'de> Visitor<'de> for FactsVisitor {
    type Value = RecordedFacts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("facts by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(24);
        while let Some((name, value)) = map.next_entry::<super::text::Text<'de>, _>()? {
            entries.push((name.0, value));
        }
        Ok(RecordedFacts { entries })
    }
}
