//! Native predicates: small typed nodes that read facts in place. Evaluating one allocates nothing (interpreted parts
//! apart) and cannot fail; what nevertheless does is noted in the scope, for the caller to take the safe side.

use super::interpreter::Program;
use super::memo::Memo;
use super::subject::Subject;
use super::target::TargetView;
use super::text_set::TextSet;
use crate::cel::BinaryOperator;
use crate::facts::{FactId, Facts};
use crate::model::TargetAttribute;
use memchr::memmem::Finder;
use regex::Regex;
use std::cell::Cell;
use std::sync::Arc;

/// What conditions are evaluated over.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// The request's facts.
    pub(super) facts: &'a Facts,
    /// The target or attempt at hand.
    pub(super) subject: Subject<'a>,
    failed: Cell<bool>,
    memo: Option<Memo>,
}

impl<'a> Scope<'a> {
    /// A scope of these facts, and of a target or an attempt where the condition speaks of one.
    pub(super) fn new(facts: &'a Facts, subject: Subject<'a>) -> Self {
        Scope {
            facts,
            subject,
            failed: Cell::new(false),
            memo: None,
        }
    }

    /// A scope for many conditions of one tree over the same facts: each program of the interpreter runs once.
    pub(super) fn remembering(facts: &'a Facts) -> Self {
        Scope {
            memo: Some(Memo::default()),
            ..Scope::new(facts, Subject::default())
        }
    }

    /// Evaluates a condition; `on_failure` where a part of it could not be evaluated.
    pub(super) fn decide(&self, condition: &'a Truth, on_failure: bool) -> bool {
        self.failed.set(false);
        let outcome = condition.holds(self);
        if self.failed.get() { on_failure } else { outcome }
    }

    /// Notes that a part could not be evaluated.
    fn fail(&self) {
        self.failed.set(true);
    }
}

