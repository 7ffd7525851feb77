//! Whose turn it is to read a file again: a changed file is noticed soon, and read by one caller at a time.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use tokio::time::Instant;

/// A file is read again where it was last read this long ago or longer.
const FILE_AGE: Duration = Duration::from_secs(5);

/// When a file was last read.
#[derive(Debug)]
pub struct FileAge(RwLock<Instant>);

impl FileAge {
    /// Of a file that is read now.
    pub fn fresh() -> Self {
        FileAge(RwLock::new(Instant::now()))
    }

    /// Whether it is time to read, and this caller is the one that does; others are told no until it is time again.
    pub fn claim_turn(&self) -> bool {
        let old = |read_at: &Instant| read_at.elapsed() >= FILE_AGE;
        if !old(&self.0.read().unwrap_or_else(PoisonError::into_inner)) {
            return false;
        }
        let mut read_at = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mine = old(&read_at);
        *read_at = Instant::now();
        mine
    }

    /// Notes that the file was read now.
    pub fn renew(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}
