//! One question about a policy's requests: is there one that meets all of these demands?
//!
//! The demands are formulas. A SAT solver picks which atoms hold; of them only those that make the demands true are
//! looked at; the theories (`request`) make a request of them, or say which of them contradict each other, which the
//! solver then keeps in mind. What numbers, strings and tenants rule out at once is told to the solver before
//! (`axioms`).

use super::atom::Atom;
use super::axioms::Axioms;
use super::callers::Callers;
use super::formula::{AtomId, Formula, Formulas, Node};
use super::links::Links;
use super::patience::Patience;
use super::request::{self, Made};
use super::space::Space;
use crate::facts::Facts;
use crate::model::TenantId;
use batsat::{Callbacks, Lit, Solver, SolverInterface, SolverOpts, lbool};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Most times that a choice of atoms may turn out to be contradictory before a query is given up.
const MAX_ROUNDS: usize = 20_000;

/// Most requests that are tried where what is not looked into may come out either way.
const MAX_TRIES: usize = 8;

/// What a query says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// A request that meets all demands, as far as they are looked into.
    Request(Box<Facts>),
    /// No request meets these demands together: their numbers, in the order in which they were made.
    Contradiction(Vec<usize>),
    /// Time is up, or a theory has reached a bound.
    Unknown,
}

/// Stops the solver where time is up.
struct Impatient<'p>(&'p dyn Patience);

impl Callbacks for Impatient<'_> {
    fn stop(&self) -> bool {
        self.0.is_over()
    }
}

/// A query, to which demands can be added between its answers.
pub(super) struct Query<'s, 'a, 'p> {
    pub(super) space: &'s mut Space<'a>,
    patience: &'p dyn Patience,
    solver: Solver<Impatient<'p>>,
    literals: HashMap<Formula, Lit>,
    /// The atoms met, each with its literal.
    atoms: Vec<(AtomId, Lit)>,
    axioms: Axioms,
    demands: Vec<(Formula, Lit)>,
    links: Links,
    /// How many of the atoms the links have seen.
    linked: usize,
    /// What holds of every request since facts are read from entries.
    linking: Vec<Formula>,
    /// Demands that parts which are not looked into come out as they did for some request: only tried out.
    pins: BTreeSet<usize>,
    callers: Callers,
    /// The caller of the last request.
    preferred: Option<TenantId>,
}

impl<'s, 'a, 'p> Query<'s, 'a, 'p> {
    /// A query without demands.
    pub(super) fn new(space: &'s mut Space<'a>, patience: &'p dyn Patience) -> Self {
        Query {
            links: space.links.clone(),
            linked: 0,
            linking: Vec::new(),
            space,
            patience,
            solver: Solver::new(SolverOpts::default(), Impatient(patience)),
            literals: HashMap::new(),
            atoms: Vec::new(),
            axioms: Axioms::default(),
            demands: Vec::new(),
            pins: BTreeSet::new(),
            callers: Callers::default(),
            preferred: None,
        }
    }

    /// Demands that a formula holds; the demand's number.
    pub(super) fn demand(&mut self, formula: Formula) -> usize {
        let literal = self.literal(formula);
        self.demands.push((formula, literal));
        self.demands.len() - 1
    }

    /// Demands that a formula does not hold; the demand's number.
    pub(super) fn forbid(&mut self, formula: Formula) -> usize {
        let not = self.space.formulas.not(formula);
        self.demand(not)
    }

    /// All that is demanded.
    pub(super) fn demanded(&self) -> Vec<Formula> {
        self.demands.iter().map(|(formula, _)| *formula).collect()
    }

    /// Looks for a request that meets all demands.
    pub(super) fn answer(&mut self) -> Answer {
        let all: Vec<usize> = (0..self.demands.len())
            .filter(|at| !self.pins.contains(at))
            .collect();
        self.answer_of(&all)
    }

