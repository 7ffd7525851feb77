//! `check` and what it does beside checking: fixes on disk, SARIF, explanations of codes.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn check(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pointsman"));
    command.arg("check").args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    )
}

const CATALOG: &str = "provider p { protocol simulated }\nmodel small { provider p }\n";

/// Two files with five slips, each with one thing that can have been meant; one uncovers another.
fn sloppy(folder: &Path) {
    fs::write(folder.join("10.policy"), CATALOG).unwrap();
    let rules = "route free {\n  when teir = \"free\" and tokens < 10k\n  target smal\n}\nroute rest { target small }\n";
    fs::write(folder.join("20.policy"), rules).unwrap();
}

#[test]
fn safe_fixes_are_written_and_what_remains_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    sloppy(folder.path());
    let path = folder.path().display().to_string();
    let output = check(&[&path, "--fix"]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("fixed: 5 findings in "), "{said}");
    let rules = fs::read_to_string(folder.path().join("20.policy")).unwrap();
    assert_eq!(
        rules,
        "route free {\n  when tier == \"free\" && tokens < 10000\n  target small\n}\nroute rest { target small }\n"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("10.policy")).unwrap(),
        CATALOG
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "nothing is left beside"
    );

    let again = check(&[&path, "--fix", "--format", "json"]);
    assert_eq!(json(&again)["fixed"]["applied"], 0);
}

#[test]
fn what_is_not_certain_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.policy");
    let written = format!("{CATALOG}let unused = stream\nroute all {{ target smal1 }}\n");
    fs::write(&file, &written).unwrap();
    let output = check(&[&file.display().to_string(), "--fix", "--format", "json"]);
    let found = json(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(found["fixed"]["applied"], 0);
    assert_eq!(found["diagnostics"][0]["fixes"][0]["applicability"], "suggestion");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
}

#[test]
fn a_fix_that_brings_more_errors_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.policy");
    // Read as a condition, what stands behind the misspelt operator has two errors of its own.
    let written = format!(
        "{CATALOG}route all {{ target small }}\nguard g {{ when tier = \"x\" && qqqq == 1 && zzzz == 2 deny 403 \"no\" }}\n"
    );
    fs::write(&file, &written).unwrap();
    let output = check(&[&file.display().to_string(), "--fix"]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the result would have more errors than before"),
        "{said}"
    );
    assert!(said.contains("nothing fixed"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
}

#[test]
fn a_fix_keeps_comments_line_ends_links_and_modes() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real.txt");
    let link = folder.path().join("a.policy");
    let written = format!("{CATALOG}\r\n# when teir = 1\r\nroute all {{ target smal }} # é\r\n");
    fs::write(&real, &written).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    let output = check(&[&link.display().to_string(), "--fix"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(link.is_symlink());
    assert_eq!(
        fs::read_to_string(&real).unwrap(),
        written.replace("smal }", "small }")
    );
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}
