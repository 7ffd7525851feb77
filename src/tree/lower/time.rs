//! Moments and lengths of time to native nodes.

use super::{Lowering, Shared};
use crate::cel::time::{TimeZone, parse_duration};
use crate::facts::Timestamp;
use crate::model::{Expression, ExpressionKind, Function, Type};
use crate::tree::predicate::{LengthPart, MomentPart, Number, Time};
use crate::tree::shape::literal_text;
use std::sync::Arc;

impl Lowering<'_> {
    pub(super) fn time(&mut self, expression: &Expression) -> Option<Time> {
        Some(match &expression.kind {
            _ if !matches!(expression.ty, Type::Timestamp | Type::Duration) => return None,
            ExpressionKind::Fact(fact) => Time::Fact(*fact),
            ExpressionKind::Let(id) => match self.named(*id) {
                Shared::Time(shared) => Time::Shared(Arc::clone(shared)),
                _ => return None,
            },
            ExpressionKind::Binary { .. } => Time::Chain(self.chain(expression, Lowering::time)?),
            ExpressionKind::Conditional { .. } => Time::Choose(self.choose(expression, Lowering::time)?),
            ExpressionKind::Call { function, arguments } => match (function, arguments.as_slice()) {
                (_, [argument]) if argument.ty == expression.ty => self.time(argument)?,
                (Function::Timestamp, [argument]) => Time::moment(Timestamp::parse(literal_text(argument)?)?),
                (Function::Duration, [argument]) => {
                    Time::Constant(i128::from(parse_duration(literal_text(argument)?)?))
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    /// A part of a moment or of a length of time, as in `now.getHours("Europe/Paris")`.
    pub(super) fn time_part(&mut self, part: Function, arguments: &[Expression]) -> Option<Number> {
        let (subject, zone) = match arguments {
            [subject] => (subject, None),
            [subject, zone] => (subject, Some(TimeZone::parse(literal_text(zone)?)?)),
            _ => return None,
        };
        Some(match subject.ty {
            Type::Timestamp => Number::MomentPart(Box::new(MomentPart {
                part,
                zone,
                moment: self.time(subject)?,
            })),
            Type::Duration => Number::LengthPart(Box::new(LengthPart {
                part,
                length: self.time(subject)?,
            })),
            _ => return None,
        })
    }
}
