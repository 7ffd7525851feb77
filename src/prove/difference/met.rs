//! A request that was met on a walk, and what each policy does with it.

use super::super::formula::{Formula, Formulas};
use super::class::Class;
use super::draw::Key;
use super::joint::Source;
use super::pick::{self, Sticky};
use super::rules::Rules;
use super::verdict::{Draws, Verdict};
use crate::facts::{Builtin, FactId, Facts};
use std::collections::BTreeSet;

/// What one of the policies does with a request, and what it draws by.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// The facts as the policy sees them.
    seen: Facts,
    pub(super) class: Class,
    /// What its route's split is drawn by.
    key: Option<Key>,
    /// What its pools stick to.
    sticky: Sticky,
    /// What it does with the requests that are looked at together with this one.
    pub(super) verdict: Verdict,
}

/// A request, as the old policy and the new one have it.
#[derive(Clone, Debug)]
pub(super) struct Met<'w, 't> {
    rules: [&'w Rules<'w, 't>; 2],
    /// Its facts for the joint policy.
    pub(super) facts: &'w Facts,
    pub(super) sides: [Side; 2],
}

impl Side {
    fn new(rules: &Rules<'_, '_>, facts: &Facts, formulas: &mut Formulas) -> Self {
        let seen = rules.half.seen(facts);
        let class = Class::of(rules, &seen);
        let key = Key::of(rules, &class, facts, formulas);
        let sticky = pick::sticky(rules, &class, facts, formulas);
        Side {
            verdict: Verdict::of(rules, &class, key.as_ref(), &sticky),
            seen,
            class,
            key,
            sticky,
        }
    }

    /// The keys of some of its draws.
    fn keys(&self, draws: Draws) -> impl Iterator<Item = &Key> {
        let split = self.key.iter().filter(move |_| draws.split);
        split.chain(self.sticky.values().filter(move |_| draws.sticky))
    }
}

impl<'w, 't> Met<'w, 't> {
    pub(super) fn new(rules: [&'w Rules<'w, 't>; 2], facts: &'w Facts, formulas: &mut Formulas) -> Self {
        Met {
            sides: rules.map(|rules| Side::new(rules, facts, formulas)),
            rules,
            facts,
        }
    }

    /// What holds of all requests that are told together with this one. Where both policies pick the cheapest, these are
    /// told for each order.
    pub(super) fn region(&mut self, formulas: &mut Formulas) -> Formula {
        let mut all: Vec<Formula> = Vec::new();
        for (side, rules) in self.sides.iter().zip(self.rules) {
            all.push(side.class.formula(rules, formulas));
        }
        all.extend(self.keys(Draws::ALL).map(|key| key.alike));
        let pick = self.sides.iter().all(|side| side.verdict.picks_cheapest());
        if pick
            && !self.is_alike()
            && let Some(same) = self.cheapest_alike(formulas)
        {
            all.push(same);
            *self = self.priced();
        }
        formulas.and(all)
    }

    /// Whether both policies do the same.
    pub(super) fn is_alike(&self) -> bool {
        let [was, is] = &self.sides;
        was.verdict == is.verdict
    }

    /// Whether what is done is told otherwise.
    pub(super) fn differs_from(&self, other: &Met<'_, '_>) -> bool {
        let mut pairs = self.sides.iter().zip(&other.sides);
        pairs.any(|(own, other)| own.verdict != other.verdict)
    }

    /// The keys of some of the draws of both.
    pub(super) fn keys(&self, draws: Draws) -> impl Iterator<Item = &Key> {
        self.sides.iter().flat_map(move |side| side.keys(draws))
    }

    /// The facts of the joint policy that draw, and the caller's name, which draws with each of them.
    pub(super) fn drawn_by(&self) -> Vec<FactId> {
        let given: BTreeSet<FactId> = self.keys(Draws::ALL).filter_map(|key| key.given).collect();
        let tenant = FactId::from(Builtin::Tenant);
        let is_shared = self.rules.iter().any(|rules| {
            let source = rules.half.source(tenant);
            matches!(source, Some(Source::Shared(_)))
        });
        let last = (self.keys(Draws::ALL).next().is_some() && is_shared).then_some(tenant);
        let others = given.into_iter().filter(|fact| *fact != tenant);
        others.chain(last).collect()
    }

    /// The same for the requests for which the cheapest come in the order in which they do for this one.
    pub(super) fn priced(&self) -> Self {
        self.with(|side, rules| side.verdict.priced(rules, &side.seen))
    }

    /// The same for the requests that draw as this one does.
    pub(super) fn settled(&self, draws: Draws) -> Self {
        self.with(|side, rules| side.verdict.settled(rules, &side.seen, draws))
    }

    /// Whether both do the same with the requests that draw as another one does.
    pub(super) fn is_alike_for(&self, facts: &Facts) -> bool {
        let mut verdicts = self.sides.iter().zip(self.rules).map(|(side, rules)| {
            let seen = rules.half.seen(facts);
            side.verdict.settled(rules, &seen, Draws::ALL)
        });
        verdicts.next() == verdicts.next()
    }

    fn with(&self, verdict: impl Fn(&Side, &Rules<'_, '_>) -> Verdict) -> Self {
        let mut other = self.clone();
        for (side, rules) in other.sides.iter_mut().zip(self.rules) {
            side.verdict = verdict(side, rules);
        }
        other
    }

    /// What holds of the requests for which the cheapest come in the order in which they do for this one; `None` where that
    /// is not said.
    pub(super) fn cheapest_alike(&self, formulas: &mut Formulas) -> Option<Formula> {
        let mut all = Vec::with_capacity(2);
        for (side, rules) in self.sides.iter().zip(self.rules) {
            all.push(pick::cheapest_alike(rules, &side.class, &side.seen, formulas)?);
        }
        Some(formulas.and(all))
    }
}
