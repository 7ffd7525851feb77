//! `==`, `!=` and the order of values: what may be compared, what it tells, and what can never hold.

use super::checker::Checker;
use super::interval::Interval;
use super::knowledge::Knowledge;
use super::text::shown;
use super::typed::Typed;
use super::types::{a, is_number, is_ranged, is_sized, unify};
use crate::cel::{BinaryOperator as Operator, Literal, quote};
use crate::check::names::replacement;
use crate::diagnostic::{Code, Diagnostic, meant};
use crate::model::time::field_hint;
use crate::model::{ExpressionKind as Kind, Type};
use crate::source::Span;
use crate::syntax::ast::Expression;
use std::collections::BTreeSet;

/// Most values that a message lists.
const MOST_LISTED: usize = 8;

impl Checker<'_> {
    pub(super) fn equality(
        &mut self,
        whole: &Expression,
        operator: (Operator, Span),
        left: Typed,
        right: Typed,
    ) -> Option<Typed> {
        if unify(left.ty(), right.ty()).is_none() {
            return self.refuse(unlike(operator, &left, &right));
        }
        self.possible(&left, &right)?;
        self.possible(&right, &left)?;
        let truth = is_ranged(left.ty())
            .then(|| equal(left.bounds.range, right.bounds.range))
            .flatten();
        let (mut yes, mut no) = (Knowledge::default(), Knowledge::default());
        for (one, other) in [(&left, &right), (&right, &left)] {
            let Some(place) = one.place() else { continue };
            if !is_ranged(one.ty()) && !is_sized(one.ty()) {
                continue;
            }
            let range = other.bounds.range;
            // A narrower range is worth knowing; an equal one would only make chains slow.
            yes.and(&Knowledge::of_range(place.clone(), range));
            match range.single() {
                Some(0) => no.and(&Knowledge::of_nonzero(place)),
                Some(number) if is_ranged(one.ty()) => {
                    no.and(&Knowledge::of_range(place, one.bounds.range.without(number)));
                }
                _ => {}
            }
        }
        let is_negated = operator.0 == Operator::NotEqual;
        if let Some(truth) = truth {
            self.constant(whole, truth != is_negated, &left, &right);
        }
        if is_negated {
            std::mem::swap(&mut yes, &mut no);
        }
        Some(relation(whole, operator.0, left, right).with_knowledge(yes, no))
    }

    pub(super) fn order(
        &mut self,
        whole: &Expression,
        operator: (Operator, Span),
        left: Typed,
        right: Typed,
    ) -> Option<Typed> {
        let is_comparable = (is_number(left.ty()) && is_number(right.ty()))
            || (left.ty() == right.ty() && !matches!(left.ty(), Type::List(_) | Type::Map(..) | Type::Null));
        if !is_comparable {
            return self.refuse(unlike(operator, &left, &right));
        }
        let (mut yes, mut no) = (Knowledge::default(), Knowledge::default());
        if is_ranged(left.ty()) && is_ranged(right.ty()) {
            // `a > b` is `b < a`, and `a >= b` is `!(a < b)`.
            let is_swapped = matches!(operator.0, Operator::Greater | Operator::LessOrEqual);
            let is_negated = matches!(operator.0, Operator::LessOrEqual | Operator::GreaterOrEqual);
            let (low, high) = if is_swapped {
                (&right, &left)
            } else {
                (&left, &right)
            };
            (yes, no) = less(low, high);
            if let Some(truth) = is_less(low.bounds.range, high.bounds.range) {
                self.constant(whole, truth != is_negated, &left, &right);
            }
            if is_negated {
                std::mem::swap(&mut yes, &mut no);
            }
        }
        Some(relation(whole, operator.0, left, right).with_knowledge(yes, no))
    }

    /// Refuses a literal that `value` can never be.
    pub(super) fn possible(&mut self, value: &Typed, literal: &Typed) -> Option<()> {
        let is_known = value.literal().is_none() && *value.ty() == Type::String;
        match &value.bounds.strings {
            Some(known) if is_known => self.possible_text(value, "be", known, literal),
            None if is_known => self.possible_of_many(value, literal),
            _ => Some(()),
        }
    }

    /// The same for a fact with more values than are carried along.
    fn possible_of_many(&mut self, value: &Typed, literal: &Typed) -> Option<()> {
        let (Kind::Fact(id), Some(Literal::String(text))) = (&value.expression.kind, literal.literal())
        else {
            return Some(());
        };
        let definition = self.scope.facts.get(*id);
        match definition.and_then(|definition| definition.one_of.as_ref()) {
            Some(known) if !known.contains(text) => {
                let known = known.iter().cloned().collect();
                self.possible_text(value, "be", &known, literal)
            }
            _ => Some(()),
        }
    }

    /// Refuses a literal string that is none of those known of `value`, which can never `verb` it.
    pub(super) fn possible_text(
        &mut self,
        value: &Typed,
        verb: &str,
        known: &BTreeSet<String>,
        literal: &Typed,
    ) -> Option<()> {
        let text = match literal.literal() {
            Some(Literal::String(text)) if !known.contains(text) => text,
            _ => return Some(()),
        };
        let message = format!("{} can never {verb} `{}`", self.named(value), quote(text));
        let mut diagnostic =
            Diagnostic::error(Code::IMPOSSIBLE_VALUE, message).at(literal.span(), "not one of its values");
        if let Some(near) = meant(text, known.iter().map(String::as_str)) {
            let fix = replacement(near.certain, literal.span(), &quote(near.name));
            diagnostic = diagnostic
                .help(format!("did you mean `{}`?", quote(near.name)))
                .fix(fix);
        }
        let listed: Vec<String> = known
            .iter()
            .take(MOST_LISTED)
            .map(|value| format!("`{}`", quote(value)))
            .collect();
        let more = if known.len() > MOST_LISTED { ", …" } else { "" };
        self.refuse(diagnostic.help(format!("there are {}{more}", listed.join(", "))))
    }

    /// What a typed part is called in a message.
    pub(super) fn named(&self, value: &Typed) -> String {
        match &value.expression.kind {
            Kind::Fact(id) => match self.scope.facts.get(*id) {
                Some(definition) => format!("`{}`", definition.name),
                None => "this".to_owned(),
            },
            Kind::Let(id) => self
                .scope
                .lets
                .iter()
                .find(|(_, binding)| binding.id() == *id)
                .map_or_else(|| "this".to_owned(), |(name, _)| format!("`{name}`")),
            Kind::Target(attribute) => format!("`target.{}`", attribute.path()),
            Kind::Attempt(attribute) => format!("`{}`", attribute.name()),
            Kind::Variable(name) => format!("`{name}`"),
            _ => "this".to_owned(),
        }
    }

    /// Warns of a comparison that always comes out the same.
    fn constant(&mut self, whole: &Expression, truth: bool, left: &Typed, right: &Typed) {
        let diagnostic = Diagnostic::warning(
            Code::CONSTANT_CONDITION,
            format!("{} is always {truth} here", shown(whole, "this comparison")),
        )
        .at(whole.span, format!("always {truth}"));
        let value = if left.literal().is_some() { right } else { left };
        let diagnostic = match &value.expression.kind {
            Kind::Call { function, arguments }
                if of_a_moment(arguments) && field_hint(*function).is_some() =>
            {
                diagnostic.help(field_hint(*function).unwrap_or_default())
            }
            _ if matches!(value.ty(), Type::Int | Type::Uint) && value.literal().is_none() => {
                let Interval { low, high } = value.bounds.range;
                diagnostic.help(format!("{} is from {low} to {high} here", self.named(value)))
            }
            _ => diagnostic,
        };
        self.warn(diagnostic);
    }
}