    /// Looks for a request that meets some of the demands.
    pub(super) fn answer_of(&mut self, demands: &[usize]) -> Answer {
        self.link();
        self.tell_callers();
        let of = |at: &usize| self.demands.get(*at).copied();
        let (mut formulas, mut assumptions): (Vec<Formula>, Vec<Lit>) = demands.iter().filter_map(of).unzip();
        formulas.extend(&self.linking);
        assumptions.extend(self.callers.active());
        for _ in 0..MAX_ROUNDS {
            if self.patience.is_over() {
                return Answer::Unknown;
            }
            let solved = self.solve(&assumptions);
            if solved == lbool::FALSE {
                return Answer::Contradiction(self.core(demands));
            }
            if solved != lbool::TRUE {
                return Answer::Unknown;
            }
            let mut clause = match self.realise(&formulas) {
                Ok(Made::Request(facts)) => return Answer::Request(facts),
                Ok(Made::Unknown) => return Answer::Unknown,
                Ok(Made::Contradiction { atoms, of_caller }) => self.excluding(&atoms, of_caller),
                Err(callers) => callers.to_vec(),
            };
            if !self.solver.add_clause_reuse(&mut clause) {
                return Answer::Contradiction(Vec::new());
            }
        }
        Answer::Unknown
    }

    /// Asks the solver; the caller of the last request is tried first, so that a search stays with one caller as long as
    /// it may.
    fn solve(&mut self, assumptions: &[Lit]) -> lbool {
        if let Some(literal) = self.preferred.and_then(|tenant| self.callers.literal_of(tenant)) {
            let mut narrowed = assumptions.to_vec();
            narrowed.push(literal);
            if self.solver.solve_limited(&narrowed) == lbool::TRUE {
                return lbool::TRUE;
            }
            self.preferred = None;
        }
        self.solver.solve_limited(assumptions)
    }

    /// A request that meets all demands and in which what is not looked into comes out as the formulas have it, where one
    /// is found; else the request as it is.
    pub(super) fn settled(&mut self, facts: Box<Facts>) -> Box<Facts> {
        let all: Vec<usize> = (0..self.demands.len()).collect();
        self.settled_of(facts, &all)
    }

    /// As [`Query::settled`], of a request that meets some of the demands.
    pub(super) fn settled_of(&mut self, facts: Box<Facts>, demands: &[usize]) -> Box<Facts> {
        let mut base: Vec<usize> = demands.to_vec();
        base.retain(|at| !self.pins.contains(at));
        let mut last = facts.clone();
        for _ in 0..MAX_TRIES {
            let outcomes = self.unseen(&last);
            if outcomes.iter().all(|(literal, outcome)| {
                let value = self.solver.value_lit(*literal);
                value == lbool::UNDEF || (value == lbool::TRUE) == *outcome
            }) {
                return last;
            }
            let mut demands = base.clone();
            for (atom, outcome) in self.unseen_atoms(&last) {
                let pin = if outcome {
                    self.demand(atom)
                } else {
                    self.forbid(atom)
                };
                self.pins.insert(pin);
                demands.push(pin);
            }
            match self.answer_of(&demands) {
                Answer::Request(other) => last = other,
                _ => return facts,
            }
        }
        facts
    }

    /// How the solver last chose the parts that are not looked into.
    pub(super) fn chosen_unseen(&self) -> Vec<(Formula, bool)> {
        let chosen = self.atoms.iter().filter_map(|(id, literal)| {
            let opaque = matches!(self.space.formulas.atom_of(*id), Some(Atom::Opaque(_)));
            let value = self.solver.value_lit(*literal);
            let known = opaque && value != lbool::UNDEF;
            known.then_some((self.space.formulas.formula_of(*id)?, value == lbool::TRUE))
        });
        chosen.collect()
    }

    /// How the parts that are not looked into come out for a request: their literals.
    fn unseen(&self, facts: &Facts) -> Vec<(Lit, bool)> {
        let atoms = self.unseen_atoms(facts).into_iter();
        atoms
            .filter_map(|(atom, outcome)| Some((*self.literals.get(&atom)?, outcome)))
            .collect()
    }

