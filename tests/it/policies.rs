//! The policies under `policies/` are what people copy: nothing is to be said of any of them, infos included, they are in
//! the one style, and their tests pass and reach nearly all of them.

use crate::support::examples::{Example, files, folders, is_policy};
use pointsman::diagnostic::render_human;
use pointsman::format::format;
use pointsman::prove::Unlimited;
use pointsman::source::SourceMap;
use pointsman::verify::{self, Unproved};
use std::fs;
use std::process::Command;

/// How much of each policy its tests reach, in percent.
const COVERED: &str = "95";

#[test]
fn nothing_is_to_be_said_of_any_of_them() {
    assert!(folders().len() >= 4, "the policies are found");
    for folder in folders() {
        let example = Example::read(&folder);
        let (found, sources) = match verify::load(&mut example.texts(), &Unlimited, Unproved::Refuse) {
            Ok(loaded) => {
                let sources = loaded.compiled.tree.sources().clone();
                (loaded.compiled.diagnostics, sources)
            }
            Err(rejected) => (rejected.diagnostics, rejected.sources),
        };
        let said = render_human(&found, &sources, false);
        assert!(found.is_empty(), "{}:\n{said}", example.name);
    }
}

#[test]
fn check_says_the_same_of_the_files_on_disk() {
    for folder in folders() {
        let output = Command::new(env!("CARGO_BIN_EXE_pointsman"))
            .args(["check", "--deny", "warnings"])
            .arg(&folder)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", folder.display());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.starts_with("ok: 0 errors, 0 warnings, policy "), "{said}");
    }
}

#[test]
fn they_are_in_the_one_style() {
    for path in folders().iter().flat_map(|folder| files(folder)) {
        let name = path.display().to_string();
        if is_policy(&name) {
            let text = fs::read_to_string(&path).unwrap();
            let file = SourceMap::new().add(name.as_str(), text.as_str());
            assert_eq!(format(file, &text).unwrap(), text, "{name}");
        }
    }
}

#[test]
fn their_tests_pass_and_reach_nearly_everything() {
    for folder in folders() {
        let output = Command::new(env!("CARGO_BIN_EXE_pointsman"))
            .arg("test")
            .arg(&folder)
            .args(["--fail-under", COVERED])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{said}");
    }
}
