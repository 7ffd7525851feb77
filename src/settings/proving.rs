//! How long the proofs of a load may take, and what becomes of what they leave open.

use super::SettingError;
use crate::quantity::parse_duration;
use crate::verify::Unproved;
use std::time::Duration;

/// The longest time that the proofs of one load may take.
const MAX_BUDGET: Duration = Duration::from_secs(60 * 60);

/// How loads are proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proving {
    /// How long all proofs of one load may take together.
    pub budget: Duration,
    /// What becomes of a policy with an assert that was not told by then.
    pub unproved: Unproved,
}

impl Default for Proving {
    fn default() -> Self {
        Proving {
            budget: Duration::from_secs(5),
            unproved: Unproved::Refuse,
        }
    }
}

/// The value of `--proof-budget`.
///
/// # Errors
///
/// Where it is no duration, or a longer one than an hour.
pub fn proof_budget(text: &str) -> Result<Duration, SettingError> {
    match parse_duration(text) {
        Some(duration) if duration <= MAX_BUDGET => Ok(duration),
        Some(_) => Err(SettingError::new(
            "--proof-budget",
            format!("`{text}` is longer than an hour: give at most `1h`"),
        )),
        None => Err(SettingError::new(
            "--proof-budget",
            format!("`{text}` is no duration: write a number and `ms`, `s`, `m` or `h`, such as `5s`"),
        )),
    }
}
