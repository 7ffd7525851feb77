//! Lists that pass and fail their tests.

use super::super::atom::NumberSubject;
use super::super::formula::AtomId;
use super::super::list::{ListTest, ListTheory, ListVerdict};
use super::super::relation::Relation;
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

    /// The caller's tags, then those that it claims.
    fn tags(&mut self, tests: &Asked<ListTest>) -> Result<Vec<String>, Stuck> {
        let own = self.facts.list(Builtin::Tags.into()).to_vec();
        if tests.iter().all(|(test, ..)| test.contained().is_some()) {
            let wanted = tests.iter().filter(|(_, wanted, _)| *wanted);
            let claimed = wanted.filter_map(|(test, ..)| test.contained().map(str::to_owned));
            return Ok(own.into_iter().chain(claimed).collect());
        }
        // What the tenant lists stands there in any case, what others list does not.
        let reserved = self.space.tenants.reserved();
        let fixed: Vec<(ListTest, bool)> = reserved
            .iter()
            .map(|tag| {
                (
                    ListTest::Contains((*tag).to_owned()),
                    own.iter().any(|known| known == tag),
                )
            })
            .collect();
        let items = self.solved_list(tests, &fixed).map_err(|stuck| match stuck {
            Stuck::Contradiction { atoms, .. } => Stuck::Contradiction {
                atoms,
                of_caller: true,
            },
            Stuck::Unknown => Stuck::Unknown,
        })?;
        // The tenant's own come first.
        let claimed: Vec<String> = items.into_iter().filter(|item| !own.contains(item)).collect();
        let all: Vec<String> = own.into_iter().chain(claimed).collect();
        let kept = tests.iter().all(|(test, wanted, _)| test.holds(&all) == *wanted);
        if kept { Ok(all) } else { Err(Stuck::Unknown) }
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
