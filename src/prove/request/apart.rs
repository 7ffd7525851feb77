//! Strings that shall differ: each group of equal strings has a few values to choose from, of which a choice is sought
//! that keeps those apart that shall be.

use super::super::formula::AtomId;
use super::texts::Together;
use super::{Choices, Making, Stuck};
use std::collections::BTreeSet;

/// Most steps of one search.
const MAX_STEPS: usize = 10_000;

/// Two groups that shall differ, and the atom that says so.
type Edge = (usize, usize, AtomId);

impl Making<'_, '_> {
    /// Gives groups other values where some came out the same that shall differ.
    pub(super) fn apart(
        &mut self,
        choices: &Choices,
        groups: &[Together],
        values: &mut [String],
    ) -> Result<(), Stuck> {
        let edges = edges(choices, groups)?;
        if edges
            .iter()
            .all(|(left, right, _)| values.get(*left) != values.get(*right))
        {
            return Ok(());
        }
        let mut options: Vec<Vec<String>> = Vec::with_capacity(groups.len());
        for (at, group) in groups.iter().enumerate() {
            let others = edges
                .iter()
                .filter(|(left, right, _)| *left == at || *right == at);
            options.push(self.options(group, values.get(at).cloned(), others.count())?);
        }
        let mut chosen: Vec<usize> = Vec::with_capacity(groups.len());
        match search(&options, &edges, &mut chosen, &mut 0) {
            Some(true) => {
                for ((value, options), at) in values.iter_mut().zip(&options).zip(chosen) {
                    value.clone_from(options.get(at).ok_or(Stuck::Unknown)?);
                }
                Ok(())
            }
            Some(false) => Err(self.inseparable(groups, &edges)),
            None => Err(Stuck::Unknown),
        }
    }

    /// Values of a group: all that there are, or one more than there are strings from which it shall differ.
    fn options(
        &mut self,
        group: &Together,
        first: Option<String>,
        others: usize,
    ) -> Result<Vec<String>, Stuck> {
        let mut options: Vec<String> = first.into_iter().collect();
        if group.subjects.iter().any(|subject| self.says_text(subject)) {
            return Ok(options);
        }
        while options.len() <= others {
            match self.value_of(group, &options) {
                Ok(value) => options.push(value),
                Err(Stuck::Contradiction { .. }) => break,
                Err(Stuck::Unknown) => return Err(Stuck::Unknown),
            }
        }
        Ok(options)
    }

    /// The atoms of all strings that shall differ from others: they leave no choice.
    fn inseparable(&self, groups: &[Together], edges: &[Edge]) -> Stuck {
        let involved: BTreeSet<usize> = edges
            .iter()
            .flat_map(|(left, right, _)| [*left, *right])
            .collect();
        let mut atoms: BTreeSet<AtomId> = edges.iter().map(|(_, _, atom)| *atom).collect();
        let mut of_caller = false;
        for group in involved.into_iter().filter_map(|at| groups.get(at)) {
            atoms.extend(group.tests.iter().map(|(_, _, atom)| *atom));
            atoms.extend(&group.because);
            of_caller |= group.subjects.iter().any(|subject| self.says_text(subject));
        }
        Stuck::Contradiction {
            atoms: atoms.into_iter().collect(),
            of_caller,
        }
    }
}

/// Which groups shall differ. What shall differ from itself is a contradiction.
fn edges(choices: &Choices, groups: &[Together]) -> Result<Vec<Edge>, Stuck> {
    let mut edges = Vec::new();
    for ((left, right), same, atom) in &choices.same {
        if *same {
            continue;
        }
        let at = |subject| groups.iter().position(|group| group.subjects.contains(subject));
        let (Some(left), Some(right)) = (at(left), at(right)) else {
            return Err(Stuck::Unknown);
        };
        if left == right {
            let mut atoms = groups
                .get(left)
                .map(|group| group.because.clone())
                .unwrap_or_default();
            atoms.push(*atom);
            return Err(Stuck::contradiction(atoms));
        }
        edges.push((left, right, *atom));
    }
    Ok(edges)
}

/// Chooses for the groups that are left; `None` where it takes too long.
fn search(
    options: &[Vec<String>],
    edges: &[Edge],
    chosen: &mut Vec<usize>,
    steps: &mut usize,
) -> Option<bool> {
    let next = chosen.len();
    let Some(own) = options.get(next) else {
        return Some(true);
    };
    for at in 0..own.len() {
        *steps += 1;
        if *steps > MAX_STEPS {
            return None;
        }
        chosen.push(at);
        let value = |group: &usize| options.get(*group)?.get(*chosen.get(*group)?);
        let mut decided = edges.iter().filter(|(left, right, _)| *left.max(right) == next);
        let kept = decided.all(|(left, right, _)| value(left) != value(right));
        if kept && search(options, edges, chosen, steps)? {
            return Some(true);
        }
        chosen.pop();
    }
    Some(false)
}
