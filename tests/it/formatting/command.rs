//! `fmt` as it is typed: what it writes, what it prints, how it exits.

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const UGLY: &str = "model m{provider p} # small\r\nroute r {target m}\r\n";
const PRETTY: &str = "model m {                                                # small\n  provider p\n}\n\nroute r {\n  target m\n}\n";
const BROKEN: &str = "route r { when x = 1 target m }\n";

fn run(directory: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pointsman"))
        .arg("fmt")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// A directory with these files.
fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

fn read(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap()
}

#[test]
fn files_of_a_directory_are_written_in_place() {
    let directory = directory(&[
        ("a.policy", UGLY),
        ("b.policy", PRETTY),
        ("c.txt", UGLY),
        (".d.policy", UGLY),
    ]);
    let path = directory.path();
    fs::set_permissions(path.join("a.policy"), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(
        run(path, &["."], ""),
        (0, String::new(), "formatted ./a.policy\n".to_owned())
    );
    assert_eq!(read(path, "a.policy"), PRETTY);
    assert_eq!(read(path, "c.txt"), UGLY);
    assert_eq!(read(path, ".d.policy"), UGLY);
    let mode = fs::metadata(path.join("a.policy")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        fs::read_dir(path).unwrap().count(),
        4,
        "nothing is left beside the files"
    );
    assert_eq!(run(path, &["."], ""), (0, String::new(), String::new()));
}

#[test]
fn what_a_link_points_to_is_written_and_what_is_used_is_not() {
    let directory = directory(&[("real", UGLY), ("used", UGLY), ("user", "use   \"used\"\n")]);
    let path = directory.path();
    symlink("real", path.join("link.policy")).unwrap();
    let (code, _, told) = run(path, &["link.policy", "real", "user"], "");
    assert_eq!(
        (code, told.as_str()),
        (0, "formatted link.policy\nformatted user\n")
    );
    assert!(
        fs::symlink_metadata(path.join("link.policy"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(read(path, "real"), PRETTY);
    assert_eq!(read(path, "used"), UGLY);
    assert_eq!(read(path, "user"), "use \"used\"\n");
}

#[test]
fn a_check_shows_the_difference_and_writes_nothing() {
    let directory = directory(&[("a.policy", "let a=1\nlet b = 2\n"), ("b.policy", PRETTY)]);
    let (code, shown, told) = run(directory.path(), &[".", "--check"], "");
    assert_eq!(code, 1);
    assert_eq!(
        shown,
        "--- ./a.policy\n+++ ./a.policy (formatted)\n@@ -1,2 +1,2 @@\n-let a=1\n+let a = 1\n let b = 2\n"
    );
    assert_eq!(told, "");
    assert_eq!(read(directory.path(), "a.policy"), "let a=1\nlet b = 2\n");
    let fine = run(directory.path(), &["b.policy", "--check"], "");
    assert_eq!(fine, (0, String::new(), String::new()));
}

#[test]
fn nothing_is_written_where_one_file_does_not_parse() {
    let directory = directory(&[("a.policy", UGLY), ("b.policy", BROKEN)]);
    let (code, shown, told) = run(directory.path(), &["."], "");
    assert_eq!((code, shown.as_str()), (1, ""));
    assert!(
        told.contains("b.policy:1:18") && told.contains("`=` is not an operator"),
        "{told}"
    );
    assert_eq!(read(directory.path(), "a.policy"), UGLY);
    assert_eq!(read(directory.path(), "b.policy"), BROKEN);
}

#[test]
fn nothing_is_written_where_one_file_cannot_be() {
    let directory = directory(&[("a.policy", UGLY), ("b.policy", UGLY)]);
    let path = directory.path();
    fs::set_permissions(path.join("b.policy"), fs::Permissions::from_mode(0o444)).unwrap();
    let (code, _, told) = run(path, &["."], "");
    assert_eq!(code, 2);
    assert_eq!(told, "error: `./b.policy` cannot be written: it is read-only\n");
    assert_eq!(read(path, "a.policy"), UGLY);
    assert_eq!(
        fs::read_dir(path).unwrap().count(),
        2,
        "nothing is left beside the files"
    );
}

#[test]
fn standard_input_goes_to_standard_output() {
    let directory = directory(&[]);
    let path = directory.path();
    assert_eq!(run(path, &["-"], UGLY), (0, PRETTY.to_owned(), String::new()));
    assert_eq!(run(path, &["-"], PRETTY), (0, PRETTY.to_owned(), String::new()));
    let (code, shown, _) = run(path, &["-", "--check"], UGLY);
    assert_eq!(code, 1);
    assert!(
        shown.starts_with("--- standard input\n+++ standard input (formatted)\n"),
        "{shown}"
    );
    let (code, shown, told) = run(path, &["-"], BROKEN);
    assert_eq!((code, shown.as_str()), (1, ""));
    assert!(told.contains("standard input:1:18"), "{told}");
}

#[test]
fn a_report_is_one_object() {
    let directory = directory(&[("a.policy", UGLY), ("b.policy", PRETTY), ("c", BROKEN)]);
    let path = directory.path();
    let report = |arguments: &[&str]| {
        let (code, shown, _) = run(path, arguments, "");
        (code, serde_json::from_str::<Value>(&shown).unwrap())
    };
    let (code, found) = report(&[".", "--check", "--format", "json"]);
    assert_eq!((code, &found["ok"]), (1, &Value::Bool(false)));
    assert_eq!(found["files"][0]["file"], "./a.policy");
    assert_eq!(found["files"][0]["changed"], true);
    assert!(
        found["files"][0]["diff"]
            .as_str()
            .unwrap()
            .contains("+  provider p")
    );
    assert_eq!(found["files"][1]["changed"], false);
    assert_eq!(found["files"][1]["diff"], "");
    let (code, found) = report(&[".", "--format", "json"]);
    assert_eq!((code, &found["ok"]), (0, &Value::Bool(true)));
    assert_eq!(found["files"][0]["changed"], true);
    let (code, found) = report(&["a.policy", "c", "--format", "json"]);
    assert_eq!((code, &found["ok"]), (1, &Value::Bool(false)));
    assert_eq!(found["errors"], 1);
    assert_eq!(found["diagnostics"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_read_is_wrong_usage() {
    let directory = directory(&[("a.policy", UGLY)]);
    fs::write(directory.path().join("latin"), b"# caf\xe9\n").unwrap();
    for (arguments, part) in [
        (
            &["none", "a.policy"][..],
            "`none` cannot be read: there is no such file",
        ),
        (
            &["latin"],
            "`latin` cannot be read: it is not UTF-8 from byte 5 on",
        ),
        (&["-", "a.policy"], "`-` is standard input and stands alone"),
        (&[], "required"),
    ] {
        let (code, shown, told) = run(directory.path(), arguments, "");
        assert_eq!((code, shown.as_str()), (2, ""), "{arguments:?}");
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(read(directory.path(), "a.policy"), UGLY);
}
