//! `check`: everything that loading the policy would say.

mod explain;
mod fix;

use super::exit::Exit;
use super::{PolicyArguments, output, policy};
use crate::compile::Rejected;
use crate::diagnostic::{Diagnostic, Severity, has_errors, render_sarif, sort};
use crate::settings::proof_budget;
use crate::source::SourceMap;
use crate::tree::PolicyHash;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The policy: a directory or files
    #[arg(value_name = "POLICY", required_unless_present = "explain")]
    policy: Vec<PathBuf>,

    /// Say what a code such as P201 means, with an example wrong and right
    #[arg(long, value_name = "CODE", conflicts_with_all = ["policy", "fix", "secrets", "deny"])]
    explain: Option<String>,

    /// Let warnings fail the check
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,

    /// Carry out the safe fixes on the files, then check again
    #[arg(long)]
    fix: bool,

    /// How long proofs may take; what is not told by then is an error. As long as they need where it is not given
    #[arg(long, value_name = "DURATION", value_parser = budget)]
    proof_budget: Option<Duration>,

    /// Ask for the secrets too: environment variables and files that the policy names
    #[arg(long)]
    secrets: bool,

    /// How to report: for people, as one JSON object, or as a SARIF log
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    Sarif,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Deny {
    Warnings,
}

/// What a check found.
struct Report {
    hash: Option<PolicyHash>,
    diagnostics: Vec<Diagnostic>,
    sources: SourceMap,
    exit: Exit,
}

fn budget(text: &str) -> Result<Duration, String> {
    proof_budget(text).map_err(|error| error.message().to_owned())
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    match (&arguments.explain, arguments.format) {
        (Some(_), Format::Sarif) => {
            output::usage(["an explanation is printed for people or in JSON, not as SARIF"])
        }
        (Some(code), format) => explain::explain(code, format == Format::Json),
        (None, _) => check_and_report(arguments),
    }
}

fn check_and_report(arguments: &Arguments) -> Exit {
    let fixed = arguments.fix.then(|| fix::fix(&arguments.policy));
    let report = check(arguments);
    match arguments.format {
        Format::Sarif => {
            if let Some(fixed) = &fixed {
                output::complain(&fixed.problems);
            }
            let version = env!("CARGO_PKG_VERSION");
            output::json(&render_sarif(&report.diagnostics, &report.sources, version));
        }
        Format::Json => {
            let mut found = policy::findings(
                report.exit == Exit::Fine,
                report.hash.as_ref(),
                &report.diagnostics,
                &report.sources,
            );
            if let (Some(fixed), Some(found)) = (&fixed, found.as_object_mut()) {
                let fixed =
                    json!({ "applied": fixed.applied, "files": fixed.files, "problems": fixed.problems });
                found.insert("fixed".to_owned(), fixed);
            }
            output::json(&found);
        }
        Format::Human => {
            output::diagnostics(&report.diagnostics, &report.sources);
            if let Some(fixed) = &fixed {
                output::complain(&fixed.problems);
                output::line(&said_of_fixes(fixed));
            }
            output::line(&summary(&report));
        }
    }
    match fixed {
        Some(fixed) if !fixed.problems.is_empty() && report.exit == Exit::Fine => Exit::NotFine,
        _ => report.exit,
    }
}

fn said_of_fixes(fixed: &fix::Fixed) -> String {
    match fixed.applied {
        0 => "nothing fixed".to_owned(),
        applied => format!(
            "fixed: {} in {}",
            counted(applied, "finding"),
            fixed.files.join(", ")
        ),
    }
}

fn check(arguments: &Arguments) -> Report {
    let policy = PolicyArguments {
        policy: arguments.policy.clone(),
    };
    let compiled = match policy::load_whole(&policy, arguments.proof_budget) {
        Ok(compiled) => compiled,
        Err(rejected) => return refused(rejected),
    };
    let mut diagnostics = compiled.diagnostics;
    if arguments.secrets {
        diagnostics.extend(super::serve::unresolved_secrets(&compiled.tree));
        sort(&mut diagnostics);
    }
    let denied = arguments.deny.is_some()
        && diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity() == Severity::Warning);
    Report {
        hash: Some(*compiled.tree.hash()),
        exit: if denied || has_errors(&diagnostics) {
            Exit::NotFine
        } else {
            Exit::Fine
        },
        diagnostics,
        sources: compiled.tree.sources().clone(),
    }
}

fn refused(rejected: Rejected) -> Report {
    Report {
        hash: None,
        exit: policy::exit_of(&rejected),
        diagnostics: rejected.diagnostics,
        sources: rejected.sources,
    }
}

fn summary(report: &Report) -> String {
    let errors = policy::count(&report.diagnostics, Severity::Error);
    let warnings = policy::count(&report.diagnostics, Severity::Warning);
    let verdict = if report.exit == Exit::Fine { "ok" } else { "not ok" };
    let hash = match &report.hash {
        Some(hash) => format!(", policy {}", hash.short()),
        None => String::new(),
    };
    format!(
        "{verdict}: {}, {}{hash}",
        counted(errors, "error"),
        counted(warnings, "warning")
    )
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
