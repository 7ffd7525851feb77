//! What conditions, and the needs of models, ask of facts: each fact once, with all that it is compared with.

use super::super::predicate::{MomentPart, Number, Relation, Text, Truth};
use super::NEEDS;
use super::question::Question;
use crate::facts::{Builtin, FactId, Type};
use crate::model::Policy;
use crate::tree::names::Names;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most conditions that are evaluated for each request.
const MOST_TRUTHS: usize = 16;

/// Most comparisons that are gone through. A policy of more has more classes than requests.
const MOST_LOOKED_AT: usize = 100_000;

/// What is asked so far.
#[derive(Debug, Default)]
pub(super) struct Gathered<'t> {
    texts: BTreeMap<FactId, Vec<&'t str>>,
    lists: BTreeMap<FactId, Vec<&'t str>>,
    numbers: BTreeMap<FactId, BTreeSet<i64>>,
    parts: Vec<(&'t MomentPart, BTreeSet<i64>)>,
    flags: BTreeSet<FactId>,
    truths: Vec<&'t Truth>,
    /// What conditions share, by its address: it is gone through once.
    seen: BTreeSet<usize>,
    looked_at: usize,
}

impl<'t> Gathered<'t> {
    /// Adds what a condition asks; `None` where it takes long to answer, or there is too much.
    pub(super) fn add(&mut self, condition: &'t Truth) -> Option<()> {
        self.look_at(1)?;
        match condition {
            Truth::Constant(_) => {}
            Truth::Fact(fact) => {
                self.flags.insert(*fact);
            }
            Truth::TextIs(fact, text) => self.texts.entry(*fact).or_default().push(text),
            Truth::FactHolds(fact, text) => self.lists.entry(*fact).or_default().push(text),
            Truth::NumberIs(relation, fact, number) => {
                let cuts = self.numbers.entry(*fact).or_default();
                cuts.extend(cuts_of(*relation, *number));
            }
            Truth::Not(operand) => self.add(operand)?,
            Truth::Shared(shared) if self.is_new(shared) => self.add(shared)?,
            Truth::Shared(_) => {}
            Truth::All(operands) | Truth::Any(operands) => {
                operands.iter().try_for_each(|operand| self.add(operand))?;
            }
            Truth::Choose(choose) => {
                let parts = [&choose.condition, &choose.then, &choose.otherwise];
                parts.into_iter().try_for_each(|part| self.add(part))?;
            }
            Truth::Truths(_, pair) => {
                self.add(&pair.0)?;
                self.add(&pair.1)?;
            }
            Truth::TextIn(pair) => match &**pair {
                (Text::Fact(fact), set) => {
                    self.look_at(set.texts().len())?;
                    let texts = set.texts().iter().map(|text| &**text);
                    self.texts.entry(*fact).or_default().extend(texts);
                }
                _ => self.evaluate(condition)?,
            },
            Truth::Numbers(relation, pair) => match &**pair {
                (Number::MomentPart(part), Number::Constant(number)) => {
                    self.part(part, cuts_of(*relation, *number), condition)?;
                }
                (Number::Constant(number), Number::MomentPart(part)) => {
                    self.part(part, cuts_of(relation.turned(), *number), condition)?;
                }
                _ => self.evaluate(condition)?,
            },
            Truth::Interpreted(_) | Truth::Quantified(..) | Truth::Matches(_) => return None,
            Truth::Contains(_) | Truth::ContainsLiteral(_) => return None,
            _ => self.evaluate(condition)?,
        }
        Some(())
    }

    /// Adds what rules models out: capabilities, windows and what protocols express of an `api`.
    pub(super) fn add_needs(&mut self, policy: &'t Policy) {
        for need in NEEDS {
            let fact = FactId::from(need);
            match need.ty() {
                Type::Bool => self.flags.extend([fact]),
                _ => self.numbers.entry(fact).or_default().extend([1]),
            }
        }
        let windows = policy.models.iter().filter_map(|model| model.context);
        let beyond = windows.filter_map(|window| i64::try_from(window).ok()?.checked_add(1));
        let tokens = FactId::from(Builtin::Tokens);
        self.numbers.entry(tokens).or_default().extend(beyond);
        let apis = Builtin::Api.one_of().into_iter().flatten().copied();
        self.texts.entry(Builtin::Api.into()).or_default().extend(apis);
    }

    /// All of it.
    pub(super) fn into_questions(self) -> impl Iterator<Item = Question<'t>> {
        let names = |texts: Vec<&str>| Names::new(texts.into_iter());
        let texts = self.texts.into_iter();
        let texts = texts.map(move |(fact, texts)| Question::Text(fact, names(texts)));
        let lists = self.lists.into_iter();
        let lists = lists.map(move |(fact, texts)| Question::Members(fact, names(texts)));
        let numbers = self.numbers.into_iter();
        let numbers = numbers.map(|(fact, cuts)| Question::Number(fact, cuts.into_iter().collect()));
        let parts = self.parts.into_iter();
        let parts = parts.map(|(part, cuts)| Question::Part(part, cuts.into_iter().collect()));
        let flags = self.flags.into_iter().map(Question::Flag);
        let truths = self.truths.into_iter().map(Question::Truth);
        texts
            .chain(lists)
            .chain(numbers)
            .chain(parts)
            .chain(flags)
            .chain(truths)
    }

    /// A part of a moment that is compared with a number. That of a fact is read once, however often it is compared.
    fn part(
        &mut self,
        part: &'t MomentPart,
        cuts: impl Iterator<Item = i64>,
        condition: &'t Truth,
    ) -> Option<()> {
        if part.fact().is_none() {
            return self.evaluate(condition);
        }
        let is_same = |known: &MomentPart| {
            known.fact() == part.fact() && known.part == part.part && known.zone == part.zone
        };
        match self.parts.iter_mut().find(|(known, _)| is_same(known)) {
            Some((_, known)) => known.extend(cuts),
            None => self.parts.push((part, cuts.collect())),
        }
        Some(())
    }

    /// A condition that is evaluated for each request.
    fn evaluate(&mut self, condition: &'t Truth) -> Option<()> {
        self.truths.push(condition);
        (self.truths.len() <= MOST_TRUTHS).then_some(())
    }

    fn look_at(&mut self, count: usize) -> Option<()> {
        self.looked_at += count;
        (self.looked_at <= MOST_LOOKED_AT).then_some(())
    }

    fn is_new<T>(&mut self, shared: &Arc<T>) -> bool {
        self.seen.insert(Arc::as_ptr(shared).addr())
    }
}

/// The numbers from which on a comparison comes to something else than below them.
fn cuts_of(relation: Relation, number: i64) -> impl Iterator<Item = i64> {
    let (at, above) = (Some(number), number.checked_add(1));
    let cuts = match relation {
        Relation::Less | Relation::GreaterOrEqual => [at, None],
        Relation::LessOrEqual | Relation::Greater => [above, None],
        Relation::Equal | Relation::NotEqual => [at, above],
    };
    cuts.into_iter().flatten()
}
