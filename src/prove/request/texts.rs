//! Strings that pass and fail their tests: facts, and what stands under the keys of maps.

use super::super::atom::{NumberSubject, TextSubject};
use super::super::formula::AtomId;
use super::super::relation::Relation;
use super::super::text::{TextLimits, TextTest, TextVerdict, outcome};
use super::numbers::atoms;
use super::{Asked, Choices, Making, Stuck};
use crate::facts::{Builtin, FactId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A test as the theory takes it.
pub(super) type Wanted = (TextTest, bool);

/// Tests that a string shall pass or fail beside those that were chosen.
pub(super) type Given = (TextSubject, Vec<Wanted>);

/// Strings that are one and the same.
#[derive(Debug, Default)]
pub(super) struct Together {
    pub(super) subjects: BTreeSet<TextSubject>,
    pub(super) tests: Asked<TextTest>,
    /// The atoms that say they are the same.
    pub(super) because: Vec<AtomId>,
    /// Tests that no atom asks for.
    given: Vec<Wanted>,
}

impl Making<'_, '_> {
    /// Sets the strings that the choices speak of, but for the model asked for, and the keys of maps.
    pub(super) fn texts(&mut self, choices: &mut Choices) -> Result<(), Stuck> {
        self.sizes(choices);
        for (group, value) in self.named_groups(choices)? {
            for subject in group.subjects {
                self.set_text(&subject, &value, choices);
            }
        }
        self.keys(choices)
    }

    /// A value for each group of equal strings; some are `given` tests beside those that were chosen.
    pub(super) fn groups(
        &mut self,
        choices: &Choices,
        given: &[Given],
    ) -> Result<Vec<(Together, String)>, Stuck> {
        let mut groups = together(choices);
        for (subject, tests) in given {
            let known = groups.iter().position(|group| group.subjects.contains(subject));
            let at = known.unwrap_or_else(|| {
                groups.push(Together {
                    subjects: BTreeSet::from([subject.clone()]),
                    tests: choices.texts.get(subject).cloned().unwrap_or_default(),
                    ..Together::default()
                });
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(at) {
                group.given.extend(tests.iter().cloned());
            }
        }
        let mut values: Vec<String> = Vec::with_capacity(groups.len());
        for group in &groups {
            values.push(self.value_of(group, &[])?);
        }
        self.apart(choices, &groups, &mut values)?;
        Ok(groups.into_iter().zip(values).collect())
    }

    /// Bounds on sizes become tests of the strings.
    fn sizes(&self, choices: &mut Choices) {
        for (subject, bounds) in &choices.bounds {
            let NumberSubject::TextSize(text) = subject else {
                continue;
            };
            let tests = choices.texts.entry(text.clone()).or_default();
            if let Some((least, atom)) = bounds.least {
                tests.push((TextTest::SizeCompare(Relation::GreaterOrEqual, least), true, atom));
            }
            if let Some((most, atom)) = bounds.most {
                tests.push((TextTest::SizeCompare(Relation::LessOrEqual, most), true, atom));
            }
        }
    }

    /// A string for a group; none of `others`.
    pub(super) fn value_of(&mut self, group: &Together, others: &[String]) -> Result<String, Stuck> {
        let said = group.subjects.iter().find(|subject| self.says_text(subject));
        if let Some(subject) = said {
            let value = self.facts.string(subject.fact()).to_owned();
            let agreed = group
                .subjects
                .iter()
                .all(|other| !self.says_text(other) || self.facts.string(other.fact()) == value);
            let mut broken: Vec<AtomId> = group
                .tests
                .iter()
                .filter(|(test, wanted, _)| outcome(test, &value) != *wanted)
                .map(|(_, _, atom)| *atom)
                .take(1)
                .collect();
            let in_domain = group
                .subjects
                .iter()
                .all(|other| self.domain(other).is_none_or(|domain| outcome(&domain, &value)));
            let given = group
                .given
                .iter()
                .all(|(test, wanted)| outcome(test, &value) == *wanted);
            if agreed && given && broken.is_empty() && in_domain && !others.contains(&value) {
                return Ok(value);
            }
            broken.extend(&group.because);
            return Err(Stuck::Contradiction {
                atoms: broken,
                of_caller: true,
            });
        }
        let mut tests: Vec<Wanted> = group
            .tests
            .iter()
            .map(|(test, wanted, _)| (test.clone(), *wanted))
            .collect();
        tests.extend(
            group
                .subjects
                .iter()
                .filter_map(|subject| Some((self.domain(subject)?, true))),
        );
        tests.extend(group.given.iter().cloned());
        tests.extend(
            others
                .iter()
                .map(|other| (TextTest::Equals(other.clone()), false)),
        );
        match self.solve_text(&tests) {
            TextVerdict::Text(text) => Ok(text),
            TextVerdict::Unknown => Err(Stuck::Unknown),
            TextVerdict::Contradiction(at) => {
                let of = |at: usize| group.tests.get(at).map(|(_, _, atom)| *atom);
                let mut atoms: Vec<AtomId> = at.into_iter().filter_map(of).collect();
                atoms.extend(&group.because);
                Err(Stuck::contradiction(atoms))
            }
        }
    }

    /// Asks the theory of one string.
    pub(super) fn solve_text(&mut self, tests: &[Wanted]) -> TextVerdict {
        if self.patience.is_over() {
            return TextVerdict::Unknown;
        }
        let theory = &mut self.space.texts;
        let tests: Vec<_> = tests
            .iter()
            .map(|(test, wanted)| (theory.test(test.clone()), *wanted))
            .collect();
        theory.solve(&tests, &TextLimits::default())
    }

    pub(super) fn says_text(&self, subject: &TextSubject) -> bool {
        self.tenant.is_some() && matches!(subject, TextSubject::Fact(fact) if self.space.tenants.says(*fact))
    }

    /// The strings that a subject can be, where they are few.
    fn domain(&self, subject: &TextSubject) -> Option<TextTest> {
        let TextSubject::Fact(fact) = subject else {
            return None;
        };
        if *fact == FactId::from(Builtin::Requested) {
            let policy = self.space.policy;
            let names = policy.all_named().map(|named| policy.name_of(named).to_owned());
            return Some(TextTest::one_of(names.chain([String::new()])));
        }
        let values = self.space.policy.facts.get(*fact)?.one_of.clone()?;
        Some(TextTest::one_of(values))
    }

    fn set_text(&mut self, subject: &TextSubject, value: &str, choices: &Choices) {
        match subject {
            TextSubject::Fact(fact) => self.set(*fact, Value::String(value.to_owned())),
            TextSubject::Entry(fact, key) => {
                let absent = choices
                    .keys
                    .get(&(*fact, key.clone()))
                    .is_some_and(|(there, _)| !there);
                if !absent {
                    self.add_entry(*fact, key.clone(), value.to_owned());
                }
            }
        }
    }

    fn add_entry(&mut self, fact: FactId, key: String, value: String) {
        let mut entries = match self.facts.get(fact) {
            Some(Value::StringMap(entries)) => entries.clone(),
            _ => BTreeMap::new(),
        };
        entries.insert(key, value);
        self.set(fact, Value::StringMap(entries));
    }

    /// Keys that shall be there, and as many more as a size asks for.
    fn keys(&mut self, choices: &Choices) -> Result<(), Stuck> {
        for ((fact, key), (there, _)) in &choices.keys {
            if *there && self.facts.entry(*fact, key).is_none() {
                self.add_entry(*fact, key.clone(), String::new());
            }
        }
        for (subject, bounds) in &choices.bounds {
            let NumberSubject::MapSize(fact) = subject else {
                continue;
            };
            let size = |making: &Self| match making.facts.get(*fact) {
                Some(Value::StringMap(entries)) => i64::try_from(entries.len()).unwrap_or(i64::MAX),
                _ => 0,
            };
            if bounds.most.is_some_and(|(most, _)| size(self) > most) {
                let of_fact = choices
                    .keys
                    .iter()
                    .filter(|((other, _), (there, _))| other == fact && *there);
                let mut all: Vec<AtomId> = of_fact.map(|(_, (_, atom))| *atom).collect();
                let entries = choices
                    .texts
                    .iter()
                    .filter(|(text, _)| matches!(text, TextSubject::Entry(other, _) if other == fact));
                all.extend(entries.flat_map(|(_, tests)| tests.iter().map(|(_, _, atom)| *atom)));
                all.extend(atoms(bounds));
                return Err(Stuck::contradiction(all));
            }
            let mut number = 0usize;
            while bounds.least.is_some_and(|(least, _)| size(self) < least) {
                number += 1;
                if number > MAX_PADDING {
                    return Err(Stuck::Unknown);
                }
                let key = format!("x-other-{number}");
                let refused = choices
                    .keys
                    .get(&(*fact, key.clone()))
                    .is_some_and(|(there, _)| !there);
                if !refused {
                    self.add_entry(*fact, key, String::new());
                }
            }
        }
        Ok(())
    }
}

/// Most entries that are added to a map for its size.
const MAX_PADDING: usize = 1_000;

/// The strings that the choices speak of, those that are the same together. The model asked for and what serves it are
/// left out where nothing else is the same: they depend on each other.
fn together(choices: &Choices) -> Vec<Together> {
    let mut groups: Vec<Together> = Vec::new();
    let named = [FactId::from(Builtin::Model), FactId::from(Builtin::Requested)];
    let of_same = choices.same.iter().flat_map(|((left, right), ..)| [left, right]);
    let of_same: BTreeSet<&TextSubject> = of_same.collect();
    for (subject, tests) in &choices.texts {
        let is_named = matches!(subject, TextSubject::Fact(fact) if named.contains(fact));
        if !is_named || of_same.contains(subject) {
            groups.push(Together {
                subjects: BTreeSet::from([subject.clone()]),
                tests: tests.clone(),
                ..Together::default()
            });
        }
    }
    for subject in of_same {
        if !choices.texts.contains_key(subject) {
            groups.push(Together {
                subjects: BTreeSet::from([subject.clone()]),
                ..Together::default()
            });
        }
    }
    for ((left, right), same, atom) in &choices.same {
        if !*same {
            continue;
        }
        let at =
            |groups: &[Together], subject| groups.iter().position(|group| group.subjects.contains(subject));
        if let (Some(first), Some(second)) = (at(&groups, left), at(&groups, right))
            && first != second
        {
            let merged = groups.swap_remove(second);
            // The last group took the removed one's place.
            if let Some(first) = at(&groups, left).and_then(|first| groups.get_mut(first)) {
                first.subjects.extend(merged.subjects);
                first.tests.extend(merged.tests);
                first.because.extend(merged.because);
                first.because.push(*atom);
            }
        }
    }
    groups
}
