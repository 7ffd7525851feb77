//! A request of which chosen atoms hold and others do not: a value for each fact that they speak of, or atoms that
//! contradict each other.

mod apart;
mod lists;
mod named;
mod numbers;
mod sums;
mod texts;

use super::atom::{Atom, NumberSubject, Terms, TextSubject};
use super::formula::AtomId;
use super::list::ListTest;
use super::patience::Patience;
use super::space::Space;
use super::text::TextTest;
use crate::facts::{Builtin, Demands, FactId, Facts, Value};
use crate::model::TenantId;
use std::collections::BTreeMap;

/// What came out.
#[derive(Debug)]
pub(super) enum Made {
    /// A request.
    Request(Box<Facts>),
    /// These atoms cannot come out together as they were chosen.
    Contradiction {
        /// The atoms.
        atoms: Vec<AtomId>,
        /// Whether they contradict each other only for the caller that was chosen.
        of_caller: bool,
    },
    /// A bound was reached.
    Unknown,
}

/// Why there is no request.
#[derive(Debug)]
pub(super) enum Stuck {
    Contradiction { atoms: Vec<AtomId>, of_caller: bool },
    Unknown,
}

impl Stuck {
    /// Atoms that contradict each other whoever calls.
    fn contradiction(atoms: Vec<AtomId>) -> Stuck {
        Stuck::Contradiction {
            atoms,
            of_caller: false,
        }
    }
}

/// A question of one kind, how it shall come out, and its atom.
type Asked<Question> = Vec<(Question, bool, AtomId)>;

/// Bounds on one number and the atoms that they come from.
#[derive(Clone, Debug, Default)]
struct Bounds {
    least: Option<(i64, AtomId)>,
    most: Option<(i64, AtomId)>,
}

/// The chosen atoms by what they ask about.
#[derive(Debug, Default)]
struct Choices {
    flags: Vec<(FactId, bool)>,
    bounds: BTreeMap<NumberSubject, Bounds>,
    sums: Asked<(Terms, i64)>,
    texts: BTreeMap<TextSubject, Asked<TextTest>>,
    same: Asked<(TextSubject, TextSubject)>,
    keys: BTreeMap<(FactId, String), (bool, AtomId)>,
    lists: BTreeMap<FactId, Asked<ListTest>>,
    demands: Demands,
}

/// A request of which these atoms come out so; `tenant` is the caller where tenants are a closed world.
pub(super) fn make(
    space: &mut Space<'_>,
    chosen: &[(AtomId, bool)],
    tenant: Option<TenantId>,
    patience: &dyn Patience,
) -> Made {
    let choices = sorted(space, chosen);
    let mut making = Making {
        facts: Facts::empty(&space.policy.facts),
        space,
        tenant,
        patience,
    };
    match making.make(choices) {
        Ok(()) => Made::Request(Box::new(making.facts)),
        Err(Stuck::Unknown) => Made::Unknown,
        Err(Stuck::Contradiction { atoms, of_caller }) => Made::Contradiction { atoms, of_caller },
    }
}

/// A request being made.
struct Making<'m, 'a> {
    space: &'m mut Space<'a>,
    facts: Facts,
    tenant: Option<TenantId>,
    patience: &'m dyn Patience,
}

impl Making<'_, '_> {
    fn make(&mut self, mut choices: Choices) -> Result<(), Stuck> {
        self.caller();
        self.facts.set_demands(choices.demands);
        for (fact, truth) in &choices.flags {
            self.set(*fact, Value::Bool(*truth));
        }
        self.numbers(&mut choices)?;
        self.lists(&mut choices)?;
        self.texts(&mut choices)?;
        self.named(&choices)
    }

    fn set(&mut self, fact: FactId, value: Value) {
        // A value of another type cannot come up: subjects are made with their fact's type.
        let _ = self.facts.set(fact, value);
    }

    /// The facts that the caller's tenant says.
    fn caller(&mut self) {
        let Some(tenant) = self.tenant else { return };
        let derived: Vec<FactId> = self.space.tenants.derived().collect();
        for fact in derived {
            if let Some(value) = self.space.tenants.value(tenant, fact) {
                self.set(fact, value);
            }
        }
        let tags = self.space.policy.tenant(tenant).map(|tenant| tenant.tags.clone());
        self.set(Builtin::Tags.into(), Value::StringList(tags.unwrap_or_default()));
    }
}

/// The chosen atoms by what they ask about; those that the caller's tenant answers are seen to by its class, unless
/// they bear on what else stands in a list.
fn sorted(space: &Space<'_>, chosen: &[(AtomId, bool)]) -> Choices {
    let mut choices = Choices::default();
    for (id, holds) in chosen {
        let Some(atom) = space.formulas.atom_of(*id) else {
            continue;
        };
        if space.tenants.answers(atom) {
            continue;
        }
        match atom {
            Atom::Flag(fact) => choices.flags.push((*fact, *holds)),
            Atom::AtMost(subject, bound) => {
                let bounds = choices.bounds.entry(subject.clone()).or_default();
                if *holds {
                    if bounds.most.is_none_or(|(known, _)| *bound < known) {
                        bounds.most = Some((*bound, *id));
                    }
                } else {
                    let least = bound.saturating_add(1);
                    if bounds.least.is_none_or(|(known, _)| least > known) {
                        bounds.least = Some((least, *id));
                    }
                }
            }
            Atom::SumAtMost(terms, bound) => choices.sums.push(((terms.clone(), *bound), *holds, *id)),
            Atom::Text(subject, test) => {
                let tests = choices.texts.entry(subject.clone()).or_default();
                tests.push((test.clone(), *holds, *id));
            }
            Atom::SameText(left, right) => {
                choices.same.push(((left.clone(), right.clone()), *holds, *id));
            }
            Atom::HasKey(fact, key) => {
                choices.keys.insert((*fact, key.clone()), (*holds, *id));
            }
            Atom::List(fact, test) => {
                let tests = choices.lists.entry(*fact).or_default();
                tests.push((test.clone(), *holds, *id));
            }
            Atom::Demand(demand) => {
                if *holds {
                    choices.demands.insert(*demand);
                }
            }
            Atom::Opaque(_) => {}
        }
    }
    choices
}
