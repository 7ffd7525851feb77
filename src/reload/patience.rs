//! Patience that ends at a moment of the clock.

use crate::prove::Patience;
use std::time::{Duration, Instant};

/// Patience up to a moment.
#[derive(Clone, Copy, Debug)]
pub struct Until(Option<Instant>);

impl Until {
    /// Patience for so long from now on.
    pub fn after(time: Duration) -> Self {
        Until(Instant::now().checked_add(time))
    }
}

impl Patience for Until {
    fn is_over(&self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }
}
