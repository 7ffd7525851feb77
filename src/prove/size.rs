//! Sizes of strings and lists: what tests of the size alone allow.

use super::relation::Relation;
use std::cmp::Ordering;

/// A test of the size, and the outcome that it shall have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SizeTest {
    /// The place among the tests asked for.
    pub(crate) index: usize,
    pub(crate) relation: Relation,
    pub(crate) size: i64,
    pub(crate) wanted: bool,
}

impl SizeTest {
    /// Whether the outcome is as wanted for sizes that compare so with the test's.
    pub(crate) fn allows(&self, ordering: Ordering) -> bool {
        self.relation.admits(ordering) == self.wanted
    }

    /// Whether the outcome is as wanted for a size.
    pub(crate) fn fits(&self, size: i64) -> bool {
        self.allows(size.cmp(&self.size))
    }

    /// Whether it can still be as wanted for a size of at least this one.
    pub(crate) fn can_fit_from(&self, size: i64) -> bool {
        let from = size.cmp(&self.size);
        [Ordering::Less, Ordering::Equal, Ordering::Greater]
            .into_iter()
            .any(|ordering| ordering >= from && self.allows(ordering))
    }
}

/// The smallest size from `least` on that all tests allow.
pub(crate) fn smallest(tests: &[SizeTest], least: i64) -> Option<i64> {
    sizes(tests, least).find(|size| *size >= least && tests.iter().all(|test| test.fits(*size)))
}

/// The largest size from 0 up to `most` that all tests allow.
pub(crate) fn largest(tests: &[SizeTest], most: i64) -> Option<i64> {
    let fitting = sizes(tests, most).filter(|size| (0..=most).contains(size));
    fitting
        .filter(|size| tests.iter().all(|test| test.fits(*size)))
        .last()
}

/// The sizes at which an outcome may change, and `end`, in rising order.
fn sizes(tests: &[SizeTest], end: i64) -> impl Iterator<Item = i64> {
    let around = |test: &SizeTest| {
        [
            test.size.saturating_sub(1),
            test.size,
            test.size.saturating_add(1),
        ]
    };
    let mut sizes: Vec<i64> = tests.iter().flat_map(around).chain([end]).collect();
    sizes.sort_unstable();
    sizes.into_iter()
}
