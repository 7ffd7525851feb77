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

/// What machines read of the wrong policies in `tests/cases/check` that are refuted by a request.
#[test]
fn every_request_shown_is_decided_as_is_said() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check");
    let mut shown = 0;
    for entry in fs::read_dir(cases).unwrap() {
        let path = entry.unwrap().path();
        if !fs::read_to_string(&path).unwrap().contains("assert ") {
            continue;
        }
        let path = path.display().to_string();
        let found = json(&check(&[&path, "--format", "json"]));
        let refuted = found["diagnostics"].as_array().unwrap().iter();
        for refuted in refuted.filter(|found| found["code"] == "P507") {
            shown += 1;
            let request = &refuted["request"];
            let facts = request["facts"].to_string();
            let help = refuted["help"].as_array().unwrap();
            let said = |beginning: &str| {
                let mut lines = help
                    .iter()
                    .filter_map(|line| line.as_str()?.strip_prefix(beginning));
                lines.next().map(str::to_owned)
            };
            assert_eq!(
                said("a request that leads there: "),
                Some(facts.clone()),
                "{path}"
            );
            let mut explain = Command::new(env!("CARGO_BIN_EXE_pointsman"));
            explain.args(["explain", &path, "--format", "json", "--facts", &facts]);
            explain.args(["--seed", request["seed"].as_str().unwrap()]);
            if let Some(orders) = request.get("orders") {
                explain.args(["--orders", &orders.to_string()]);
            }
            let decided = json(&explain.output().unwrap());
            let decision = &decided["decision"];
            let targets: Vec<&str> = decision["targets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|target| target.as_str().unwrap())
                .collect();
            let way = said("its way: ").unwrap();
            let route = decision["route"].as_str().unwrap();
            assert!(way.contains(&format!("route {route};")), "{path}: {way}");
            assert!(
                way.ends_with(&format!("plan {}", targets.join(", "))),
                "{path}: {way}"
            );
            let attempt = said("the attempt: ").unwrap();
            if let Some(copy) = attempt.strip_prefix("a shadow copy, ") {
                let target = copy.split(';').next().unwrap();
                assert_eq!(decision["shadow"], target, "{path}: {attempt}");
                continue;
            }
            let (position, rest) = attempt.split_once(" of ").unwrap();
            let target = rest.split([',', ';']).nth(1).unwrap().trim();
            let position: usize = position.parse().unwrap();
            assert!(targets.contains(&target), "{path}: {attempt}");
            assert!(position <= targets.len(), "{path}: {attempt}");
        }
    }
    assert!(shown >= 8, "{shown} requests are shown");
}

#[test]
fn a_sarif_log_holds_the_request_that_refutes() {
    let case =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/assert-refuted-by-drawn-arm.policy");
    let log = json(&check(&[&case.display().to_string(), "--format", "sarif"]));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let refuted = results.iter().find(|result| result["ruleId"] == "P507").unwrap();
    let request = &refuted["properties"]["request"];
    assert_eq!(request["facts"]["region"], "eu");
    assert_ne!(request["seed"], "0");
    assert!(
        refuted["message"]["text"]
            .as_str()
            .unwrap()
            .contains("a request that leads there")
    );
}

/// Every region of a log: from 1, not empty backwards.
fn regions(value: &Value, seen: &mut usize) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| regions(value, seen)),
        Value::Object(object) => {
            for (name, value) in object {
                if name == "region" || name == "deletedRegion" {
                    let at = |name: &str| value[name].as_u64().unwrap();
                    assert!(at("startLine") >= 1 && at("startColumn") >= 1, "{value}");
                    assert!(
                        (at("endLine"), at("endColumn")) >= (at("startLine"), at("startColumn")),
                        "{value}"
                    );
                    *seen += 1;
                }
                regions(value, seen);
            }
        }
        _ => {}
    }
}

#[test]
fn a_sarif_log_has_what_its_schema_requires() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a b.policy");
    let rules = "model small { provider p }\nroute free { when tier == \"é\" && teir = 1 target smal }\n";
    fs::write(&file, format!("{CATALOG}{rules}")).unwrap();
    let output = check(&[&file.display().to_string(), "--format", "sarif"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty(), "{}", text(&output));
    let log = json(&output);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "pointsman");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = driver["rules"].as_array().unwrap();
    assert!(rules.len() > 50);
    for rule in rules {
        assert!(
            rule["id"].is_string() && rule["fullDescription"]["text"].is_string(),
            "{rule}"
        );
        assert!(
            ["error", "warning", "note"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap())
        );
    }
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 2, "{results:#?}");
    for result in results {
        assert!(result["message"]["text"].is_string(), "{result}");
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        for location in result["locations"].as_array().into_iter().flatten() {
            let uri = location["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap();
            assert!(
                uri.starts_with("file:///") && uri.ends_with("/a%20b.policy"),
                "{uri}"
            );
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            for change in fix["artifactChanges"].as_array().unwrap() {
                assert!(!change["replacements"].as_array().unwrap().is_empty());
            }
        }
    }
    let twice = results.iter().find(|result| result["ruleId"] == "P202").unwrap();
    let first = &twice["relatedLocations"][0];
    assert_eq!(first["physicalLocation"]["region"]["startLine"], 2);
    assert_eq!(first["id"], 1);
    let operator = results.iter().find(|result| result["ruleId"] == "P107").unwrap();
    let replacement = &operator["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "==");
    // The column counts `é` once.
    assert_eq!(replacement["deletedRegion"]["startColumn"], 39);
    let mut seen = 0;
    regions(&log, &mut seen);
    assert!(seen >= 4, "{seen} regions");
}

#[test]
fn a_code_is_explained_without_a_policy() {
    let people = check(&["--explain", "P201"]);
    assert_eq!(people.status.code(), Some(0), "{}", text(&people));
    let said = text(&people);
    assert!(
        said.starts_with("error[P201]: a name that nothing declares\n"),
        "{said}"
    );
    assert!(
        said.contains("Wrong:\n\n    provider here") && said.contains("Right:\n"),
        "{said}"
    );

    let machine = check(&["--explain", "p107", "--format", "json"]);
    let explained = json(&machine);
    assert_eq!(explained["code"], "P107");
    assert_eq!(explained["severity"], "error");
    assert!(explained["right"].as_str().unwrap().contains("&&"));
}

#[test]
fn an_unknown_code_is_wrong_usage() {
    let near = check(&["--explain", "P2001"]);
    assert_eq!(near.status.code(), Some(2));
    assert!(
        text(&near).contains("there is no code `P2001`; did you mean `P201`?"),
        "{}",
        text(&near)
    );
    let far = check(&["--explain", "nonsense"]);
    assert_eq!(far.status.code(), Some(2));
    assert!(text(&far).contains("codes look like `P201`"));
    assert_eq!(check(&[]).status.code(), Some(2), "a policy or a code is needed");
    assert_eq!(check(&["--explain", "P201", "--fix"]).status.code(), Some(2));
}

#[test]
fn a_budget_ends_proofs_and_what_is_left_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "route rest { target small }\nassert small-only { that target.model == \"small\" }\n";
    fs::write(folder.path().join("a.policy"), format!("{CATALOG}{rules}")).unwrap();
    let path = folder.path().display().to_string();
    let output = check(&[&path, "--proof-budget", "0s"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("error[P614]"), "{}", text(&output));
    let output = check(&[&path, "--proof-budget", "1h"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let output = check(&[&path, "--proof-budget", "soon"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).contains("`soon` is no duration"),
        "{}",
        text(&output)
    );
}
