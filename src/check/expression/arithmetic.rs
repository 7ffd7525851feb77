//! Arithmetic: types of the operators, and ranges that must not leave 64 bits.

use super::bounds::Bounds;
use super::checker::Checker;
use super::interval::Interval;
use super::text::{plain, shown};
use super::typed::Typed;
use super::types::{a, is_number, is_ranged, unify};
use crate::cel::{BinaryOperator as Operator, quote};
use crate::check::names::replacement;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ExpressionKind as Kind, Type};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind};

impl Checker<'_> {
    /// A relation or arithmetic of two operands.
    pub(super) fn binary(
        &mut self,
        whole: &Expression,
        operator: (Operator, Span),
        left: &Expression,
        right: &Expression,
    ) -> Option<Typed> {
        if operator.0 == Operator::Subtract
            && let Some(text) = self.unquoted(whole)
        {
            return self.unquoted_text(whole, &text);
        }
        let left_typed = self.expression(left);
        let right_typed = self.expression(right);
        self.operation(whole, operator, (left, left_typed?), (right, right_typed?))
    }

    fn unquoted_text<T>(&mut self, whole: &Expression, text: &str) -> Option<T> {
        self.refuse(
            Diagnostic::error(Code::UNKNOWN_NAME, format!("nothing is called `{text}`"))
                .at(whole.span, "read as a subtraction")
                .help(format!("if this is a text, put it in quotes: `\"{text}\"`"))
                .fix(replacement(false, whole.span, &quote(text))),
        )
    }

    /// A binary form whose operands are checked. On its own, so that the way down takes little of the stack.
    fn operation(
        &mut self,
        whole: &Expression,
        operator: (Operator, Span),
        left: (&Expression, Typed),
        right: (&Expression, Typed),
    ) -> Option<Typed> {
        match operator.0 {
            Operator::Equal | Operator::NotEqual => self.equality(whole, operator, left.1, right.1),
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                self.order(whole, operator, left.1, right.1)
            }
            Operator::In => self.membership(whole, left.1, right.1),
            _ => self.arithmetic(whole, operator, left, right),
        }
    }

    pub(super) fn negate(&mut self, operand: &Expression, span: Span) -> Option<Typed> {
        let typed = self.expression(operand)?;
        match typed.ty() {
            Type::Double => Some(Typed::new(Kind::Negate(typed.expression), Type::Double, span)),
            Type::Int => {
                let range = typed.bounds.range.negate();
                if !range.within(Interval::INT) {
                    let name = shown(operand, "this");
                    return self.refuse(
                        Diagnostic::error(
                            Code::MAY_FAIL,
                            format!("the negative of {name} can leave 64 bits"),
                        )
                        .at(span, "the least int has no positive counterpart")
                        .help("bound it first, as in `x > -1000000 && …`"),
                    );
                }
                let bounds = Bounds::of_range(range);
                Some(Typed::new(Kind::Negate(typed.expression), Type::Int, span).with_bounds(bounds))
            }
            other => {
                let message = format!("`-` cannot negate {}", a(other));
                self.refuse(
                    Diagnostic::error(Code::TYPE_MISMATCH, message)
                        .at(typed.span(), format!("this is {}", a(typed.ty())))
                        .help("`-` stands before ints and doubles"),
                )
            }
        }
    }

    fn arithmetic(
        &mut self,
        whole: &Expression,
        operator: (Operator, Span),
        (left_written, left): (&Expression, Typed),
        (right_written, right): (&Expression, Typed),
    ) -> Option<Typed> {
        let Some(ty) = result_type(operator.0, left.ty(), right.ty()) else {
            return self.refuse(unlike(operator, &left, &right));
        };
        if matches!(operator.0, Operator::Divide | Operator::Remainder) && ty != Type::Double {
            self.divisor(whole, right_written, &right)?;
        }
        let bounds = match &ty {
            ranged if is_ranged(ranged) => {
                let range = result_range(operator.0, left.bounds.range, right.bounds.range);
                if !range.within(Bounds::of_type(&ty).range) {
                    let guarded = guarded((left_written, &left), (right_written, &right));
                    return self.refuse(overflow(whole, &ty, range, guarded.as_deref()));
                }
                Bounds::of_range(range)
            }
            Type::List(element) => {
                let mut parts = left.bounds.element(element);
                parts.join(&right.bounds.element(element), element);
                joined_size(&left, &right).with_element(Some(parts))
            }
            Type::String | Type::Bytes => joined_size(&left, &right),
            other => Bounds::of_type(other),
        };
        let kind = Kind::Binary {
            operator: operator.0,
            left: left.expression,
            right: right.expression,
        };
        Some(Typed::new(kind, ty, whole.span).with_bounds(bounds))
    }

    /// Sees that a divisor is not 0 and that the quotient of the least int by -1 is never asked for.
    fn divisor(&mut self, whole: &Expression, written: &Expression, divisor: &Typed) -> Option<()> {
        let is_safe = !divisor.bounds.range.contains(0)
            || divisor
                .place()
                .is_some_and(|place| self.knowledge.is_nonzero(&place));
        if is_safe {
            return Some(());
        }
        if divisor.bounds.range.single() == Some(0) {
            return self.refuse(
                Diagnostic::error(Code::MAY_FAIL, "nothing can be divided by 0")
                    .at(divisor.span(), "always 0 here")
                    .help("divide by a number that is not 0"),
            );
        }
        let name = shown(written, "the divisor");
        if divisor.place().is_none() {
            return self.refuse(
                Diagnostic::error(
                    Code::MAY_FAIL,
                    format!("{name} may be 0, and nothing can be divided by 0"),
                )
                .at(whole.span, "this division may fail while a request waits")
                .help("give the divisor a name with `let`, and guard it: `name != 0 && …`"),
            );
        }
        let guard = plain(written).unwrap_or_else(|| "x".to_owned());
        let diagnostic = Diagnostic::error(
            Code::MAY_FAIL,
            format!("{name} may be 0, and nothing can be divided by 0"),
        )
        .at(whole.span, "this division may fail while a request waits")
        .help(format!("guard it: `{guard} != 0 && …`"));
        self.refuse(diagnostic)
    }
}

