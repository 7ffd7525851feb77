//! Counting the characters of a string along a search.

use crate::prove::relation::Relation;
use crate::prove::size::SizeTest;
use std::cmp::Ordering;

/// Sizes up to this one are counted exactly along a search; of larger ones it only knows that they are larger.
const MOST_COUNTED: i64 = 4096;

/// A test that can be counted and that holds wherever this one does; `None` where nothing is left of it.
fn countable(mut test: SizeTest) -> Option<SizeTest> {
    if test.size > MOST_COUNTED {
        if test.allows(Ordering::Less) {
            return None;
        }
        test.relation = Relation::Greater;
        test.wanted = true;
        test.size = MOST_COUNTED;
    }
    Some(test)
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
        let tests: Vec<SizeTest> = tests.iter().filter_map(|test| countable(*test)).collect();
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
