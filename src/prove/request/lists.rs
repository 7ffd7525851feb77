//! Lists that pass and fail their tests.

use super::super::atom::NumberSubject;
use super::super::formula::AtomId;
use super::super::list::{Body, ListTest, ListTheory, ListVerdict};
use super::super::relation::Relation;
use super::super::text::TextTest;
use super::{Asked, Choices, Making, Stuck};
use crate::facts::{Builtin, FactId, Value};

impl Making<'_, '_> {
    /// Sets the lists that the choices speak of.
    pub(super) fn lists(&mut self, choices: &mut Choices) -> Result<(), Stuck> {
        for (subject, bounds) in &choices.bounds {
            let NumberSubject::ListSize(fact) = subject else {
                continue;
            };
            let tests = choices.lists.entry(*fact).or_default();
            if let Some((least, atom)) = bounds.least {
                tests.push((ListTest::SizeCompare(Relation::GreaterOrEqual, least), true, atom));
            }
            if let Some((most, atom)) = bounds.most {
                tests.push((ListTest::SizeCompare(Relation::LessOrEqual, most), true, atom));
            }
        }
        for (fact, tests) in &choices.lists {
            let items = if *fact == FactId::from(Builtin::Tags) && self.tenant.is_some() {
                self.tags(tests)?
            } else {
                self.solved_list(tests, &[])?
            };
            self.set(*fact, Value::StringList(items));
        }
        Ok(())
    }

    /// The caller's tags, then those that it claims, of which no tenant lists one. The tests become tests of what is
    /// claimed alone.
    fn tags(&mut self, tests: &Asked<ListTest>) -> Result<Vec<String>, Stuck> {
        let own = self.facts.list(Builtin::Tags.into()).to_vec();
        // Tags that some tenant lists are none of these: the tenant alone says whether it has them.
        if tests.iter().all(|(test, ..)| test.contained().is_some()) {
            let wanted = tests.iter().filter(|(_, wanted, _)| *wanted);
            let claimed = wanted.filter_map(|(test, ..)| test.contained().map(str::to_owned));
            return Ok(own.into_iter().chain(claimed).collect());
        }
        let of_caller = |atoms| Stuck::Contradiction {
            atoms,
            of_caller: true,
        };
        let mut of_claimed: Asked<ListTest> = Vec::with_capacity(tests.len());
        for (test, wanted, atom) in tests {
            match behind(test, &own) {
                Behind::Known(outcome) if outcome == *wanted => {}
                Behind::Known(_) => return Err(of_caller(vec![*atom])),
                Behind::Asks(test) => of_claimed.push((test, *wanted, *atom)),
            }
        }
        let reserved = self.space.tenants.reserved().iter().map(|tag| (*tag).to_owned());
        let is_reserved = ListTest::Exists(Body::Test(TextTest::one_of(reserved)));
        let claimed =
            self.solved_list(&of_claimed, &[(is_reserved, false)])
                .map_err(|stuck| match stuck {
                    Stuck::Contradiction { atoms, .. } => of_caller(atoms),
                    Stuck::Unknown => Stuck::Unknown,
                })?;
        Ok(own.into_iter().chain(claimed).collect())
    }

    fn solved_list(
        &mut self,
        asked: &Asked<ListTest>,
        fixed: &[(ListTest, bool)],
    ) -> Result<Vec<String>, Stuck> {
        if self.patience.is_over() {
            return Err(Stuck::Unknown);
        }
        let of_atoms = asked.iter().map(|(test, wanted, _)| (test, *wanted));
        let tests: Vec<(&ListTest, bool)> = of_atoms
            .chain(fixed.iter().map(|(test, wanted)| (test, *wanted)))
            .collect();
        match ListTheory.solve(&tests, &mut self.space.texts) {
            ListVerdict::List(items) => Ok(items),
            ListVerdict::Unknown => Err(Stuck::Unknown),
            ListVerdict::Contradiction(at) => {
                let of = |at: usize| asked.get(at).map(|(_, _, atom)| *atom);
                let atoms: Vec<AtomId> = at.into_iter().filter_map(of).collect();
                Err(Stuck::contradiction(atoms))
            }
        }
    }
}

/// What a test of a list is for the part of it behind a beginning that is known.
enum Behind {
    /// It comes out so, whatever stands there.
    Known(bool),
    /// It comes out as this test of what stands there.
    Asks(ListTest),
}

fn behind(test: &ListTest, own: &[String]) -> Behind {
    match test {
        ListTest::Contains(_) | ListTest::Exists(_) if test.holds(own) => Behind::Known(true),
        ListTest::Contains(_) | ListTest::Exists(_) => Behind::Asks(test.clone()),
        ListTest::SizeCompare(relation, size) => {
            let own = i64::try_from(own.len()).unwrap_or(i64::MAX);
            Behind::Asks(ListTest::SizeCompare(*relation, size.saturating_sub(own)))
        }
        ListTest::Equals(items) => match items.strip_prefix(own) {
            Some(rest) => Behind::Asks(ListTest::Equals(rest.to_vec())),
            None => Behind::Known(false),
        },
    }
}