    /// How the parts that are not looked into come out for a request.
    fn unseen_atoms(&self, facts: &Facts) -> Vec<(Formula, bool)> {
        let opaque = self
            .atoms
            .iter()
            .filter_map(|(id, _)| match self.space.formulas.atom_of(*id)? {
                Atom::Opaque(text) => Some((
                    *id,
                    self.space.encoder.unseen(text).filter(|unseen| unseen.complete)?,
                )),
                _ => None,
            });
        let outcome = |(id, unseen): (AtomId, &super::encode::Unseen)| {
            let outcome = self
                .space
                .tree
                .interpret(&unseen.part, facts, unseen.target)
                .ok()?;
            Some((self.space.formulas.formula_of(id)?, outcome))
        };
        opaque.filter_map(outcome).collect()
    }

    /// The demands among `demands` that the solver found contradictory.
    fn core(&self, demands: &[usize]) -> Vec<usize> {
        let in_core = |at: &usize| {
            let demand = self.demands.get(*at);
            demand.is_some_and(|(_, literal)| self.solver.unsat_core_contains_var(literal.var()))
        };
        demands.iter().copied().filter(in_core).collect()
    }

    /// A request of the atoms by which the solver meets the demands; callers that exclude each other, where it chose two.
    fn realise(&mut self, formulas: &[Formula]) -> Result<Made, [Lit; 2]> {
        let caller = self.caller()?;
        let needed = self.needed(formulas);
        let mut chosen: Vec<(AtomId, bool)> = Vec::with_capacity(needed.len());
        for (id, literal) in &self.atoms {
            if needed.contains(id) {
                chosen.push((*id, self.solver.value_lit(*literal) == lbool::TRUE));
            }
        }
        let tenant = caller.map(|(_, tenant)| tenant);
        self.preferred = tenant;
        Ok(request::make(self.space, &chosen, tenant, self.patience))
    }

    /// The caller that the solver chose.
    fn caller(&self) -> Result<Option<(Lit, TenantId)>, [Lit; 2]> {
        self.callers
            .chosen(|literal| self.solver.value_lit(literal) == lbool::TRUE)
    }

    /// Atoms that together make all formulas come out as the solver chose.
    fn needed(&self, formulas: &[Formula]) -> HashSet<AtomId> {
        let holds = |formula: Formula| {
            let literal = self.literals.get(&formula);
            literal.is_some_and(|literal| self.solver.value_lit(*literal) == lbool::TRUE)
        };
        let mut needed = HashSet::new();
        let mut seen = HashSet::new();
        let mut open: Vec<Formula> = formulas.to_vec();
        while let Some(formula) = open.pop() {
            if !seen.insert(formula) {
                continue;
            }
            match self.space.formulas.node(formula) {
                Node::Constant(_) => {}
                Node::Atom(id) => {
                    needed.insert(*id);
                }
                Node::Not(operand) => open.push(*operand),
                Node::And(parts) | Node::Or(parts) => {
                    let conjunction = matches!(self.space.formulas.node(formula), Node::And(_));
                    if holds(formula) == conjunction {
                        open.extend(parts.iter().copied());
                    } else {
                        let deciding = |part: &&Formula| holds(**part) != conjunction;
                        let known = parts.iter().filter(deciding).find(|part| seen.contains(part));
                        open.extend(known.or_else(|| parts.iter().find(deciding)).copied());
                    }
                }
            }
        }
        needed
    }

    /// The clause that these atoms do not come out as they did, of the caller chosen or of any.
    fn excluding(&self, atoms: &[AtomId], of_caller: bool) -> Vec<Lit> {
        let literal = |atom: &AtomId| {
            self.space
                .formulas
                .formula_of(*atom)
                .map(|formula| self.known(formula))
        };
        let literals = atoms.iter().filter_map(literal);
        let mut clause: Vec<Lit> = literals
            .map(|literal| match self.solver.value_lit(literal) == lbool::TRUE {
                true => !literal,
                false => literal,
            })
            .collect();
        if of_caller && let Ok(Some((literal, _))) = self.caller() {
            clause.push(!literal);
        }
        clause
    }

