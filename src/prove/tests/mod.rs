//! Policies in, what proofs say of them out.

mod constant;
mod drawn;
mod entries;
mod plans;
mod shadows;
mod strings;
mod sums;
mod tenants;
mod unseen;

use super::{Unlimited, prove};
use crate::compile::compile_text;
use crate::diagnostic::Diagnostic;

/// Two models, in two regions.
const CATALOG: &str = r#"
provider sim { protocol simulated }
model eu { provider sim region "eu" }
model us { provider sim region "us" }
"#;

/// All that proofs say of the catalog and some rules: code, message and help lines.
fn proved(rules: &str) -> Vec<Diagnostic> {
    let compiled = match compile_text(&format!("{CATALOG}{rules}")) {
        Ok(compiled) => compiled,
        Err(rejected) => panic!("{:#?}", rejected.diagnostics),
    };
    prove(&compiled.tree, &compiled.diagnostics, &Unlimited).diagnostics
}

/// What proofs say, a line for each finding.
fn said(rules: &str) -> String {
    let lines = proved(rules)
        .into_iter()
        .map(|found| format!("{} {}", found.code().id(), found.message()));
    lines.collect::<Vec<String>>().join("\n")
}

/// What proofs say, each finding with its help lines.
fn said_at_length(rules: &str) -> String {
    let mut lines = Vec::new();
    for found in proved(rules) {
        lines.push(format!("{} {}", found.code().id(), found.message()));
        lines.extend(found.help_lines().iter().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}
