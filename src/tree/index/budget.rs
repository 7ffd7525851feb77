//! How much of one condition the index looks at: beyond that, a condition says nothing to it, and is evaluated.

/// Most nodes and literals of a condition that are looked at, its `let`s written out.
const MOST_LOOKED_AT: usize = 1_024;

/// What is left of that.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    /// All of it.
    pub(super) fn new() -> Self {
        Budget(MOST_LOOKED_AT)
    }

    /// Whether so much was left; it is spent then.
    pub(super) fn spend(&mut self, amount: usize) -> bool {
        match self.0.checked_sub(amount) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}
