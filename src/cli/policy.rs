//! The policy of a command that does not serve it.

use super::exit::Exit;
use super::output;
use super::{Format, PolicyArguments};
use crate::compile::{Compiled, Rejected, compile};
use crate::diagnostic::{Code, Diagnostic, Severity, render_json};
use crate::prove::{Patience, Unlimited, prove_asserts};
use crate::reload::Until;
use crate::reload::disk::DiskFiles;
use crate::source::SourceMap;
use crate::tree::PolicyHash;
use crate::verify::{self, Unproved};
use serde_json::{Value, json};
use std::time::Duration;

/// How long the asserts of a policy may take where what they say is by the way.
const ASSERTS_BY_THE_WAY: Duration = Duration::from_secs(2);

/// Reads and compiles the policy.
pub(super) fn load(arguments: &PolicyArguments) -> Result<Compiled, Rejected> {
    compile(&mut DiskFiles::new(&arguments.policy))
}

/// Reads, compiles, proves and tests the policy; proofs may take so long, or as long as they need.
pub(super) fn load_whole(
    arguments: &PolicyArguments,
    budget: Option<Duration>,
) -> Result<Compiled, Rejected> {
    let until = budget.map(Until::after);
    let patience: &dyn Patience = match &until {
        Some(until) => until,
        None => &Unlimited,
    };
    let mut files = DiskFiles::new(&arguments.policy);
    let verified = verify::load(&mut files, patience, Unproved::Refuse);
    verified.map(|verified| verified.compiled)
}

/// The policy, or how to end, with its diagnostics on standard error, and for machines on standard output as `check`
/// says them.
pub(super) fn load_or_complain(arguments: &PolicyArguments, format: Format) -> Result<Compiled, Exit> {
    load(arguments).map_err(|rejected| {
        output::diagnostics(&rejected.diagnostics, &rejected.sources);
        if let Format::Json = format {
            output::json(&findings(false, None, &rejected.diagnostics, &rejected.sources));
        }
        exit_of(&rejected)
    })
}

/// What loading a policy says, as one JSON object.
pub(super) fn findings(
    ok: bool,
    hash: Option<&PolicyHash>,
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
) -> Value {
    json!({
        "ok": ok,
        "errors": count(diagnostics, Severity::Error),
        "warnings": count(diagnostics, Severity::Warning),
        "policy": hash.map(ToString::to_string),
        "diagnostics": render_json(diagnostics, sources),
    })
}

/// How many diagnostics are of this weight.
pub(super) fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    let of_it = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == severity);
    of_it.count()
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

/// Says which asserts of a policy that compiles do not hold: a load would refuse it.
pub(super) fn warn_of_asserts(compiled: &Compiled) {
    if compiled.tree.policy().asserts.is_empty() {
        return;
    }
    let patience = Until::after(ASSERTS_BY_THE_WAY);
    let proofs = prove_asserts(&compiled.tree, &compiled.diagnostics, &patience);
    let refuted: Vec<Diagnostic> = proofs
        .diagnostics
        .into_iter()
        .filter(|found| found.code() == Code::ASSERT_REFUTED)
        .map(|found| found.weighing(Severity::Warning))
        .collect();
    output::diagnostics(&refuted, compiled.tree.sources());
}
