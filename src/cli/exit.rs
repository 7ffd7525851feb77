//! Exit codes.

use std::process::ExitCode;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is fine: 0.
    Fine,
    /// The policy, the tests or the comparison is not: 1.
    NotFine,
    /// Wrong usage or unreadable input: 2.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::NotFine => 1,
            Exit::Usage => 2,
        })
    }
}
