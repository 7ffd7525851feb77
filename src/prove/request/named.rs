//! The model that a client asks for, and the policy's model or pool that serves that name.

use super::super::atom::TextSubject;
use super::super::formula::AtomId;
use super::super::text::{TextTest, TextVerdict, outcome};
use super::texts::{Together, Wanted};
use super::{Asked, Choices, Making, Stuck};
use crate::facts::{Builtin, FactId, Value};
use crate::model::Named;

impl Making<'_, '_> {
    /// A value for each group of equal strings. Where the model asked for, or what serves it, shall be the same as
    /// another string, or differ from one, each way in which the one leads to the other is tried.
    pub(super) fn named_groups(&mut self, choices: &Choices) -> Result<Vec<(Together, String)>, Stuck> {
        let (model, requested) = (subject(Builtin::Model), subject(Builtin::Requested));
        if !is_held(choices, &model) && !is_held(choices, &requested) {
            return self.groups(choices, &[]);
        }
        if !is_held(choices, &requested) && !choices.texts.contains_key(&requested) {
            let groups = self.groups(choices, &[])?;
            let asked = groups.iter().find(|(group, _)| group.subjects.contains(&model));
            let serving = asked.and_then(|(_, asked)| self.space.policy.requested(asked));
            let name = serving.map(|named| self.space.policy.name_of(named).to_owned());
            self.set(Builtin::Requested.into(), Value::String(name.unwrap_or_default()));
            return Ok(groups);
        }
        let mut unknown = false;
        for (name, named) in self.names() {
            for way in self.ways_to(named) {
                let is_name = (TextTest::Equals(name.clone()), true);
                match self.groups(
                    choices,
                    &[(requested.clone(), vec![is_name]), (model.clone(), way)],
                ) {
                    Ok(groups) => return Ok(groups),
                    Err(Stuck::Unknown) => unknown = true,
                    Err(Stuck::Contradiction { .. }) => {}
                }
            }
        }
        if unknown {
            return Err(Stuck::Unknown);
        }
        let of_texts = choices.texts.values().flatten().map(|(_, _, atom)| *atom);
        Err(Stuck::Contradiction {
            atoms: of_texts
                .chain(choices.same.iter().map(|(_, _, atom)| *atom))
                .collect(),
            of_caller: self.tenant.is_some(),
        })
    }

    /// What can serve a model that is asked for, and the empty name of none.
    fn names(&self) -> Vec<(String, Option<Named>)> {
        let policy = self.space.policy;
        let named = policy
            .all_named()
            .map(|named| (policy.name_of(named).to_owned(), Some(named)));
        [(String::new(), None)].into_iter().chain(named).collect()
    }

    /// Sets `model` and `requested`, so that the one serves the other.
    pub(super) fn named(&mut self, choices: &Choices) -> Result<(), Stuck> {
        let (model, requested) = (FactId::from(Builtin::Model), FactId::from(Builtin::Requested));
        if is_held(choices, &subject(Builtin::Model)) || is_held(choices, &subject(Builtin::Requested)) {
            return Ok(());
        }
        let none = Vec::new();
        let of_model = choices.texts.get(&TextSubject::Fact(model)).unwrap_or(&none);
        let of_requested = choices.texts.get(&TextSubject::Fact(requested)).unwrap_or(&none);
        if of_model.is_empty() && of_requested.is_empty() {
            return Ok(());
        }
        let (asked, serving) = if of_requested.is_empty() {
            let asked = self.solved(wanted(of_model), of_model)?;
            let policy = self.space.policy;
            let serving = policy
                .requested(&asked)
                .map(|named| policy.name_of(named).to_owned());
            (asked, serving.unwrap_or_default())
        } else {
            self.both(of_model, of_requested)?
        };
        self.set(model, Value::String(asked));
        self.set(requested, Value::String(serving));
        Ok(())
    }

    fn solved(&mut self, tests: Vec<Wanted>, asked: &Asked<TextTest>) -> Result<String, Stuck> {
        match self.solve_text(&tests) {
            TextVerdict::Text(text) => Ok(text),
            TextVerdict::Unknown => Err(Stuck::Unknown),
            TextVerdict::Contradiction(at) => {
                let of = |at: usize| asked.get(at).map(|(_, _, atom)| *atom);
                Err(Stuck::contradiction(at.into_iter().filter_map(of).collect()))
            }
        }
    }

    /// A name to ask for, and what serves it.
    fn both(
        &mut self,
        of_model: &Asked<TextTest>,
        of_requested: &Asked<TextTest>,
    ) -> Result<(String, String), Stuck> {
        let mut unknown = false;
        let mut possible = false;
        for (name, named) in self.names() {
            let fits = |(test, wanted, _): &(TextTest, bool, AtomId)| outcome(test, &name) == *wanted;
            if !of_requested.iter().all(fits) {
                continue;
            }
            possible = true;
            for way in self.ways_to(named) {
                let tests = wanted(of_model).into_iter().chain(way).collect::<Vec<_>>();
                match self.solve_text(&tests) {
                    TextVerdict::Text(asked) => return Ok((asked, name)),
                    TextVerdict::Unknown => unknown = true,
                    TextVerdict::Contradiction(_) => {}
                }
            }
        }
        if unknown {
            return Err(Stuck::Unknown);
        }
        let of = |asked: &Asked<TextTest>| asked.iter().map(|(_, _, atom)| *atom).collect::<Vec<_>>();
        let mut atoms = of(of_requested);
        if possible {
            atoms.extend(of(of_model));
        }
        Err(Stuck::contradiction(atoms))
    }

    /// The ways in which the name asked for leads to a model or pool, or to none: tests of it.
    fn ways_to(&self, named: Option<Named>) -> Vec<Vec<Wanted>> {
        let served = &self.space.policy.served;
        let exact = |of: Named| {
            let names = served.exact().filter(|(_, other)| *other == of);
            TextTest::one_of(names.map(|(name, _)| name.to_owned()))
        };
        let any_exact = TextTest::one_of(served.exact().map(|(name, _)| name.to_owned()));
        let glob = |glob: &str| TextTest::Glob(glob.to_owned());
        let Some(named) = named else {
            let mut none = vec![(any_exact, false)];
            none.extend(served.globs().map(|(text, _)| (glob(text), false)));
            return vec![none];
        };
        if !served.reaches(named) {
            // No name leads there: what stands in `model` then says nothing.
            return vec![Vec::new()];
        }
        let mut ways = vec![vec![(exact(named), true)]];
        let globs: Vec<(&str, Named)> = served.globs().collect();
        for (at, (text, of)) in globs.iter().enumerate() {
            if *of == named {
                let mut way = vec![(glob(text), true), (any_exact.clone(), false)];
                way.extend(globs.iter().take(at).map(|(earlier, _)| (glob(earlier), false)));
                ways.push(way);
            }
        }
        ways
    }
}

fn subject(fact: Builtin) -> TextSubject {
    TextSubject::Fact(fact.into())
}

/// Whether a string shall be the same as another, or differ from one.
fn is_held(choices: &Choices, subject: &TextSubject) -> bool {
    let mut same = choices.same.iter();
    same.any(|((left, right), ..)| left == subject || right == subject)
}

fn wanted(asked: &Asked<TextTest>) -> Vec<Wanted> {
    asked
        .iter()
        .map(|(test, wanted, _)| (test.clone(), *wanted))
        .collect()
}
