//! Every policy in README and docs loads without an error or a warning, proofs and tests included, as its readers will
//! expect.

use pointsman::compile::Texts;
use pointsman::diagnostic::{Severity, render_human};
use pointsman::prove::Unlimited;
use pointsman::verify::{self, Unproved};
use std::fs;
use std::path::{Path, PathBuf};

/// The texts of all fenced blocks marked as `policy`.
fn policies(text: &str) -> Vec<String> {
    text.split("```policy\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .map(|(policy, _)| policy.to_owned())
        .collect()
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec![root.join("README.md")];
    documents.extend(
        fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path()),
    );
    documents.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    documents.sort();
    documents
}

/// What a load says of a policy, but for infos, rendered.
fn said(policy: &str) -> String {
    let mut text = Texts::new([("policy", policy)]);
    let (mut found, sources) = match verify::load(&mut text, &Unlimited, Unproved::Refuse) {
        Ok(verified) => {
            let compiled = verified.compiled;
            (compiled.diagnostics, compiled.tree.sources().clone())
        }
        Err(rejected) => (rejected.diagnostics, rejected.sources),
    };
    found.retain(|found| found.severity() > Severity::Info);
    render_human(&found, &sources, false)
}

#[test]
fn every_policy_in_the_documents_loads_and_holds_its_tests() {
    let mut count = 0;
    let mut faults = String::new();
    for document in documents() {
        for policy in policies(&fs::read_to_string(&document).unwrap()) {
            count += 1;
            let said = said(&policy);
            if !said.is_empty() {
                faults.push_str(&format!("{}:\n{policy}\n{said}\n", document.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
    assert!(count >= 5, "only {count} policies found");
}
