//! What the checker says of policies: of each wrong one in `tests/cases/check` with one fault in it, and nothing of
//! right ones.

mod fixes;
mod native;
mod register;
mod sarif;

use pointsman::compile::{Compiled, Rejected, Texts};
use pointsman::diagnostic::{Severity, render_human};
use pointsman::prove::Unlimited;
use pointsman::verify::{self, Unproved};
use std::fs;
use std::path::{Path, PathBuf};

fn cases(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(folder)
}

/// All files of a folder with an extension, in order of their names: name and text.
fn files(folder: &Path, extension: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Everything said of a policy, rendered.
fn rendered(texts: Texts) -> String {
    match verify::load(&mut { texts }, &Unlimited, Unproved::Refuse).map(|verified| verified.compiled) {
        Ok(Compiled { tree, diagnostics }) => render_human(&diagnostics, tree.sources(), false),
        Err(Rejected {
            diagnostics, sources, ..
        }) => render_human(&diagnostics, &sources, false),
    }
}

/// The files of a folder as a policy, and its tables beside it.
fn folder(folder: &Path) -> Texts {
    let policy = Texts::new(files(folder, "policy"));
    files(folder, "csv")
        .into_iter()
        .fold(policy, |policy, (name, table)| policy.with(name, table))
}

#[test]
fn the_complete_policy_of_the_documentation_loads() {
    let said = rendered(folder(&cases("example")));
    insta::assert_snapshot!(said);
}

#[test]
fn each_wrong_policy_is_told_what_is_wrong() {
    let cases = files(&cases("check"), "policy");
    assert!(cases.len() >= 40, "the cases are found");
    for (name, text) in cases {
        let said = rendered(Texts::new([(name.as_str(), text.as_str())]));
        assert!(!said.is_empty(), "something is said of {name}");
        let name = name.trim_end_matches(".policy");
        insta::with_settings!({ snapshot_path => "snapshots/check", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, format!("{text}\n---\n{said}"));
        });
    }
}

#[test]
fn nothing_is_said_of_right_policies() {
    for (name, text) in files(&cases("right"), "policy") {
        let said = rendered(Texts::new([(name.as_str(), text.as_str())]));
        assert_eq!(said, "", "{name}");
    }
}

#[test]
fn the_tour_for_newcomers_loads_without_a_word() {
    let tour = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/quickstart");
    let compiled = verify::load(&mut folder(&tour), &Unlimited, Unproved::Refuse)
        .map(|verified| verified.compiled)
        .unwrap_or_else(|rejected| {
            panic!(
                "{}",
                render_human(&rejected.diagnostics, &rejected.sources, false)
            )
        });
    let loud: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|found| found.severity() > Severity::Info)
        .collect();
    assert!(loud.is_empty(), "{loud:#?}");
}