/// A relation between two values of one type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    /// The relation that an operator stands for; `None` for `in` and arithmetic.
    pub(super) fn of(operator: BinaryOperator) -> Option<Relation> {
        Some(match operator {
            BinaryOperator::Equal => Relation::Equal,
            BinaryOperator::NotEqual => Relation::NotEqual,
            BinaryOperator::Less => Relation::Less,
            BinaryOperator::LessOrEqual => Relation::LessOrEqual,
            BinaryOperator::Greater => Relation::Greater,
            BinaryOperator::GreaterOrEqual => Relation::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The relation that holds of `b` and `a` where this one holds of `a` and `b`.
    pub(super) fn turned(self) -> Relation {
        match self {
            Relation::Equal => Relation::Equal,
            Relation::NotEqual => Relation::NotEqual,
            Relation::Less => Relation::Greater,
            Relation::LessOrEqual => Relation::GreaterOrEqual,
            Relation::Greater => Relation::Less,
            Relation::GreaterOrEqual => Relation::LessOrEqual,
        }
    }

    #[inline]
    fn holds<T: PartialOrd + ?Sized>(self, left: &T, right: &T) -> bool {
        match self {
            Relation::Equal => left == right,
            Relation::NotEqual => left != right,
            Relation::Less => left < right,
            Relation::LessOrEqual => left <= right,
            Relation::Greater => left > right,
            Relation::GreaterOrEqual => left >= right,
        }
    }
}

/// A step of int or double arithmetic.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Arithmetic from left to right.
#[derive(Debug)]
pub(super) struct Chain<T> {
    pub(super) first: T,
    pub(super) steps: Vec<(Arithmetic, T)>,
}

/// A node that is true or false. The variants with a fact and a constant are the commonest comparisons, in one step.
#[derive(Debug)]
pub(super) enum Truth {
    Constant(bool),
    Fact(FactId),
    TextIs(FactId, Box<str>),
    NumberIs(Relation, FactId, i64),
    FactHolds(FactId, Box<str>),
    Not(Box<Truth>),
    All(Box<[Truth]>),
    Any(Box<[Truth]>),
    Choose(Box<Choose<Truth>>),
    Truths(Relation, Box<(Truth, Truth)>),
    Numbers(Relation, Box<(Number, Number)>),
    Doubles(Relation, Box<(Double, Double)>),
    Texts(Relation, Box<(Text, Text)>),
    Lists { equal: bool, pair: Box<(List, List)> },
    NumberIn(Box<(Number, Box<[i64]>)>),
    TextIn(Box<(Text, Arc<TextSet>)>),
    ListHolds(Box<(List, Text)>),
    HasKey(FactId, Box<Text>),
    Contains(Box<(Text, Text)>),
    ContainsLiteral(Box<(Text, Finder<'static>)>),
    StartsWith(Box<(Text, Text)>),
    EndsWith(Box<(Text, Text)>),
    Matches(Box<(Text, Regex)>),
    Shared(Arc<Truth>),
    Interpreted(Arc<Program>),
}

/// `condition ? then : otherwise`.
#[derive(Debug)]
pub(super) struct Choose<T> {
    pub(super) condition: Truth,
    pub(super) then: T,
    pub(super) otherwise: T,
}

impl<T> Choose<T> {
    fn chosen<'a>(&'a self, scope: &Scope<'a>) -> &'a T {
        if self.condition.holds(scope) {
            &self.then
        } else {
            &self.otherwise
        }
    }
}

impl Truth {
    /// Whether it holds.
    pub(super) fn holds<'a>(&'a self, scope: &Scope<'a>) -> bool {
        match self {
            Truth::Constant(truth) => *truth,
            Truth::Fact(fact) => scope.facts.boolean(*fact),
            Truth::TextIs(fact, text) => scope.facts.string(*fact) == &**text,
            Truth::NumberIs(relation, fact, number) => relation.holds(&scope.facts.int(*fact), number),
            Truth::FactHolds(fact, text) => scope.facts.list(*fact).iter().any(|item| **item == **text),
            Truth::Not(operand) => !operand.holds(scope),
            Truth::All(operands) => operands.iter().all(|operand| operand.holds(scope)),
            Truth::Any(operands) => operands.iter().any(|operand| operand.holds(scope)),
            Truth::Choose(choose) => choose.chosen(scope).holds(scope),
            Truth::Truths(relation, pair) => relation.holds(&pair.0.holds(scope), &pair.1.holds(scope)),
            Truth::Numbers(relation, pair) => relation.holds(&pair.0.get(scope), &pair.1.get(scope)),
            Truth::Doubles(relation, pair) => relation.holds(&pair.0.get(scope), &pair.1.get(scope)),
            Truth::Texts(relation, pair) => relation.holds(pair.0.get(scope), pair.1.get(scope)),
            Truth::Lists { equal, pair } => pair.0.equals(&pair.1, scope) == *equal,
            Truth::NumberIn(pair) => pair.1.binary_search(&pair.0.get(scope)).is_ok(),
            Truth::TextIn(pair) => pair.1.contains(pair.0.get(scope)),
            Truth::ListHolds(pair) => pair.0.holds(pair.1.get(scope), scope),
            Truth::HasKey(map, key) => scope.facts.entry(*map, key.get(scope)).is_some(),
            Truth::Contains(pair) => pair.0.get(scope).contains(pair.1.get(scope)),
            Truth::ContainsLiteral(pair) => pair.1.find(pair.0.get(scope).as_bytes()).is_some(),
            Truth::StartsWith(pair) => pair.0.get(scope).starts_with(pair.1.get(scope)),
            Truth::EndsWith(pair) => pair.0.get(scope).ends_with(pair.1.get(scope)),
            Truth::Matches(pair) => pair.1.is_match(pair.0.get(scope)),
            Truth::Shared(shared) => shared.holds(scope),
            Truth::Interpreted(program) => interpreted(program, scope).unwrap_or_else(|| {
                scope.fail();
                false
            }),
        }
    }
}

/// What a program of the interpreter comes to; `None` where it fails.
fn interpreted(program: &Program, scope: &Scope<'_>) -> Option<bool> {
    let run = || program.truth(scope.facts, scope.subject).ok();
    match (&scope.memo, program.number()) {
        (Some(memo), Some(number)) => memo.outcome(number, run),
        _ => run(),
    }
}

/// A node that is an int.
#[derive(Debug)]
pub(super) enum Number {
    Constant(i64),
    Fact(FactId),
    Context,
    Position,
    Negate(Box<Number>),
    Chain(Box<Chain<Number>>),
    TextSize(Box<Text>),
    ListSize(Box<List>),
    MapSize(FactId),
    Choose(Box<Choose<Number>>),
    Shared(Arc<Number>),
}

impl Number {
    fn get<'a>(&'a self, scope: &Scope<'a>) -> i64 {
        match self {
            Number::Constant(number) => *number,
            Number::Fact(fact) => scope.facts.int(*fact),
            Number::Context => scope.subject.target.map_or(0, TargetView::context),
            Number::Position => scope.subject.position,
            Number::Negate(operand) => checked(operand.get(scope).checked_neg(), scope),
            Number::Chain(chain) => chain
                .steps
                .iter()
                .fold(chain.first.get(scope), |left, (step, right)| {
                    let right = right.get(scope);
                    let value = match step {
                        Arithmetic::Add => left.checked_add(right),
                        Arithmetic::Subtract => left.checked_sub(right),
                        Arithmetic::Multiply => left.checked_mul(right),
                        Arithmetic::Divide => left.checked_div(right),
                        Arithmetic::Remainder => left.checked_rem(right),
                    };
                    checked(value, scope)
                }),
            Number::TextSize(text) => length(text.get(scope).chars().count()),
            Number::ListSize(list) => length(list.size(scope)),
            Number::MapSize(map) => match scope.facts.get(*map) {
                Some(crate::facts::Value::StringMap(entries)) => length(entries.len()),
                _ => 0,
            },
            Number::Choose(choose) => choose.chosen(scope).get(scope),
            Number::Shared(shared) => shared.get(scope),
        }
    }
}

/// The result of arithmetic that the checker has shown to be total.
fn checked(value: Option<i64>, scope: &Scope<'_>) -> i64 {
    value.unwrap_or_else(|| {
        scope.fail();
        0
    })
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A node that is a double; ints in it are converted.
#[derive(Debug)]
pub(super) enum Double {
    Constant(f64),
    Number(Number),
    Price(TargetAttribute),
    Negate(Box<Double>),
    Chain(Box<Chain<Double>>),
    Choose(Box<Choose<Double>>),
    Shared(Arc<Double>),
}

impl Double {
    fn get<'a>(&'a self, scope: &Scope<'a>) -> f64 {
        match self {
            Double::Constant(number) => *number,
            Double::Number(number) => number.get(scope) as f64,
            Double::Price(attribute) => scope
                .subject
                .target
                .map_or(f64::NAN, |target| target.price(*attribute)),
            Double::Negate(operand) => -operand.get(scope),
            Double::Chain(chain) => chain
                .steps
                .iter()
                .fold(chain.first.get(scope), |left, (step, right)| {
                    let right = right.get(scope);
                    match step {
                        Arithmetic::Add => left + right,
                        Arithmetic::Subtract => left - right,
                        Arithmetic::Multiply => left * right,
                        Arithmetic::Divide => left / right,
                        Arithmetic::Remainder => left % right,
                    }
                }),
            Double::Choose(choose) => choose.chosen(scope).get(scope),
            Double::Shared(shared) => shared.get(scope),
        }
    }
}

/// A node that is a string.
#[derive(Debug)]
pub(super) enum Text {
    Constant(Box<str>),
    Fact(FactId),
    Target(TargetAttribute),
    Entry(FactId, Box<Text>),
    Element(Box<(List, Number)>),
    Choose(Box<Choose<Text>>),
    Shared(Arc<Text>),
}

impl Text {
    fn get<'a>(&'a self, scope: &Scope<'a>) -> &'a str {
        let value = match self {
            Text::Constant(text) => return text,
            Text::Fact(fact) => return scope.facts.string(*fact),
            Text::Target(attribute) => scope.subject.target.map(|target| target.text(*attribute)),
            Text::Entry(map, key) => scope.facts.entry(*map, key.get(scope)),
            Text::Element(pair) => pair.0.element(pair.1.get(scope), scope),
            Text::Choose(choose) => return choose.chosen(scope).get(scope),
            Text::Shared(shared) => return shared.get(scope),
        };
        value.unwrap_or_else(|| {
            scope.fail();
            ""
        })
    }
}

/// A node that is a list of strings.
#[derive(Debug)]
pub(super) enum List {
    Fact(FactId),
    Target(TargetAttribute),
    Fallbacks,
    Of(Box<[Text]>),
    Choose(Box<Choose<List>>),
    Shared(Arc<List>),
}

/// What a list node stands for in one evaluation.
enum Strings<'a> {
    Values(&'a [String]),
    Nodes(&'a [Text]),
}

impl List {
    fn strings<'a>(&'a self, scope: &Scope<'a>) -> Strings<'a> {
        match self {
            List::Fact(fact) => Strings::Values(scope.facts.list(*fact)),
            List::Target(attribute) => {
                Strings::Values(scope.subject.target.map_or(&[], |target| target.list(*attribute)))
            }
            List::Fallbacks => Strings::Values(scope.subject.fallbacks),
            List::Of(texts) => Strings::Nodes(texts),
            List::Choose(choose) => choose.chosen(scope).strings(scope),
            List::Shared(shared) => shared.strings(scope),
        }
    }

    fn size<'a>(&'a self, scope: &Scope<'a>) -> usize {
        match self.strings(scope) {
            Strings::Values(values) => values.len(),
            Strings::Nodes(nodes) => nodes.len(),
        }
    }

    fn element<'a>(&'a self, index: i64, scope: &Scope<'a>) -> Option<&'a str> {
        let index = usize::try_from(index).ok()?;
        match self.strings(scope) {
            Strings::Values(values) => values.get(index).map(String::as_str),
            Strings::Nodes(nodes) => nodes.get(index).map(|node| node.get(scope)),
        }
    }

    fn holds<'a>(&'a self, text: &str, scope: &Scope<'a>) -> bool {
        match self.strings(scope) {
            Strings::Values(values) => values.iter().any(|value| value == text),
            Strings::Nodes(nodes) => nodes.iter().any(|node| node.get(scope) == text),
        }
    }

    fn equals<'a>(&'a self, other: &'a List, scope: &Scope<'a>) -> bool {
        let size = self.size(scope);
        size == other.size(scope)
            && (0..length(size)).all(|index| self.element(index, scope) == other.element(index, scope))
    }
}
