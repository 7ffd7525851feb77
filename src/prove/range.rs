//! Which values a request's numbers can have.

use super::atom::NumberSubject;
use crate::model::Policy;
use crate::model::time::field_range;

/// Whole numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) least: i64,
    pub(super) most: i64,
}

/// Milliseconds of the first and the last moment that CEL knows.
const INSTANTS: Range = Range {
    least: -62_135_596_800_000,
    most: 253_402_300_799_999,
};

/// More than any string, list or map of a request has.
const LARGEST_SIZE: i64 = 1 << 40;

/// The values that a number can have.
pub(super) fn of(subject: &NumberSubject, policy: &Policy) -> Range {
    match subject {
        NumberSubject::Fact(fact) => {
            let range = policy.facts.get(*fact).map(|definition| definition.range.clone());
            let range = range.unwrap_or(i64::MIN..=i64::MAX);
            Range {
                least: *range.start(),
                most: *range.end(),
            }
        }
        NumberSubject::Instant => INSTANTS,
        NumberSubject::Field(function, _) => {
            let range = field_range(*function).unwrap_or(i64::MIN..=i64::MAX);
            Range {
                least: *range.start(),
                most: *range.end(),
            }
        }
        NumberSubject::TextSize(_) | NumberSubject::ListSize(_) | NumberSubject::MapSize(_) => Range {
            least: 0,
            most: LARGEST_SIZE,
        },
    }
}