/// The size of two strings, bytes or lists put together.
fn joined_size(left: &Typed, right: &Typed) -> Bounds {
    let size = left.bounds.range.add(right.bounds.range).clamp(Interval::SIZE);
    Bounds::of_range(size)
}

/// What the operator makes of two types; `None` where it does not take them.
fn result_type(operator: Operator, left: &Type, right: &Type) -> Option<Type> {
    use Type::{Duration, Timestamp};
    match (operator, left, right) {
        (Operator::Add, Timestamp, Duration) | (Operator::Add, Duration, Timestamp) => Some(Timestamp),
        (Operator::Subtract, Timestamp, Duration) => Some(Timestamp),
        (Operator::Subtract, Timestamp, Timestamp) => Some(Duration),
        (Operator::Add | Operator::Subtract, Duration, Duration) => Some(Duration),
        (Operator::Add, Type::String, Type::String) => Some(Type::String),
        (Operator::Add, Type::Bytes, Type::Bytes) => Some(Type::Bytes),
        (Operator::Add, Type::List(_), Type::List(_)) => unify(left, right),
        (Operator::Remainder, Type::Double, _) => None,
        _ => (left == right && is_number(left)).then(|| left.clone()),
    }
}

fn result_range(operator: Operator, left: Interval, right: Interval) -> Interval {
    match operator {
        Operator::Add => left.add(right),
        Operator::Subtract => left.subtract(right),
        Operator::Multiply => left.multiply(right),
        Operator::Divide => left.divide(right).unwrap_or(left),
        // The remainder of the least int by -1 fails as the quotient does.
        Operator::Remainder if left.contains(Interval::INT.low) && right.contains(-1) => left.negate(),
        _ => left.remainder(right),
    }
}

