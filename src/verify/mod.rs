//! A policy loaded: compiled, proved, and its tests run. What only decides is compiled alone; what is to be relied on is
//! loaded.

use crate::compile::{self, Compiled, Files, Rejected};
use crate::diagnostic::{self, Code, Diagnostic, Severity};
use crate::prove::{self, Patience, Untaken};
use crate::scenario;

/// What becomes of asserts, and of routes that guards may leave without a target, that could not be told in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unproved {
    /// The policy is refused.
    #[default]
    Refuse,
    /// The policy loads, and says what is unproved.
    Accept,
}

/// A policy that loads.
#[derive(Debug)]
pub struct Verified {
    /// The policy, with everything found about it.
    pub compiled: Compiled,
    /// Names of asserts and routes that could not be told in time.
    pub unproved: Vec<String>,
}

/// Loads a policy: compiles it, proves it as far as patience reaches, and runs its tests.
///
/// # Errors
///
/// All that is wrong with the policy, with the texts that it points into.
pub fn load(
    files: &mut dyn Files,
    patience: &dyn Patience,
    unproved: Unproved,
) -> Result<Verified, Rejected> {
    match compile::compile(files) {
        Ok(compiled) => verify(compiled, patience, unproved),
        Err(rejected) => Err(exemplified(rejected, patience)),
    }
}

/// Proves a policy that compiles as far as patience reaches, and runs its tests.
///
/// # Errors
///
/// All that is wrong with the policy, with the texts that it points into.
pub fn verify(compiled: Compiled, patience: &dyn Patience, unproved: Unproved) -> Result<Verified, Rejected> {
    let Compiled {
        tree,
        mut diagnostics,
    } = compiled;
    let proofs = prove::prove(&tree, &diagnostics, patience);
    diagnostics.retain(|found| {
        let settled =
            |label: &diagnostic::Label| proofs.settled.iter().any(|span| label.span.is_within(*span));
        found.code() != Code::CONSTANT_CONDITION || !found.primary().is_some_and(settled)
    });
    diagnostics.extend(
        proofs
            .diagnostics
            .into_iter()
            .map(|found| weighed(found, unproved)),
    );
    diagnostics.extend(scenario::diagnostics(&tree));
    let diagnostics = compile::finished(diagnostics);
    if diagnostic::has_errors(&diagnostics) {
        return Err(Rejected {
            sources: tree.sources().clone(),
            diagnostics,
            draft: None,
        });
    }
    Ok(Verified {
        compiled: Compiled { tree, diagnostics },
        unproved: proofs.unproved,
    })
}

/// A request that no route takes, shown where a final route is missing.
fn exemplified(mut rejected: Rejected, patience: &dyn Patience) -> Rejected {
    let Some(tree) = rejected.draft.take() else {
        return rejected;
    };
    let untaken = prove::untaken(&tree, patience);
    let told = |found: Diagnostic| match &untaken {
        Untaken::Request(request) if found.code() == Code::NO_FINAL_ROUTE => {
            let facts = serde_json::Value::Object(request.facts.clone());
            found
                .help(format!("no route takes this request: {facts}"))
                .shown_by(request.as_ref().clone())
        }
        Untaken::Never if found.code() == Code::NO_FINAL_ROUTE => {
            found.help("as it stands, some route takes every request: leave out the last `when`")
        }
        _ => found,
    };
    rejected.diagnostics = rejected.diagnostics.into_iter().map(told).collect();
    rejected
}

fn weighed(found: Diagnostic, unproved: Unproved) -> Diagnostic {
    if unproved == Unproved::Accept && found.code() == Code::UNPROVED && found.severity() == Severity::Error {
        return found.weighing(Severity::Warning);
    }
    found
}
