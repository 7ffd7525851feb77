//! The language server, driven over standard input and output by a real client library.

use crate::support::python;
use std::path::Path;

fn scenario(name: &str) {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/example");
    let arguments = [name, policy.to_str().unwrap(), env!("CARGO_BIN_EXE_pointsman")];
    assert_eq!(python::run_in("lsp", "session.py", &arguments), "done\n");
}

#[test]
fn findings_come_while_typing() {
    scenario("typing");
}

#[test]
fn words_are_known() {
    scenario("knowing");
}

#[test]
fn names_are_changed_in_all_files() {
    scenario("renaming");
}

#[test]
fn files_are_formatted() {
    scenario("formatting");
}

#[test]
fn faults_are_mended() {
    scenario("mending");
}

#[test]
fn recorded_requests_are_counted() {
    scenario("counting");
}