/// Whether a part is read off a moment, and not off a duration.
fn of_a_moment(arguments: &[crate::model::Expression]) -> bool {
    arguments
        .first()
        .is_some_and(|subject| subject.ty == Type::Timestamp)
}

/// A typed relation.
pub(super) fn relation(whole: &Expression, operator: Operator, left: Typed, right: Typed) -> Typed {
    let kind = Kind::Binary {
        operator,
        left: left.expression,
        right: right.expression,
    };
    Typed::new(kind, Type::Bool, whole.span)
}

/// Whether values of two ranges are equal, where that is certain.
fn equal(left: Interval, right: Interval) -> Option<bool> {
    if left.intersect(right).is_none() {
        return Some(false);
    }
    (left == right && left.single().is_some()).then_some(true)
}

/// Whether a value of the first range is below one of the second, where that is certain.
fn is_less(left: Interval, right: Interval) -> Option<bool> {
    if left.high < right.low {
        Some(true)
    } else if left.low >= right.high {
        Some(false)
    } else {
        None
    }
}

/// What `low < high` tells where it is true and where it is false.
fn less(low: &Typed, high: &Typed) -> (Knowledge, Knowledge) {
    let (mut yes, mut no) = (Knowledge::default(), Knowledge::default());
    if let Some(place) = low.place() {
        let below = Interval::new(i128::MIN, high.bounds.range.high.saturating_sub(1));
        yes.and(&Knowledge::of_range(place.clone(), below));
        no.and(&Knowledge::of_range(
            place,
            Interval::new(high.bounds.range.low, i128::MAX),
        ));
    }
    if let Some(place) = high.place() {
        let above = Interval::new(low.bounds.range.low.saturating_add(1), i128::MAX);
        yes.and(&Knowledge::of_range(place.clone(), above));
        no.and(&Knowledge::of_range(
            place,
            Interval::new(i128::MIN, low.bounds.range.high),
        ));
    }
    (yes, no)
}

