//! Which requests a region has: for each fact that matters what it may be, in words and in JSON.

use super::super::atom::{Atom, NumberSubject, TextSubject};
use super::super::encode::Encoder;
use super::super::list::ListTest;
use super::super::space::Space;
use super::super::text::TextTest;
use super::cube::Cube;
use super::joint::Joint;
use super::words::{interval, list_test, listed, number_name, of_fact, text_name, text_test};
use crate::facts::{FactId, Register, Timestamp};
use crate::tree::text_of;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// What facts may be: each of them is what is said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// By the fact's place in the register and its name.
    pub(super) sets: BTreeMap<(usize, String), Set>,
    /// Conditions that are of no single fact, or are not looked into.
    pub(super) conditions: BTreeSet<String>,
}

/// What one fact may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// Whole numbers, both ends included where there are ends.
    Number {
        least: Option<i64>,
        most: Option<i64>,
        /// Whether there are none below 0.
        from_zero: bool,
    },
    /// A moment in milliseconds, both ends included.
    Moment { least: Option<i64>, most: Option<i64> },
    /// Strings.
    Text(Words),
    /// A truth.
    Flag(bool),
    /// A list with some elements and without others.
    List {
        has: BTreeSet<String>,
        lacks: BTreeSet<String>,
        also: BTreeSet<String>,
    },
}

/// Which strings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Whether there is one at all, where that is asked.
    pub(super) present: Option<bool>,
    /// One of these.
    pub(super) one_of: Option<BTreeSet<String>>,
    /// None of these.
    pub(super) none_of: BTreeSet<String>,
    /// And so.
    pub(super) also: BTreeSet<String>,
    /// How many there are at all, where that is known.
    pub(super) known: Option<usize>,
}

impl Place {
    /// The requests of which atoms come out so.
    pub(super) fn of(space: &Space<'_>, joint: &Joint<'_>, cube: &Cube) -> Place {
        let register = &joint.tree.policy().facts;
        let mut place = Place::default();
        for (id, holds) in cube {
            if let Some(atom) = space.formulas.atom_of(*id) {
                place.add(atom, *holds, register, &space.encoder, joint);
            }
        }
        place.close(register);
        place
    }

    fn add(
        &mut self,
        atom: &Atom,
        holds: bool,
        register: &Register,
        encoder: &Encoder<'_>,
        joint: &Joint<'_>,
    ) {
        match atom {
            Atom::Flag(fact) => match joint.given(*fact) {
                Some(given) => {
                    let name = of_fact(given, register);
                    let set = self.sets.entry(name);
                    if let Set::Text(words) = set.or_insert_with(|| Set::Text(Words::default())) {
                        words.present = Some(holds);
                    }
                }
                None => _ = self.sets.insert(of_fact(*fact, register), Set::Flag(holds)),
            },
            Atom::AtMost(subject, bound) => self.bound(subject, *bound, holds, register),
            Atom::Text(subject, test) => self.words(subject, register, |words| words.add(test, holds)),
            Atom::HasKey(fact, key) => {
                let subject = TextSubject::Entry(*fact, key.clone());
                self.words(&subject, register, |words| words.present = Some(holds));
            }
            Atom::List(fact, test) => self.list(*fact, test, holds, register),
            Atom::SameText(left, right) => {
                let sign = if holds { "==" } else { "!=" };
                let (left, right) = (text_name(left, register).1, text_name(right, register).1);
                self.conditions.insert(format!("{left} {sign} {right}"));
            }
            Atom::SumAtMost(terms, bound) => {
                let term = |(subject, times): &(NumberSubject, i64)| {
                    let name = number_name(subject, register).1;
                    match times {
                        1 => name,
                        times => format!("{times} * {name}"),
                    }
                };
                let sum: Vec<String> = terms.iter().map(term).collect();
                let sign = if holds { "<=" } else { ">" };
                self.conditions
                    .insert(format!("{} {sign} {bound}", sum.join(" + ")));
            }
            // The difference is told of requests that every protocol can express.
            Atom::Demand(_) => {}
            Atom::Opaque(text) => {
                let policy = joint.tree.policy();
                let part = encoder.unseen(text).map(|unseen| text_of(&unseen.part, policy));
                let text = part.unwrap_or_else(|| text.clone());
                self.conditions
                    .insert(if holds { text } else { format!("!({text})") });
            }
        }
    }

    fn bound(&mut self, subject: &NumberSubject, bound: i64, holds: bool, register: &Register) {
        let name = number_name(subject, register);
        let fresh = match subject {
            NumberSubject::Instant => Set::Moment {
                least: None,
                most: None,
            },
            _ => Set::Number {
                least: None,
                most: None,
                from_zero: false,
            },
        };
        if let Set::Number { least, most, .. } | Set::Moment { least, most } =
            self.sets.entry(name).or_insert(fresh)
        {
            if holds {
                *most = Some(most.map_or(bound, |known| known.min(bound)));
            } else {
                let next = bound.saturating_add(1);
                *least = Some(least.map_or(next, |known| known.max(next)));
            }
        }
    }

    fn words(&mut self, subject: &TextSubject, register: &Register, say: impl FnOnce(&mut Words)) {
        let name = text_name(subject, register);
        let set = self.sets.entry(name);
        if let Set::Text(words) = set.or_insert_with(|| Set::Text(Words::default())) {
            say(words);
        }
    }

    fn list(&mut self, fact: FactId, test: &ListTest, holds: bool, register: &Register) {
        let fresh = || Set::List {
            has: BTreeSet::new(),
            lacks: BTreeSet::new(),
            also: BTreeSet::new(),
        };
        let name = of_fact(fact, register);
        let shown = list_test(test, &name.1, holds);
        if let Set::List { has, lacks, also } = self.sets.entry(name).or_insert_with(fresh) {
            match test.contained() {
                Some(item) if holds => _ = has.insert(item.to_owned()),
                Some(item) => _ = lacks.insert(item.to_owned()),
                None => _ = also.insert(shown),
            }
        }
    }

