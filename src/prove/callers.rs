//! The callers that a query's atoms tell apart, as clauses for its solver: every request is of one declared tenant.
//!
//! A tenant that the query names is told by the atom that names it; the others are classes that come out alike in all
//! else that the query asks of tenants, and have the same values wherever those meet what the request adds. New atoms
//! add to what was told before; only the list of all callers, which must hold one of them, is told anew.

use super::atom::Atom;
use super::tenants::{Mixed, Name, Tenants};
use crate::model::TenantId;
use batsat::Lit;

/// What the solver was told of callers.
#[derive(Debug, Default)]
pub(super) struct Callers {
    /// How many of the query's atoms were looked at.
    met: usize,
    /// Tenants that are named, each with the literal of the atom that does.
    named: Vec<(TenantId, Lit)>,
    /// What else is asked of tenants.
    questions: Vec<(Atom, Lit)>,
    /// What of tenants comes into the query's other atoms.
    mixed: Mixed,
    /// Classes of tenants that are not named, each with its literal and one of its tenants.
    classes: Vec<(Lit, TenantId)>,
    /// Holds where the present list of callers counts.
    active: Option<Lit>,
}

impl Callers {
    /// The literal under which the callers are those that there are, once they were told.
    pub(super) fn active(&self) -> Option<Lit> {
        self.active
    }

    /// How many of the query's atoms were looked at.
    pub(super) fn met(&self) -> usize {
        self.met
    }

    /// Whether the atoms met so far, of which there are so many, were all told.
    pub(super) fn is_told(&self, atoms: usize) -> bool {
        self.active.is_some() && self.met == atoms
    }

    /// The literal that says a tenant calls, where it is named.
    pub(super) fn literal_of(&self, tenant: TenantId) -> Option<Lit> {
        let mut named = self.named.iter();
        named
            .find(|(known, _)| *known == tenant)
            .map(|(_, literal)| *literal)
    }

    /// The callers that a model of the solver chooses: a named tenant where there is one, else one of a class. Two named
    /// ones exclude each other: that is to be told.
    pub(super) fn chosen(&self, holds: impl Fn(Lit) -> bool) -> Result<Option<(Lit, TenantId)>, [Lit; 2]> {
        let mut named = self.named.iter().filter(|(_, literal)| holds(*literal));
        match (named.next(), named.next()) {
            (Some((_, first)), Some((_, second))) => Err([!*first, !*second]),
            (Some((tenant, literal)), None) => Ok(Some((*literal, *tenant))),
            _ => Ok(self.classes.iter().copied().find(|(literal, _)| holds(*literal))),
        }
    }

    /// The clauses that new atoms bring. `fresh` makes a literal.
    pub(super) fn tell(
        &mut self,
        tenants: &mut Tenants<'_>,
        new: &[(Atom, Lit)],
        mut fresh: impl FnMut() -> Lit,
    ) -> Vec<Vec<Lit>> {
        let mut clauses = Vec::new();
        let mut asks = self.active.is_none() || new.iter().any(|(atom, _)| tenants.answers(atom));
        for (atom, _) in new {
            asks |= tenants.mix(atom, &mut self.mixed);
        }
        self.met += new.len();
        if !asks {
            return clauses;
        }
        for (atom, literal) in new.iter().filter(|(atom, _)| tenants.answers(atom)) {
            match tenants.name(atom) {
                Name::Tenant(tenant) => {
                    let outcomes = self.questions.iter();
                    clauses.extend(outcomes.map(|(question, answer)| {
                        vec![!*literal, signed(*answer, tenants.answer(tenant, question))]
                    }));
                    self.named.push((tenant, *literal));
                }
                Name::Nobody => clauses.push(vec![!*literal]),
                Name::None => {
                    clauses.extend(self.named.iter().map(|(tenant, named)| {
                        vec![!*named, signed(*literal, tenants.answer(*tenant, atom))]
                    }));
                    self.questions.push((atom.clone(), *literal));
                }
            }
        }
        let questions: Vec<&Atom> = self.questions.iter().map(|(atom, _)| atom).collect();
        let named = self.named.iter().map(|(tenant, _)| *tenant).collect();
        let active = fresh();
        let mut any = vec![!active];
        any.extend(self.named.iter().map(|(_, literal)| *literal));
        self.classes.clear();
        for class in tenants.classes(&questions, &self.mixed, &named) {
            let chosen = fresh();
            for ((_, literal), outcome) in self.questions.iter().zip(&class.outcomes) {
                clauses.push(vec![!active, !chosen, signed(*literal, *outcome)]);
            }
            any.push(chosen);
            self.classes.push((chosen, class.tenant));
        }
        clauses.push(any);
        self.active = Some(active);
        clauses
    }
}

fn signed(literal: Lit, holds: bool) -> Lit {
    if holds { literal } else { !literal }
}
