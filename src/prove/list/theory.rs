//! The theory of one list of strings.

use super::solve::solve;
use super::test::ListTest;
use crate::prove::shrink::shrink;
use crate::prove::text::TextTheory;

/// Questions that make one contradiction smaller.
const MOST_ROUNDS: usize = 64;

/// What the theory says of some tests and the outcomes that they shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListVerdict {
    /// This list has all those outcomes.
    List(Vec<String>),
    /// No list has them: already those at these places, in rising order, contradict each other.
    Contradiction(Vec<usize>),
    /// A bound was hit.
    Unknown,
}

/// The theory of lists. It holds nothing: what is worth keeping, the theory of strings keeps.
#[derive(Debug, Default)]
pub(crate) struct ListTheory;

impl ListTheory {
    /// Finds a list for which every test has the outcome beside it, short and without repetition where that is
    /// possible, or a small set of tests that contradict each other.
    pub(crate) fn solve(&mut self, tests: &[(&ListTest, bool)], texts: &mut TextTheory) -> ListVerdict {
        match solve(tests, texts) {
            ListVerdict::Contradiction(core) => {
                let again = |rest: &[usize]| {
                    let kept: Vec<_> = rest.iter().filter_map(|at| tests.get(*at).copied()).collect();
                    match solve(&kept, texts) {
                        ListVerdict::Contradiction(core) => {
                            Some(core.iter().filter_map(|at| rest.get(*at).copied()).collect())
                        }
                        _ => None,
                    }
                };
                ListVerdict::Contradiction(shrink(core, MOST_ROUNDS, again))
            }
            other => other,
        }
    }
}
