//! Native predicates: small typed nodes that read facts in place. Evaluating one allocates nothing (interpreted parts
//! apart) and cannot fail; what nevertheless does is noted in the scope, for the caller to take the safe side.

use crate::cel::BinaryOperator;
use crate::facts::{FactId, Facts};
use crate::model::TargetAttribute;
use crate::tree::interpreter::Program;
use crate::tree::memo::Memo;
use crate::tree::subject::Subject;
use crate::tree::target::TargetView;
use crate::tree::text_set::TextSet;
use memchr::memmem::Finder;
use regex::Regex;
use std::cell::Cell;
use std::sync::Arc;

mod joined;
mod list;
mod range;
mod time;

pub(in crate::tree) use joined::{Piece, Pieces};
pub(in crate::tree) use list::List;
pub(in crate::tree) use range::{Item, MOST_VARIABLES, Quantity, Range, Step};
pub(in crate::tree) use time::{LengthPart, MomentPart, Time};

/// What conditions are evaluated over.
#[derive(Debug)]
pub(in crate::tree) struct Scope<'a> {
    /// The request's facts.
    pub(in crate::tree) facts: &'a Facts,
    /// The target or attempt at hand.
    pub(in crate::tree) subject: Subject<'a>,
    failed: Cell<bool>,
    memo: Option<Memo>,
    /// What the variables of the macros around a part stand for, the outermost first.
    items: [Cell<Item<'a>>; MOST_VARIABLES],
}

impl<'a> Scope<'a> {
    /// A scope of these facts, and of a target or an attempt where the condition speaks of one.
    #[inline]
    pub(in crate::tree) fn new(facts: &'a Facts, subject: Subject<'a>) -> Self {
        Scope {
            facts,
            subject,
            failed: Cell::new(false),
            items: [const { Cell::new(Item::Number(0)) }; MOST_VARIABLES],
            memo: None,
        }
    }

    /// A scope for many conditions of one tree over the same facts: each program of the interpreter runs once.
    #[inline]
    pub(in crate::tree) fn remembering(facts: &'a Facts) -> Self {
        Scope {
            memo: Some(Memo::default()),
            ..Scope::new(facts, Subject::default())
        }
    }

    /// Evaluates a condition; `on_failure` where a part of it could not be evaluated.
    pub(in crate::tree) fn decide(&self, condition: &'a Truth, on_failure: bool) -> bool {
        self.failed.set(false);
        let outcome = condition.holds(self);
        if self.failed.get() { on_failure } else { outcome }
    }

    /// What a condition comes to, and whether a part of it could not be evaluated.
    pub(in crate::tree) fn outcome(&self, condition: &'a Truth) -> (bool, bool) {
        self.failed.set(false);
        (condition.holds(self), self.failed.get())
    }

    /// What a part of a moment is, and whether it could not be read.
    pub(in crate::tree) fn part(&self, part: &'a MomentPart) -> (i64, bool) {
        self.failed.set(false);
        (part.get(self), self.failed.get())
    }

    /// Lets the variable at a place stand for an item.
    fn bind(&self, place: usize, item: Item<'a>) {
        if let Some(cell) = self.items.get(place) {
            cell.set(item);
        }
    }

    /// What the variable at a place stands for.
    fn item(&self, place: usize) -> Item<'a> {
        self.items.get(place).map_or(Item::Number(0), Cell::get)
    }

    /// Notes that a part could not be evaluated.
    fn fail(&self) {
        self.failed.set(true);
    }
}

/// A relation between two values of one type.
#[derive(Clone, Copy, Debug)]
pub(in crate::tree) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    /// The relation that an operator stands for; `None` for `in` and arithmetic.
    pub(in crate::tree) fn of(operator: BinaryOperator) -> Option<Relation> {
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
    pub(in crate::tree) fn turned(self) -> Relation {
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
pub(in crate::tree) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Arithmetic {
    /// Moments and lengths of time are only added and subtracted.
    fn of_times(self, left: i128, right: i128) -> i128 {
        match self {
            Arithmetic::Subtract => left.saturating_sub(right),
            _ => left.saturating_add(right),
        }
    }
}

/// Arithmetic from left to right.
#[derive(Debug)]
pub(in crate::tree) struct Chain<T> {
    pub(in crate::tree) first: T,
    pub(in crate::tree) steps: Vec<(Arithmetic, T)>,
}

/// A node that is true or false. The variants with a fact and a constant are the commonest comparisons, in one step.
#[derive(Debug)]
pub(in crate::tree) enum Truth {
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
    Joined(Relation, Box<(Pieces, Pieces)>),
    Times(Relation, Box<(Time, Time)>),
    Quantified(Quantity, Box<Step>),
    Lists {
        equal: bool,
        pair: Box<(List, List)>,
    },
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
    /// A part that reads the prompt, by its number: what is known of it stands for it.
    Prompted(usize, Box<Truth>),
}

/// `condition ? then : otherwise`.
#[derive(Debug)]
pub(in crate::tree) struct Choose<T> {
    pub(in crate::tree) condition: Truth,
    pub(in crate::tree) then: T,
    pub(in crate::tree) otherwise: T,
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
    pub(in crate::tree) fn holds<'a>(&'a self, scope: &Scope<'a>) -> bool {
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
            Truth::Joined(relation, pair) => joined::holds(*relation, pair, scope),
            Truth::Times(relation, pair) => relation.holds(&pair.0.get(scope), &pair.1.get(scope)),
            Truth::Quantified(quantity, step) => step.holds(*quantity, scope),
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
            Truth::Prompted(part, truth) => match scope.facts.known_of_prompt(*part) {
                Some(known) => known,
                None => truth.holds(scope),
            },
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
pub(in crate::tree) enum Number {
    Constant(i64),
    Fact(FactId),
    Context,
    Position,
    Negate(Box<Number>),
    Chain(Box<Chain<Number>>),
    TextSize(Box<Text>),
    ListSize(Box<List>),
    MapSize(FactId),
    Variable(usize),
    Count(Box<Step>),
    Seconds(Box<Time>),
    MomentPart(Box<MomentPart>),
    LengthPart(Box<LengthPart>),
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
            Number::Variable(place) => match scope.item(*place) {
                Item::Number(number) => number,
                Item::Text(_) => checked(None, scope),
            },
            Number::Count(step) => length(step.count(scope)),
            Number::Seconds(moment) => moment.seconds(scope),
            Number::MomentPart(part) => part.get(scope),
            Number::LengthPart(part) => part.get(scope),
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
pub(in crate::tree) enum Double {
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
pub(in crate::tree) enum Text {
    Constant(Box<str>),
    Fact(FactId),
    Target(TargetAttribute),
    Entry(FactId, Box<Text>),
    Element(Box<(List, Number)>),
    Variable(usize),
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
            Text::Variable(place) => match scope.item(*place) {
                Item::Text(text) => Some(text),
                Item::Number(_) => None,
            },
            Text::Choose(choose) => return choose.chosen(scope).get(scope),
            Text::Shared(shared) => return shared.get(scope),
        };
        value.unwrap_or_else(|| {
            scope.fail();
            ""
        })
    }
}