/// A comparison of types that do not compare, with what to write instead.
fn unlike(operator: (Operator, Span), left: &Typed, right: &Typed) -> Diagnostic {
    let symbol = operator.0.symbol();
    let diagnostic = Diagnostic::error(
        Code::TYPE_MISMATCH,
        format!(
            "`{symbol}` cannot compare {} with {}",
            a(left.ty()),
            a(right.ty())
        ),
    )
    .at(operator.1, "these do not compare")
    .also(left.span(), format!("this is {}", a(left.ty())))
    .also(right.span(), format!("this is {}", a(right.ty())));
    for (one, other) in [(left, right), (right, left)] {
        if let Some(text) = rewritten(one, other.ty()) {
            let fix = replacement(true, one.span(), &text);
            return diagnostic.help(format!("write `{text}`")).fix(fix);
        }
        match (one.ty(), other.ty()) {
            (Type::List(element), other) if **element == *other => {
                return diagnostic.help("to ask what is in a list, write `\"vip\" in tags`");
            }
            (Type::Timestamp, Type::String) => {
                return diagnostic.help("write the moment as `timestamp(\"2026-12-01T00:00:00Z\")`");
            }
            (Type::Duration, Type::String | Type::Int) => {
                return diagnostic.help("write the duration as `duration(\"1h\")`");
            }
            _ => {}
        }
    }
    match (left.ty(), right.ty()) {
        (left, right) if is_number(left) && is_number(right) => {
            diagnostic.help("make both one type, as in `double(tokens) == 1.5`")
        }
        _ => diagnostic.help("compare values of one type"),
    }
}

/// A literal written as a value of another type.
fn rewritten(literal: &Typed, wanted: &Type) -> Option<String> {
    match (literal.literal()?, wanted) {
        (Literal::Int(number), Type::Double) => Some(format!("{number}.0")),
        (Literal::Int(number), Type::Uint) if *number >= 0 => Some(format!("{number}u")),
        (Literal::Double(number), Type::Int) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Some(format!("{number:.0}"))
        }
        (Literal::Uint(number), Type::Int) => Some(number.to_string()),
        (Literal::String(text), Type::Int) => text.parse::<i64>().ok().map(|number| number.to_string()),
        (Literal::String(text), Type::Bool) if text == "true" || text == "false" => Some(text.clone()),
        (literal @ (Literal::Int(_) | Literal::Bool(_)), Type::String) => Some(format!("\"{literal}\"")),
        _ => None,
    }
}
