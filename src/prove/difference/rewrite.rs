//! What differs with the policy, said of what the client sends: which names asked for the policy's models and pools
//! serve, and which tags a client may claim.

use super::super::atom::{Atom, NumberSubject, TextSubject};
use super::super::formula::{Formula, Formulas, Node};
use super::super::text::{TextTest, outcome};
use super::joint::{Half, Joint, Side, Source};
use crate::facts::{Builtin, FactId};
use crate::model::Named;
use std::collections::{BTreeSet, HashMap};

/// From so many names on, one of them is one test.
const MANY: usize = 8;

/// Rewrites formulas of one joint policy.
#[derive(Debug)]
pub(super) struct Rewriter<'j, 't> {
    joint: &'j Joint<'t>,
    known: HashMap<Formula, Formula>,
    /// Whether both policies let clients claim the same tags, and only the callers' tags are none of them.
    same_tags: bool,
}

impl<'j, 't> Rewriter<'j, 't> {
    /// A rewriter that has rewritten nothing yet.
    pub(super) fn new(joint: &'j Joint<'t>) -> Self {
        let held = joint.tree.policy().reserved_tags();
        let owned = |half: &Half<'_>| half.caller.as_ref().is_some_and(|caller| !caller.tags.is_empty());
        let same_tags = joint.old.reserved == joint.new.reserved
            && joint.old.reserved == held
            && !owned(&joint.old)
            && !owned(&joint.new);
        Rewriter {
            joint,
            known: HashMap::new(),
            same_tags,
        }
    }

    /// The formula, said of what the client sends.
    pub(super) fn rewritten(&mut self, formula: Formula, formulas: &mut Formulas) -> Formula {
        if let Some(known) = self.known.get(&formula) {
            return *known;
        }
        let rewritten = stacker::maybe_grow(64 << 10, 1 << 20, || match formulas.node(formula).clone() {
            Node::Constant(_) => formula,
            Node::Not(operand) => {
                let operand = self.rewritten(operand, formulas);
                formulas.not(operand)
            }
            Node::And(parts) => {
                let parts: Vec<Formula> = parts.iter().map(|part| self.rewritten(*part, formulas)).collect();
                formulas.and(parts)
            }
            Node::Or(parts) => {
                let parts: Vec<Formula> = parts.iter().map(|part| self.rewritten(*part, formulas)).collect();
                formulas.or(parts)
            }
            Node::Atom(id) => match formulas.atom_of(id).cloned() {
                Some(atom) => self.atom(formula, &atom, formulas),
                None => formula,
            },
        });
        self.known.insert(formula, rewritten);
        rewritten
    }

    fn atom(&self, formula: Formula, atom: &Atom, formulas: &mut Formulas) -> Formula {
        let facts = atom.facts();
        let placed = facts.iter().find_map(|fact| self.place(*fact));
        let Some((half, is_tags)) = placed else {
            return formula;
        };
        if !is_tags {
            return match atom {
                Atom::Text(TextSubject::Fact(_), test) => {
                    serving(half, formulas, &|name| outcome(test, name))
                }
                Atom::AtMost(NumberSubject::TextSize(TextSubject::Fact(_)), bound) => {
                    let size = |name: &str| i64::try_from(name.chars().count()).unwrap_or(i64::MAX);
                    serving(half, formulas, &|name| size(name) <= *bound)
                }
                _ => formulas.atom(Atom::Opaque(format!("{atom:?}"))),
            };
        }
        let tags = FactId::from(Builtin::Tags);
        match atom {
            Atom::List(_, test) => match test.contained() {
                Some(tag) if half.reserved.contains(tag) => self.reserved(half, tag, formulas, atom),
                Some(_) => formulas.atom(Atom::List(tags, test.clone())),
                None if self.same_tags => formulas.atom(Atom::List(tags, test.clone())),
                None => formulas.atom(Atom::Opaque(format!("{atom:?}"))),
            },
            Atom::AtMost(NumberSubject::ListSize(_), bound) if self.same_tags => {
                formulas.atom(Atom::AtMost(NumberSubject::ListSize(tags), *bound))
            }
            _ => formulas.atom(Atom::Opaque(format!("{atom:?}"))),
        }
    }

    /// A tag that only callers can have.
    fn reserved(&self, half: &Half<'_>, tag: &str, formulas: &mut Formulas, atom: &Atom) -> Formula {
        if let Some(caller) = &half.caller {
            return Formulas::constant(caller.tags.iter().any(|own| own == tag));
        }
        let held = self.joint.tree.policy().reserved_tags();
        match atom {
            Atom::List(_, test) if held.contains(tag) => {
                formulas.atom(Atom::List(Builtin::Tags.into(), test.clone()))
            }
            _ => Formulas::FALSE,
        }
    }

    /// The policy that a fact stands for something of, and whether that is its tags.
    fn place(&self, fact: FactId) -> Option<(&'j Half<'t>, bool)> {
        [Side::Old, Side::New].into_iter().find_map(|side| {
            let half = self.joint.half(side);
            let of = |builtin: Builtin| half.source(builtin.into());
            match (of(Builtin::Tags), of(Builtin::Requested)) {
                (Some(Source::Tags(place)), _) if *place == fact => Some((half, true)),
                (_, Some(Source::Requested(place))) if *place == fact => Some((half, false)),
                _ => None,
            }
        })
    }
}

/// That what serves the model asked for has an admitted name; the empty one is that nothing serves it.
pub(super) fn serving(half: &Half<'_>, formulas: &mut Formulas, admits: &dyn Fn(&str) -> bool) -> Formula {
    if admits("") {
        let opposite = serving(half, formulas, &|name| !admits(name));
        return formulas.not(opposite);
    }
    let policy = half.tree.policy();
    let served = &policy.served;
    let reached: Vec<Named> = policy
        .all_named()
        .filter(|named| served.reaches(*named))
        .collect();
    let admitted: BTreeSet<Named> = reached
        .iter()
        .copied()
        .filter(|named| admits(policy.name_of(*named)))
        .collect();
    let exact = |of: &dyn Fn(Named) -> bool, formulas: &mut Formulas| {
        let names = served.exact().filter(|(_, named)| of(*named));
        one_of(names.map(|(name, _)| name.to_owned()).collect(), formulas)
    };
    let mut any = vec![exact(&|named| admitted.contains(&named), formulas)];
    let all = admitted.len() == reached.len();
    let any_exact = exact(&|_| true, formulas);
    let no_exact = formulas.not(any_exact);
    let mut earlier = vec![no_exact];
    for (glob, named) in served.globs() {
        let fits = asked(TextTest::Glob(glob.to_owned()), formulas);
        if all {
            any.push(fits);
        } else if admitted.contains(&named) {
            let way = formulas.and(earlier.iter().copied().chain([fits]));
            any.push(way);
        }
        earlier.push(formulas.not(fits));
    }
    formulas.or(any)
}

fn one_of(names: Vec<String>, formulas: &mut Formulas) -> Formula {
    if names.len() >= MANY {
        return asked(TextTest::one_of(names), formulas);
    }
    let each: Vec<Formula> = names
        .into_iter()
        .map(|name| asked(TextTest::Equals(name), formulas))
        .collect();
    formulas.or(each)
}

fn asked(test: TextTest, formulas: &mut Formulas) -> Formula {
    formulas.atom(Atom::Text(TextSubject::Fact(Builtin::Model.into()), test))
}