    /// The literal of a formula, which it is made equal to.
    fn literal(&mut self, formula: Formula) -> Lit {
        let mut open = vec![formula];
        while let Some(next) = open.last().copied() {
            if self.literals.contains_key(&next) {
                open.pop();
                continue;
            }
            let node = self.space.formulas.node(next).clone();
            let missing: Vec<Formula> = match &node {
                Node::Constant(_) | Node::Atom(_) => Vec::new(),
                Node::Not(operand) => vec![*operand],
                Node::And(parts) | Node::Or(parts) => parts.to_vec(),
            };
            let missing: Vec<Formula> = missing
                .into_iter()
                .filter(|part| !self.literals.contains_key(part))
                .collect();
            if missing.is_empty() {
                open.pop();
                let literal = self.define(&node);
                self.literals.insert(next, literal);
            } else {
                open.extend(missing);
            }
        }
        self.known(formula)
    }

    /// The literal of a formula that has one.
    fn known(&self, formula: Formula) -> Lit {
        self.literals.get(&formula).copied().unwrap_or(Lit::UNDEF)
    }

    fn define(&mut self, node: &Node) -> Lit {
        match node {
            Node::Not(operand) => !self.known(*operand),
            Node::Constant(truth) => {
                let literal = self.fresh();
                let fixed = if *truth { literal } else { !literal };
                self.solver.add_clause_reuse(&mut vec![fixed]);
                literal
            }
            Node::Atom(id) => {
                let literal = self.fresh();
                self.meet(*id, literal);
                literal
            }
            Node::And(parts) => {
                let parts: Vec<Lit> = parts.iter().map(|part| self.known(*part)).collect();
                self.conjunction(&parts)
            }
            Node::Or(parts) => {
                let parts: Vec<Lit> = parts.iter().map(|part| !self.known(*part)).collect();
                !self.conjunction(&parts)
            }
        }
    }

    /// A literal that holds where all of these do.
    fn conjunction(&mut self, parts: &[Lit]) -> Lit {
        let all = self.fresh();
        for part in parts {
            self.solver.add_clause_reuse(&mut vec![!all, *part]);
        }
        let mut back: Vec<Lit> = parts.iter().map(|part| !*part).collect();
        back.push(all);
        self.solver.add_clause_reuse(&mut back);
        all
    }

    fn fresh(&mut self) -> Lit {
        Lit::new(self.solver.new_var_default(), true)
    }

    /// A new atom: what it has to do with those before is told to the solver.
    fn meet(&mut self, id: AtomId, literal: Lit) {
        self.atoms.push((id, literal));
        let Some(atom) = self.space.formulas.atom_of(id) else {
            return;
        };
        for mut clause in self.axioms.of(atom, literal) {
            self.solver.add_clause_reuse(&mut clause);
        }
    }

    /// Tells the solver what facts have to do with the entries that they are read from, where new atoms ask for both.
    fn link(&mut self) {
        while let Some((id, _)) = self.atoms.get(self.linked).copied() {
            self.linked += 1;
            let Some(atom) = self.space.formulas.atom_of(id).cloned() else {
                continue;
            };
            let policy = self.space.policy;
            for formula in self.links.of(&atom, policy, &mut self.space.formulas) {
                let literal = self.literal(formula);
                self.solver.add_clause_reuse(&mut vec![literal]);
                self.linking.push(formula);
            }
        }
    }

    /// Tells the solver which callers there are, where new atoms ask for them.
    fn tell_callers(&mut self) {
        if !self.space.tenants.closed() || self.callers.is_told(self.atoms.len()) {
            return;
        }
        let met = self.callers.met();
        let new = self.atoms.iter().skip(met);
        let new: Vec<(Atom, Lit)> = new
            .filter_map(|(id, literal)| Some((self.space.formulas.atom_of(*id)?.clone(), *literal)))
            .collect();
        let solver = &mut self.solver;
        let fresh = || Lit::new(solver.new_var_default(), true);
        let clauses = self.callers.tell(&mut self.space.tenants, &new, fresh);
        for mut clause in clauses {
            self.solver.add_clause_reuse(&mut clause);
        }
    }
}

/// Whether a formula can be true at all, without a request being made of it.
pub(super) fn is_constant(formula: Formula) -> Option<bool> {
    match formula {
        Formulas::TRUE => Some(true),
        Formulas::FALSE => Some(false),
        _ => None,
    }
}
