//! Every policy in README and docs loads: its asserts are proved and its tests hold, as its readers will expect.

use pointsman::compile::Texts;
use pointsman::diagnostic::render_human;
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

#[test]
fn every_policy_in_the_documents_loads_and_holds_its_tests() {
    let mut count = 0;
    for document in documents() {
        for policy in policies(&fs::read_to_string(&document).unwrap()) {
            count += 1;
            let mut text = Texts::new([("policy", policy.as_str())]);
            let (found, sources) = match verify::load(&mut text, &Unlimited, Unproved::Refuse) {
                Ok(_) => continue,
                Err(rejected) => (rejected.diagnostics, rejected.sources),
            };
            let found = render_human(&found, &sources, false);
            panic!("{}:\n{policy}\n{found}", document.display());
        }
    }
    assert!(count >= 5, "only {count} policies found");
}
