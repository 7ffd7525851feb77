//! A wide part of a region around a request: atoms that, coming out as they do for it, suffice for the region.

use super::super::atom::{Atom, NumberSubject};
use super::super::formula::{AtomId, Formula, Formulas, Node};
use super::super::query::{Answer, Query};
use super::super::text::TextTest;
use super::holds::Held;
use std::collections::{BTreeMap, BTreeSet};

/// Most times that a part is asked whether it can be wider.
const MAX_ASKED: usize = 200;

/// Up to so many atoms all of them are tried to be left out; of more, those that the solver found to matter.
const FEW: usize = 24;

/// Atoms and how they come out; together they imply a region.
pub(super) type Cube = Vec<(AtomId, bool)>;

/// What demands have what numbers in one query, so that each is made once.
#[derive(Debug, Default)]
pub(super) struct Demands(BTreeMap<Formula, usize>);

impl Demands {
    /// The number of the demand that a formula holds.
    pub(super) fn of(&mut self, formula: Formula, query: &mut Query<'_, '_, '_>) -> usize {
        *self.0.entry(formula).or_insert_with(|| query.demand(formula))
    }
}

/// A cube around a request in a region; `None` where it was not found that the request's atoms imply the region.
/// `ground` are demands that every request meets.
pub(super) fn around(
    query: &mut Query<'_, '_, '_>,
    demands: &mut Demands,
    ground: &[usize],
    region: Formula,
    held: &mut Held<'_>,
) -> Option<Cube> {
    let literals = literals(query, region, held);
    let mut cube: Vec<(AtomId, bool, usize)> = Vec::with_capacity(literals.len());
    for (atom, holds) in literals {
        let formula = literal(query, atom, holds)?;
        cube.push((atom, holds, demands.of(formula, query)));
    }
    let outside = query.space.formulas.not(region);
    let outside = demands.of(outside, query);
    let mut asked = 0;
    let mut implied = |query: &mut Query<'_, '_, '_>, cube: &[(AtomId, bool, usize)]| {
        asked += 1;
        if asked > MAX_ASKED {
            return None;
        }
        let mut all = ground.to_vec();
        all.push(outside);
        all.extend(cube.iter().map(|(_, _, demand)| *demand));
        match query.answer_of(&all) {
            Answer::Contradiction(core) => Some(core),
            _ => None,
        }
    };
    let core = implied(query, &cube)?;
    if cube.len() > FEW {
        cube.retain(|(_, _, demand)| core.contains(demand));
    }
    // The narrowest are left out first.
    let mut at = cube.len();
    while at > 0 {
        at -= 1;
        let mut less = cube.clone();
        less.remove(at);
        if let Some(core) = implied(query, &less) {
            if cube.len() > FEW {
                less.retain(|(_, _, demand)| core.contains(demand));
            }
            cube = less;
            at = at.min(cube.len());
        }
    }
    Some(cube.into_iter().map(|(atom, holds, _)| (atom, holds)).collect())
}

/// The formula that an atom comes out so.
pub(super) fn literal(query: &mut Query<'_, '_, '_>, atom: AtomId, holds: bool) -> Option<Formula> {
    let formula = query.space.formulas.formula_of(atom)?;
    Some(if holds {
        formula
    } else {
        query.space.formulas.not(formula)
    })
}

/// The formula that all atoms of a cube come out so.
pub(super) fn formula(query: &mut Query<'_, '_, '_>, cube: &Cube) -> Formula {
    let all: Vec<Formula> = cube
        .iter()
        .filter_map(|(atom, holds)| literal(query, *atom, *holds))
        .collect();
    query.space.formulas.and(all)
}

/// The atoms of a region as they come out for a request, the widest first.
fn literals(query: &Query<'_, '_, '_>, region: Formula, held: &mut Held<'_>) -> Cube {
    let space = &query.space;
    let mut found: Vec<((u8, i128), AtomId, bool)> = Vec::new();
    for id in atoms(&space.formulas, region) {
        let Some(formula) = space.formulas.formula_of(id) else {
            continue;
        };
        let holds = held.holds(formula, &space.formulas, &space.encoder);
        if let Some(atom) = space.formulas.atom_of(id) {
            found.push((narrowness(atom, holds), id, holds));
        }
    }
    found.sort();
    found.into_iter().map(|(_, id, holds)| (id, holds)).collect()
}

/// How little an atom's outcome leaves: what sorts last is best left out.
fn narrowness(atom: &Atom, holds: bool) -> (u8, i128) {
    match atom {
        Atom::AtMost(NumberSubject::Instant | NumberSubject::Field(..), _) => (4, 0),
        // A wide bound leaves more than a tight one.
        Atom::AtMost(_, bound) => (1, i128::from(*bound) * if holds { -1 } else { 1 }),
        Atom::Text(_, TextTest::Equals(_)) if !holds => (0, 0),
        Atom::Text(_, TextTest::OneOf(_)) => (if holds { 2 } else { 0 }, 0),
        Atom::Text(_, TextTest::Equals(_)) => (3, 0),
        Atom::List(_, test) if test.contained().is_some() => (2, i128::from(holds)),
        Atom::Flag(_) | Atom::HasKey(..) => (2, i128::from(holds)),
        Atom::Text(..) | Atom::List(..) => (4, i128::from(holds)),
        Atom::SameText(..) | Atom::SumAtMost(..) => (5, 0),
        Atom::Demand(_) => (4, i128::from(holds)),
        Atom::Opaque(_) => (6, 0),
    }
}

/// The atoms in a formula, in order of their numbers.
fn atoms(formulas: &Formulas, formula: Formula) -> BTreeSet<AtomId> {
    let mut atoms = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![formula];
    while let Some(next) = open.pop() {
        if !seen.insert(next) {
            continue;
        }
        match formulas.node(next) {
            Node::Constant(_) => {}
            Node::Atom(id) => _ = atoms.insert(*id),
            Node::Not(operand) => open.push(*operand),
            Node::And(parts) | Node::Or(parts) => open.extend(parts.iter().copied()),
        }
    }
    atoms
}
