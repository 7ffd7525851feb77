//! Conversions between types: only those that cannot fail.

use super::checker::Checker;
use super::interval::Interval;
use super::text::plain;
use super::typed::Typed;
use super::types::a;
use crate::cel::Literal;
use crate::cel::time::parse_duration;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Timestamp;
use crate::model::{Function, Type};
use crate::syntax::ast::Expression;

impl Checker<'_> {
    /// The range of what a conversion makes of a part; refused where it may fail or does not exist.
    pub(super) fn conversion(
        &mut self,
        whole: &Expression,
        function: Function,
        part: &Typed,
        written: &Expression,
    ) -> Option<Interval> {
        let range = part.bounds.range;
        match (function, part.ty()) {
            (Function::Int, Type::Int) | (Function::Uint, Type::Uint) => Some(range),
            (Function::Int, Type::Uint) => self.whole_number(whole, Interval::INT, part, written),
            (Function::Uint, Type::Int) => self.whole_number(whole, Interval::UINT, part, written),
            (Function::Int, Type::Timestamp) => range.divide(Interval::of(1_000_000_000)),
            (Function::Double, Type::Int | Type::Uint | Type::Double) => Some(Interval::ANY),
            (Function::String, Type::String) | (Function::Bytes, Type::Bytes) => Some(range),
            (
                Function::String,
                Type::Int | Type::Uint | Type::Double | Type::Bool | Type::Timestamp | Type::Duration,
            )
            | (Function::Bytes, Type::String) => Some(Interval::SIZE),
            (Function::Bool, Type::Bool) => Some(Interval::ANY),
            (Function::Timestamp, Type::Timestamp) | (Function::Duration, Type::Duration) => Some(range),
            (Function::Timestamp, Type::String) => self.timestamp(whole, part),
            (Function::Duration, Type::String) => self.duration(whole, part),
            _ => {
                let diagnostic = self.failing(whole, function, part, written);
                self.refuse(diagnostic)
            }
        }
    }

    /// A whole number made one of another type, whose range it must be in.
    fn whole_number(
        &mut self,
        whole: &Expression,
        limits: Interval,
        part: &Typed,
        written: &Expression,
    ) -> Option<Interval> {
        if part.bounds.range.within(limits) {
            return Some(part.bounds.range);
        }
        if part.literal().is_some() {
            let diagnostic = self
                .may_fail(whole, "the number is outside of the other type's range")
                .help("write a number of the type itself");
            return self.refuse(diagnostic);
        }
        let name = plain(written).unwrap_or_else(|| "x".to_owned());
        let guard = if limits == Interval::UINT {
            format!("guard it: `{name} >= 0 && …`")
        } else {
            format!("guard it: `{name} < 1000000u && …`")
        };
        let diagnostic = self
            .may_fail(whole, "the number may be outside of the other type's range")
            .help(guard);
        self.refuse(diagnostic)
    }

    fn timestamp(&mut self, whole: &Expression, part: &Typed) -> Option<Interval> {
        let Some(Literal::String(text)) = part.literal() else {
            let diagnostic = self.may_fail(whole, "not every text is a moment").help(
                "only literals can be checked when the policy loads: `timestamp(\"2026-12-01T00:00:00Z\")`",
            );
            return self.refuse(diagnostic);
        };
        match Timestamp::parse(text) {
            Some(moment) => Some(Interval::of(
                i128::from(moment.seconds()) * 1_000_000_000 + i128::from(moment.nanoseconds()),
            )),
            None => self.refuse(
                Diagnostic::error(Code::BAD_VALUE, format!("`{text}` is no moment"))
                    .at(part.span(), "not of RFC 3339, or not within the years 1 to 9999")
                    .help("write date, time and distance from UTC, as in `2026-12-01T08:00:00Z`"),
            ),
        }
    }

    fn duration(&mut self, whole: &Expression, part: &Typed) -> Option<Interval> {
        let Some(Literal::String(text)) = part.literal() else {
            let diagnostic = self
                .may_fail(whole, "not every text is a duration")
                .help("only literals can be checked when the policy loads: `duration(\"1h30m\")`");
            return self.refuse(diagnostic);
        };
        match parse_duration(text) {
            Some(nanoseconds) => Some(Interval::of(nanoseconds)),
            None => self.refuse(
                Diagnostic::error(Code::BAD_VALUE, format!("`{text}` is no duration"))
                    .at(part.span(), "not numbers with units, or longer than 292 years")
                    .help("write numbers with `h`, `m`, `s`, `ms`, `us` or `ns`, as in `1h30m`"),
            ),
        }
    }

    /// A conversion that may fail, or that CEL does not have, with what to write instead.
    fn failing(
        &self,
        whole: &Expression,
        function: Function,
        part: &Typed,
        written: &Expression,
    ) -> Diagnostic {
        let name = function.name();
        let (why, help) = match (function, part.ty()) {
            (Function::Int | Function::Uint | Function::Double, Type::String) => match part.literal() {
                Some(_) => ("a text, not a number", "write the number itself, without quotes".to_owned()),
                None => (
                    "not every text is a number",
                    "declare an int fact, which is checked when it is read: `fact retries int from header \"x-retries\" default 0`"
                        .to_owned(),
                ),
            },
            (Function::Bool, Type::String) => (
                "not every text is a bool",
                format!("compare it: `{} == \"true\"`", plain(written).unwrap_or_else(|| "x".to_owned())),
            ),
            (Function::Int | Function::Uint, Type::Double) => (
                "a double may be outside of the other type's range",
                "compare it as it is: numbers of unlike types compare".to_owned(),
            ),
            (Function::String, Type::Bytes) => (
                "not all bytes are UTF-8",
                "compare bytes with a literal: `b\"…\"`".to_owned(),
            ),
            (Function::Timestamp, Type::Int) => (
                "a number may be beyond the year 9999",
                "compare seconds instead: `int(now) > 1790000000`".to_owned(),
            ),
            _ => {
                return Diagnostic::error(
                    Code::TYPE_MISMATCH,
                    format!("`{name}` cannot convert {}", a(part.ty())),
                )
                .at(part.span(), format!("this is {}", a(part.ty())))
                .help(format!("`{name}` takes {}", takes(function)));
            }
        };
        self.may_fail(whole, why).help(help)
    }
}

/// What a conversion takes.
fn takes(function: Function) -> &'static str {
    match function {
        Function::Int => "ints, uints and moments",
        Function::Uint => "ints and uints",
        Function::Double => "numbers",
        Function::String => "numbers, bools, moments, durations and strings",
        Function::Bytes => "strings and bytes",
        Function::Bool => "bools",
        Function::Timestamp => "a literal string, or a moment",
        _ => "a literal string, or a duration",
    }
}
