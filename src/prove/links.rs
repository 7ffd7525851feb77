//! What a fact that is read from a header or from metadata has to do with the entry it is read from.
//!
//! A fact is its entry without the blanks around it, or its default where there is no entry. What follows of that for the
//! words that conditions ask for is demanded of every request; a blank more or less is left open.

use super::atom::{Atom, TextSubject};
use super::formula::{Formula, Formulas};
use super::same::equals;
use super::text::TextTest;
use crate::facts::{Builtin, Definition, FactId, Facts, Origin, Value};
use crate::model::Policy;
use std::collections::BTreeSet;

/// Most words of one test that are looked at.
const MAX_WORDS: usize = 32;

/// A fact and the entry that it is read from.
#[derive(Clone, Debug)]
struct Link {
    fact: FactId,
    definition: Definition,
    entry: (FactId, String),
}

/// The facts of a policy that are read from entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    all: Vec<Link>,
    /// The facts of which it is told what they are without their entry.
    told: BTreeSet<FactId>,
}

impl Links {
    /// The links of a policy of which nothing was met yet.
    pub(super) fn new(policy: &Policy) -> Self {
        let link = |(fact, definition): (FactId, &Definition)| {
            let entry = match &definition.origin {
                Origin::Header(name) => (Builtin::Headers.into(), name.clone()),
                Origin::Metadata(key) => (Builtin::Metadata.into(), key.clone()),
                Origin::Builtin(_) | Origin::Tenant => return None,
            };
            Some(Link {
                fact,
                definition: definition.clone(),
                entry,
            })
        };
        Links {
            all: policy.facts.definitions().filter_map(link).collect(),
            ..Links::default()
        }
    }

    /// Leaves out the links of facts that are none of these.
    pub(super) fn keep(&mut self, kept: impl Fn(FactId) -> bool) {
        self.all.retain(|link| kept(link.fact));
    }

    /// What a new atom brings.
    pub(super) fn of(&mut self, atom: &Atom, policy: &Policy, formulas: &mut Formulas) -> Vec<Formula> {
        let (map, key) = match atom {
            Atom::Text(TextSubject::Entry(map, key), _) | Atom::HasKey(map, key) => (map, key),
            _ => return Vec::new(),
        };
        let mut found = Vec::new();
        for link in &self.all {
            if (&link.entry.0, &link.entry.1) != (map, key) {
                continue;
            }
            if self.told.insert(link.fact) {
                found.extend(link.absent(policy, formulas));
            }
            found.extend(link.words(atom, policy, formulas));
        }
        found
    }
}

impl Link {
    /// Without its entry a fact has its default.
    fn absent(&self, policy: &Policy, formulas: &mut Formulas) -> Option<Formula> {
        let default = self.is(&self.definition.default, policy, formulas)?;
        let present = self.present(formulas);
        Some(formulas.or([present, default]))
    }

    /// An entry that is some word makes the fact what is read of it; where that is nothing, the request is refused.
    fn words(&self, atom: &Atom, policy: &Policy, formulas: &mut Formulas) -> Vec<Formula> {
        let words = match atom {
            Atom::Text(_, TextTest::Equals(word)) => vec![word.clone()],
            Atom::Text(_, TextTest::OneOf(words)) => words.iter().take(MAX_WORDS).cloned().collect(),
            _ => Vec::new(),
        };
        let mut found = Vec::new();
        for word in words {
            let read = match self.definition.read(&word) {
                Some(value) => self.is(&value, policy, formulas),
                None => Some(Formulas::FALSE),
            };
            let Some(read) = read else { continue };
            let (map, key) = self.entry.clone();
            let is_word = Atom::Text(TextSubject::Entry(map, key), TextTest::Equals(word));
            let present = self.present(formulas);
            let is_word = formulas.atom(is_word);
            let is_word = formulas.and([present, is_word]);
            let is_not = formulas.not(is_word);
            found.push(formulas.or([is_not, read]));
        }
        found
    }

    fn present(&self, formulas: &mut Formulas) -> Formula {
        let (map, key) = self.entry.clone();
        formulas.atom(Atom::HasKey(map, key))
    }

    /// That the fact has a value.
    fn is(&self, value: &Value, policy: &Policy, formulas: &mut Formulas) -> Option<Formula> {
        let mut facts = Facts::empty(&policy.facts);
        facts.set(self.fact, value.clone()).ok()?;
        equals(self.fact, &facts, formulas)
    }
}
