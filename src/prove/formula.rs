//! Propositional formulas over atoms, each shared by all that contain it.

use super::atom::Atom;
use crate::facts::FactId;
use std::collections::{BTreeSet, HashMap};

/// A formula in its [`Formulas`]. Equal formulas have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Formula(u32);

/// An atom in its [`Formulas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AtomId(pub(super) u32);

/// What a formula is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// True or false.
    Constant(bool),
    /// An atom.
    Atom(AtomId),
    /// The opposite.
    Not(Formula),
    /// All of two or more.
    And(Box<[Formula]>),
    /// Any of two or more.
    Or(Box<[Formula]>),
}

/// All formulas of one proof, and their atoms.
#[derive(Debug)]
pub(super) struct Formulas {
    nodes: Vec<Node>,
    known: HashMap<Node, Formula>,
    atoms: Vec<Atom>,
    known_atoms: HashMap<Atom, AtomId>,
}

impl Formulas {
    /// The formula that is always true.
    pub(super) const TRUE: Formula = Formula(0);
    /// The formula that is never true.
    pub(super) const FALSE: Formula = Formula(1);

    /// The constants alone.
    pub(super) fn new() -> Self {
        let mut formulas = Formulas {
            nodes: Vec::new(),
            known: HashMap::new(),
            atoms: Vec::new(),
            known_atoms: HashMap::new(),
        };
        formulas.intern(Node::Constant(true));
        formulas.intern(Node::Constant(false));
        formulas
    }

    fn intern(&mut self, node: Node) -> Formula {
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        let formula = Formula(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node.clone());
        self.known.insert(node, formula);
        formula
    }

    /// What a formula is.
    pub(super) fn node(&self, formula: Formula) -> &Node {
        self.nodes
            .get(formula.0 as usize)
            .unwrap_or(&Node::Constant(false))
    }

    /// What an atom asks; `None` for an atom of others.
    pub(super) fn atom_of(&self, id: AtomId) -> Option<&Atom> {
        self.atoms.get(id.0 as usize)
    }

    /// The facts that a formula speaks of; none where it holds a part that is not looked into.
    pub(super) fn facts_of(&self, formula: Formula) -> BTreeSet<FactId> {
        let mut facts = BTreeSet::new();
        for atom in self.atoms_in([formula]) {
            match self.atom_of(atom) {
                Some(Atom::Opaque(_)) | None => return BTreeSet::new(),
                Some(atom) => facts.extend(atom.facts()),
            }
        }
        facts
    }

    /// The atoms that formulas are made of.
    pub(super) fn atoms_in(&self, formulas: impl IntoIterator<Item = Formula>) -> BTreeSet<AtomId> {
        let mut atoms = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<Formula> = formulas.into_iter().collect();
        while let Some(next) = open.pop() {
            if !seen.insert(next) {
                continue;
            }
            match self.node(next) {
                Node::Constant(_) => {}
                Node::Not(operand) => open.push(*operand),
                Node::And(parts) | Node::Or(parts) => open.extend(parts.iter().copied()),
                Node::Atom(id) => {
                    atoms.insert(*id);
                }
            }
        }
        atoms
    }

    /// The formula of an atom that has one.
    pub(super) fn formula_of(&self, id: AtomId) -> Option<Formula> {
        self.known.get(&Node::Atom(id)).copied()
    }

    /// A constant.
    pub(super) fn constant(truth: bool) -> Formula {
        if truth { Self::TRUE } else { Self::FALSE }
    }

    /// The formula of an atom.
    pub(super) fn atom(&mut self, atom: Atom) -> Formula {
        let id = match self.known_atoms.get(&atom) {
            Some(id) => *id,
            None => {
                let id = AtomId(u32::try_from(self.atoms.len()).unwrap_or(u32::MAX));
                self.atoms.push(atom.clone());
                self.known_atoms.insert(atom, id);
                id
            }
        };
        self.intern(Node::Atom(id))
    }

    /// The opposite of a formula.
    pub(super) fn not(&mut self, formula: Formula) -> Formula {
        match self.node(formula) {
            Node::Constant(truth) => Self::constant(!truth),
            Node::Not(operand) => *operand,
            _ => self.intern(Node::Not(formula)),
        }
    }

    /// All of the formulas.
    pub(super) fn and(&mut self, operands: impl IntoIterator<Item = Formula>) -> Formula {
        self.joined(operands, true)
    }

    /// Any of the formulas.
    pub(super) fn or(&mut self, operands: impl IntoIterator<Item = Formula>) -> Formula {
        self.joined(operands, false)
    }

    /// Both formulas alike.
    pub(super) fn equal(&mut self, left: Formula, right: Formula) -> Formula {
        let both = self.and([left, right]);
        let (not_left, not_right) = (self.not(left), self.not(right));
        let neither = self.and([not_left, not_right]);
        self.or([both, neither])
    }

    /// One formula where a condition holds, another where it does not.
    pub(super) fn choose(&mut self, condition: Formula, then: Formula, otherwise: Formula) -> Formula {
        let first = self.and([condition, then]);
        let not = self.not(condition);
        let second = self.and([not, otherwise]);
        self.or([first, second])
    }

    /// Operands flattened, sorted, each once; `conjunction` says which of the two it is.
    fn joined(&mut self, operands: impl IntoIterator<Item = Formula>, conjunction: bool) -> Formula {
        let mut flat = Vec::new();
        for operand in operands {
            match self.node(operand) {
                Node::Constant(truth) if *truth == conjunction => {}
                Node::Constant(_) => return operand,
                Node::And(parts) if conjunction => flat.extend_from_slice(parts),
                Node::Or(parts) if !conjunction => flat.extend_from_slice(parts),
                _ => flat.push(operand),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        let opposed = |part: &Formula| match self.node(*part) {
            Node::Not(operand) => flat.binary_search(operand).is_ok(),
            _ => false,
        };
        if flat.iter().any(opposed) {
            return Self::constant(!conjunction);
        }
        match flat.as_slice() {
            [] => Self::constant(conjunction),
            [only] => *only,
            _ if conjunction => self.intern(Node::And(flat.into_boxed_slice())),
            _ => self.intern(Node::Or(flat.into_boxed_slice())),
        }
    }
}
