//! Sizes of strings: what tests of the size alone allow, and counting along a search.

use crate::prove::relation::Relation;
use std::cmp::Ordering;

/// Sizes up to this one are counted exactly along a search; of larger ones it only knows that they are larger.
pub(super) const MOST_COUNTED: i64 = 4096;

/// A test of the size, and the outcome that it shall have.
#[derive(Clone, Copy, Debug)]
pub(super) struct SizeTest {
    /// The place among the tests asked for.
    pub(super) index: usize,
    pub(super) relation: Relation,
    pub(super) size: i64,
    pub(super) wanted: bool,
}

impl SizeTest {
    /// Whether the outcome is as wanted for sizes that compare so with the test's.
    fn allows(&self, ordering: Ordering) -> bool {
        self.relation.admits(ordering) == self.wanted
    }

    /// Whether the outcome is as wanted for a size.
    fn fits(&self, size: i64) -> bool {
        self.allows(size.cmp(&self.size))
    }

    /// Whether it can still be as wanted for a size of at least this one.
    fn can_fit_from(&self, size: i64) -> bool {
        let from = size.cmp(&self.size);
        [Ordering::Less, Ordering::Equal, Ordering::Greater]
            .into_iter()
            .any(|ordering| ordering >= from && self.allows(ordering))
    }

    /// A test that can be counted and that holds wherever this one does; `None` where nothing is left of it.
    fn countable(mut self) -> Option<SizeTest> {
        if self.size > MOST_COUNTED {
            if self.allows(Ordering::Less) {
                return None;
            }
            self.relation = Relation::Greater;
            self.wanted = true;
            self.size = MOST_COUNTED;
        }
        Some(self)
    }
}

/// The smallest size that all tests allow; the tests in the way where there is none.
pub(super) fn smallest(tests: &[SizeTest]) -> Result<i64, Vec<usize>> {
    let around = tests
        .iter()
        .flat_map(|test| [test.size, test.size.saturating_add(1)]);
    let mut sizes: Vec<i64> = around.chain([0]).filter(|size| *size >= 0).collect();
    sizes.sort_unstable();
    sizes
        .into_iter()
        .find(|size| tests.iter().all(|test| test.fits(*size)))
        .ok_or_else(|| tests.iter().map(|test| test.index).collect())
}

/// Counts the characters read; a state is their number, which stays where no test can tell it from larger ones.
#[derive(Debug)]
pub(super) struct Counter {
    tests: Vec<SizeTest>,
    most: u32,
}

impl Counter {
    /// A counter for these tests; `None` where nothing needs to be counted.
    pub(super) fn new(tests: &[SizeTest]) -> Option<Counter> {
        let tests: Vec<SizeTest> = tests.iter().filter_map(|test| test.countable()).collect();
        let most = tests.iter().map(|test| test.size.max(0)).max()? + 1;
        Some(Counter {
            most: u32::try_from(most).ok()?,
            tests,
        })
    }

    /// The state behind a byte, or the test that can no longer come out as wanted.
    pub(super) fn step(&self, state: u32, byte: u8) -> Result<u32, usize> {
        // Bytes that go on with a character are not counted.
        let next = if byte & 0xC0 == 0x80 {
            state
        } else {
            (state + 1).min(self.most)
        };
        match self.tests.iter().find(|test| !test.can_fit_from(i64::from(next))) {
            Some(test) => Err(test.index),
            None => Ok(next),
        }
    }

    /// The tests that do not come out as wanted for a string that ends here.
    pub(super) fn misfits(&self, state: u32) -> impl Iterator<Item = usize> {
        let misfits = self.tests.iter().filter(move |test| !test.fits(i64::from(state)));
        misfits.map(|test| test.index)
    }
}
