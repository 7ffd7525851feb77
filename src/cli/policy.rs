//! The policy of a command that does not serve it.

use super::PolicyArguments;
use super::exit::Exit;
use super::output;
use crate::compile::{Compiled, Rejected, compile};
use crate::diagnostic::{Code, Severity};
use crate::reload::disk::DiskFiles;

/// Reads and compiles the policy.
pub(super) fn load(arguments: &PolicyArguments) -> Result<Compiled, Rejected> {
    compile(&mut DiskFiles::new(&arguments.policy))
}

/// The policy, or its diagnostics on standard error and how to end.
pub(super) fn load_or_complain(arguments: &PolicyArguments) -> Result<Compiled, Exit> {
    load(arguments).map_err(|rejected| {
        output::diagnostics(&rejected.diagnostics, &rejected.sources);
        exit_of(&rejected)
    })
}

/// A file or directory of the command line that cannot be read, and an address that the policy is not to be served on,
/// are usage errors; everything else that keeps a policy from loading is the policy's.
pub(super) fn exit_of(rejected: &Rejected) -> Exit {
    let of_usage = rejected.diagnostics.iter().any(|diagnostic| {
        diagnostic.severity() == Severity::Error
            && diagnostic.primary().is_none()
            && [Code::UNREADABLE_FILE, Code::OPEN_POLICY].contains(&diagnostic.code())
    });
    if of_usage { Exit::Usage } else { Exit::NotFine }
}