/// The operand that a guard should speak of: the one with a name and the wider range.
fn guarded(left: (&Expression, &Typed), right: (&Expression, &Typed)) -> Option<String> {
    let width = |typed: &Typed| typed.bounds.range.high.saturating_sub(typed.bounds.range.low);
    [left, right]
        .into_iter()
        .filter(|(_, typed)| typed.place().is_some())
        .max_by_key(|(_, typed)| width(typed))
        .and_then(|(written, _)| plain(written))
}

/// A result that leaves the range of its type, with the guard to write.
fn overflow(whole: &Expression, ty: &Type, range: Interval, guarded: Option<&str>) -> Diagnostic {
    let limits = Bounds::of_type(ty).range;
    let may_fail = "this may fail while a request waits";
    let (message, label, reason) = match ty {
        Type::Timestamp => (
            "a moment can leave the years 1 to 9999".to_owned(),
            may_fail.to_owned(),
            "compare moments without arithmetic, as in `now > timestamp(\"2026-12-01T00:00:00Z\")`",
        ),
        Type::Duration => (
            "a duration can leave its range of 292 years".to_owned(),
            may_fail.to_owned(),
            "compare moments without arithmetic, as in `now > timestamp(\"2026-12-01T00:00:00Z\")`",
        ),
        _ => {
            let reach = if range.low < limits.low {
                range.low
            } else {
                range.high
            };
            (
                format!("{} can leave the range of {}", shown(whole, "the result"), a(ty)),
                format!("this can reach {reach}"),
                "bound its parts first, by a comparison before `&&`",
            )
        }
    };
    let diagnostic = Diagnostic::error(Code::MAY_FAIL, message).at(whole.span, label);
    match (ty, guarded) {
        (Type::Timestamp | Type::Duration, Some(name)) => diagnostic.help(reason).help(format!(
            "or guard it: `{name} > timestamp(\"2000-01-01T00:00:00Z\") && {name} < timestamp(\"2100-01-01T00:00:00Z\") && …`"
        )),
        (Type::Uint, Some(_)) if range.low < 0 => {
            diagnostic.help("a uint cannot be below 0: compare ints instead, or compare before: `a >= b`")
        }
        (Type::Int, Some(name)) if range.low < limits.low && range.high > limits.high => {
            diagnostic.help(format!("guard it: `{name} > -1000000 && {name} < 1000000 && …`"))
        }
        (Type::Int, Some(name)) if range.low < limits.low || is_quotient(whole) => {
            diagnostic.help(format!("guard it: `{name} > -1000000 && …`"))
        }
        (Type::Int, Some(name)) => diagnostic.help(format!("guard it: `{name} < 1000000 && …`")),
        _ => diagnostic.help(reason),
    }
}

/// Whether only the least int, divided by -1, is in the way.
fn is_quotient(whole: &Expression) -> bool {
    matches!(
        whole.kind,
        ExpressionKind::Binary {
            operator: Operator::Divide | Operator::Remainder,
            ..
        }
    )
}

fn unlike(operator: (Operator, Span), left: &Typed, right: &Typed) -> Diagnostic {
    let symbol = operator.0.symbol();
    let diagnostic = Diagnostic::error(
        Code::TYPE_MISMATCH,
        format!("`{symbol}` does not take {} and {}", a(left.ty()), a(right.ty())),
    )
    .at(operator.1, "these are of unlike types")
    .also(left.span(), format!("this is {}", a(left.ty())))
    .also(right.span(), format!("this is {}", a(right.ty())));
    match (left.ty(), right.ty()) {
        (Type::Double, other) | (other, Type::Double)
            if operator.0 == Operator::Remainder && is_number(other) =>
        {
            diagnostic.help("`%` takes ints and uints only")
        }
        (left, right) if is_number(left) && is_number(right) => {
            diagnostic.help("write both as one type, as in `double(tokens) * 0.5`")
        }
        (Type::String, _) | (_, Type::String) if operator.0 == Operator::Add => {
            diagnostic.help("make a text of the other: `string(…)`")
        }
        _ => diagnostic.help(format!("`{symbol}` takes two operands of one type")),
    }
}