    /// Says what is left of few values rather than what is not.
    fn close(&mut self, register: &Register) {
        for ((_, name), set) in &mut self.sets {
            let definition = register.find(name).and_then(|id| register.get(id));
            let Some(definition) = definition else { continue };
            match set {
                Set::Text(words) => {
                    let all = definition.one_of.clone().map(BTreeSet::from_iter);
                    let size = all.as_ref().map_or(0, BTreeSet::len);
                    words.known = all.as_ref().map(BTreeSet::len);
                    let from_all = words.one_of.is_none();
                    if let Some(known) = words.one_of.take().or(all) {
                        let left = known.into_iter().filter(|word| !words.none_of.contains(word));
                        let left: BTreeSet<String> = left.collect();
                        // The shorter of the two is said.
                        if !from_all || left.len() * 2 <= size {
                            words.one_of = Some(left);
                            words.none_of.clear();
                        }
                    }
                }
                Set::Number { least, from_zero, .. } if *definition.range.start() == 0 => {
                    *from_zero = true;
                    *least = least.or(Some(0));
                }
                _ => {}
            }
        }
    }

    /// The place in words; `every request` where nothing is said.
    pub fn text(&self) -> String {
        let mut parts: Vec<String> = self.sets.iter().map(|((_, name), set)| set.text(name)).collect();
        parts.extend(self.conditions.iter().map(|condition| format!("`{condition}`")));
        if parts.is_empty() {
            "every request".to_owned()
        } else {
            parts.join(", ")
        }
    }

    /// The place as JSON, by facts; conditions that are of no single fact stand under `conditions`.
    pub fn json(&self) -> Map<String, Json> {
        let mut facts: Map<String, Json> = self
            .sets
            .iter()
            .map(|((_, name), set)| (name.clone(), set.json()))
            .collect();
        if !self.conditions.is_empty() {
            facts.insert("conditions".to_owned(), json!(self.conditions));
        }
        facts
    }
}

impl Words {
    fn add(&mut self, test: &TextTest, holds: bool) {
        let one = match test {
            TextTest::Equals(word) => Some(BTreeSet::from([word.clone()])),
            TextTest::OneOf(words) => Some(words.iter().cloned().collect()),
            _ => None,
        };
        match (one, holds) {
            (Some(words), true) => {
                self.one_of = Some(match self.one_of.take() {
                    Some(known) => known.intersection(&words).cloned().collect(),
                    None => words,
                });
            }
            (Some(words), false) => self.none_of.extend(words),
            (None, holds) => _ = self.also.insert(text_test(test, holds)),
        }
    }

    fn text(&self, name: &str) -> String {
        if self.present == Some(false) {
            return format!("no {name}");
        }
        let mut parts = Vec::new();
        if let Some(words) = &self.one_of {
            parts.push(listed(words, "or"));
        }
        if !self.none_of.is_empty() {
            parts.push(format!("other than {}", listed(&self.none_of, "and")));
        }
        parts.extend(self.also.iter().cloned());
        if parts.is_empty() {
            return format!("any {name}");
        }
        format!("{name} {}", parts.join(" and "))
    }

    fn json(&self) -> Json {
        let mut said = Map::new();
        if let Some(present) = self.present {
            said.insert("present".to_owned(), json!(present));
        }
        if let Some(words) = &self.one_of {
            said.insert("in".to_owned(), json!(words));
        }
        if !self.none_of.is_empty() {
            said.insert("not_in".to_owned(), json!(self.none_of));
        }
        if !self.also.is_empty() {
            said.insert("also".to_owned(), json!(self.also));
        }
        Json::Object(said)
    }
}

impl Set {
    fn text(&self, name: &str) -> String {
        match self {
            Set::Number { least, most, .. } => format!("{name} {}", interval(*least, *most)),
            Set::Moment { least, most } => {
                let shown = |moment: i64| {
                    let moment = Timestamp::from_milliseconds(moment);
                    moment.map(|moment| moment.to_string()).unwrap_or_default()
                };
                match (least, most) {
                    (Some(least), Some(most)) => format!("{name} {} to {}", shown(*least), shown(*most)),
                    (Some(least), None) => format!("{name} from {}", shown(*least)),
                    (None, Some(most)) => format!("{name} up to {}", shown(*most)),
                    (None, None) => format!("any {name}"),
                }
            }
            Set::Text(words) => words.text(name),
            Set::Flag(truth) => format!("{name} {truth}"),
            Set::List { has, lacks, also } => {
                let mut parts = Vec::new();
                if !has.is_empty() {
                    parts.push(format!("with {}", listed(has, "and")));
                }
                if !lacks.is_empty() {
                    parts.push(format!("without {}", listed(lacks, "and")));
                }
                parts.extend(also.iter().map(|test| format!("where `{test}`")));
                format!("{name} {}", parts.join(", "))
            }
        }
    }

    fn json(&self) -> Json {
        match self {
            Set::Number { least, most, .. } | Set::Moment { least, most } => {
                let mut said = Map::new();
                if let Some(least) = least {
                    said.insert("from".to_owned(), json!(least));
                }
                if let Some(most) = most {
                    said.insert("to".to_owned(), json!(most));
                }
                Json::Object(said)
            }
            Set::Text(words) => words.json(),
            Set::Flag(truth) => json!({ "is": truth }),
            Set::List { has, lacks, also } => json!({ "has": has, "lacks": lacks, "also": also }),
        }
    }
}
