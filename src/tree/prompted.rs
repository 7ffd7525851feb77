//! The parts of conditions that read the prompt. What they come to is the same for a request whatever is decided
//! otherwise, so that a record holds that in the prompt's place, and a replay reads it back.

use super::cel_text;
use super::hash::PolicyHash;
use super::lower::{Lets, Lowering};
use super::predicate::{Scope, Truth};
use super::subject::Subject;
use crate::facts::{Builtin, FactId, Facts};
use crate::model::{Expression, ExpressionKind, Policy};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most parts of a policy that records hold.
const MOST_PARTS: usize = 64;

/// A longer text is held by its hash.
const LONGEST_TEXT: usize = 256;

/// Where the parts of a policy stand, each with its number. Parts of one meaning have one number.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<BTreeMap<Span, usize>>);

impl Places {
    /// The number of the part that an expression is.
    pub(super) fn number(&self, expression: &Expression) -> Option<usize> {
        let number = self.0.get(&expression.span).copied();
        number.filter(|_| !is_joint(expression))
    }
}

/// The parts of a policy's conditions that read the prompt.
#[derive(Debug)]
pub(super) struct Prompted {
    /// Their texts, `let`s written out, and what they are evaluated by; by their numbers.
    parts: Vec<(String, Truth)>,
    /// Whether these are all that its conditions do with the prompt.
    is_whole: bool,
}

/// A part on its way to be lowered.
pub(super) struct Found<'p> {
    texts: Vec<(String, &'p Expression)>,
    places: BTreeMap<Span, usize>,
    is_whole: bool,
}

impl<'p> Found<'p> {
    /// The parts of these conditions. One that reads the target too comes to something else with each.
    pub(super) fn of(policy: &'p Policy, conditions: impl Iterator<Item = &'p Expression>) -> Self {
        let mut found = Found {
            texts: Vec::new(),
            places: BTreeMap::new(),
            is_whole: true,
        };
        let lets = reads_of_lets(policy);
        let mut opened = BTreeSet::new();
        let mut open: Vec<&Expression> = conditions.collect();
        open.reverse();
        while let Some(expression) = open.pop() {
            let reads = reads(expression, &lets);
            match &expression.kind {
                _ if !reads.prompt => {}
                ExpressionKind::Let(id) if opened.insert(*id) => {
                    open.extend(policy.binding(*id).map(|binding| &binding.value));
                }
                ExpressionKind::Let(_) => {}
                _ if is_joint(expression) => open.extend(expression.children().into_iter().rev()),
                _ if reads.attempt => found.is_whole = false,
                _ => found.add(expression, policy),
            }
        }
        found
    }

    /// Where they stand.
    pub(super) fn places(&self) -> Places {
        Places(Arc::new(self.places.clone()))
    }

    fn add(&mut self, part: &'p Expression, policy: &Policy) {
        let text = name(cel_text::written_out(part, policy));
        let known = self.texts.iter().position(|(known, _)| *known == text);
        if known.is_none() && self.texts.len() == MOST_PARTS {
            self.is_whole = false;
            return;
        }
        self.places.insert(part.span, known.unwrap_or(self.texts.len()));
        if known.is_none() {
            self.texts.push((text, part));
        }
    }

    /// The parts with what they are evaluated by.
    pub(super) fn lowered(self, policy: &'p Policy, lets: &Lets) -> Prompted {
        let mut lowering = Lowering::with_lets(policy, lets.clone());
        let texts = self.texts.into_iter();
        Prompted {
            parts: texts
                .map(|(text, part)| (text, lowering.condition(part)))
                .collect(),
            is_whole: self.is_whole,
        }
    }
}

impl Prompted {
    /// The texts of the parts, by their numbers.
    pub(super) fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parts.iter().map(|(text, _)| text.as_str())
    }

    /// Whether all is known that conditions make of a prompt where the outcomes of the parts are.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The outcomes of the parts; without those that cannot be evaluated.
    pub(super) fn outcomes(&self, facts: &Facts) -> Vec<(&str, bool)> {
        let scope = Scope::new(facts, Subject::default());
        let outcome = |truth| {
            let outcome = scope.decide(truth, false);
            (outcome == scope.decide(truth, true)).then_some(outcome)
        };
        let parts = self.parts.iter();
        parts
            .filter_map(|(text, truth)| Some((text.as_str(), outcome(truth)?)))
            .collect()
    }
}

/// Whether an expression puts others of truth together.
fn is_joint(expression: &Expression) -> bool {
    matches!(
        expression.kind,
        ExpressionKind::Not(_)
            | ExpressionKind::And(_)
            | ExpressionKind::Or(_)
            | ExpressionKind::Conditional { .. }
            | ExpressionKind::Let(_)
    )
}

/// What an expression reads, `let`s gone into.
#[derive(Clone, Copy, Debug, Default)]
struct Reads {
    prompt: bool,
    /// The target, or the attempt at it.
    attempt: bool,
}

/// What each `let` reads, by its number. One names only those before it, so that each is gone through once.
fn reads_of_lets(policy: &Policy) -> Vec<Reads> {
    policy.lets.iter().fold(Vec::new(), |mut lets, binding| {
        lets.push(reads(&binding.value, &lets));
        lets
    })
}

fn reads(expression: &Expression, lets: &[Reads]) -> Reads {
    let prompt = FactId::from(Builtin::Prompt);
    let mut reads = Reads::default();
    let mut open = vec![expression];
    while let Some(expression) = open.pop() {
        match &expression.kind {
            ExpressionKind::Fact(fact) => reads.prompt |= *fact == prompt,
            ExpressionKind::Target(_) | ExpressionKind::Attempt(_) => reads.attempt = true,
            ExpressionKind::Let(id) => {
                let read = lets.get(id.0 as usize).copied().unwrap_or_default();
                reads.prompt |= read.prompt;
                reads.attempt |= read.attempt;
            }
            _ => open.extend(expression.children()),
        }
    }
    reads
}

/// A text as records hold it.
fn name(text: String) -> String {
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    format!("sha256:{}", PolicyHash::of([text.as_bytes()]))
}
