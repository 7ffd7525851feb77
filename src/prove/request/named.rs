//! The model that a client asks for, and the policy's model or pool that serves that name.

use super::super::atom::TextSubject;
use super::super::formula::AtomId;
use super::super::text::{TextTest, TextVerdict, outcome};
use super::texts::Wanted;
use super::{Asked, Choices, Making, Stuck};
use crate::facts::{Builtin, FactId, Value};
use crate::model::Named;

impl Making<'_, '_> {
    /// Sets `model` and `requested`, so that the one serves the other.
    pub(super) fn named(&mut self, choices: &Choices) -> Result<(), Stuck> {
        let (model, requested) = (FactId::from(Builtin::Model), FactId::from(Builtin::Requested));
        let of_same = |fact: FactId| {
            let subject = TextSubject::Fact(fact);
            choices
                .same
                .iter()
                .any(|((left, right), ..)| *left == subject || *right == subject)
        };
        if of_same(model) || of_same(requested) {
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
        let policy = self.space.policy;
        let named: Vec<Option<Named>> = [None].into_iter().chain(policy.all_named().map(Some)).collect();
        let mut unknown = false;
        let mut possible = false;
        for named in named {
            let name = named
                .map(|named| policy.name_of(named).to_owned())
                .unwrap_or_default();
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

fn wanted(asked: &Asked<TextTest>) -> Vec<Wanted> {
    asked
        .iter()
        .map(|(test, wanted, _)| (test.clone(), *wanted))
        .collect()
}
