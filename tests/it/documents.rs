//! Every policy in README and docs loads without an error or a warning, proofs and tests included, as its readers will
//! expect.

use pointsman::compile::{Texts, compile};
use pointsman::diagnostic::{Severity, render_human};
use pointsman::prove::Unlimited;
use pointsman::prove::difference::{Difference, difference};
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

/// The fenced blocks of a text: what they are marked as, and what stands in them.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let fenced = text.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// A policy with lines exchanged: those behind `-` for those behind `+` that follow.
fn edited(policy: &str, edit: &str) -> String {
    let mut edited = policy.to_owned();
    let (mut from, mut to) = (String::new(), String::new());
    let mut exchange = |from: &mut String, to: &mut String| {
        assert_eq!(edited.matches(from.as_str()).count(), 1, "{from}");
        edited = edited.replacen(from.as_str(), to, 1);
        from.clear();
        to.clear();
    };
    for line in edit.lines() {
        match line.split_at(1) {
            ("-", line) => {
                if !to.is_empty() {
                    exchange(&mut from, &mut to);
                }
                from.push_str(line);
                from.push('\n');
            }
            ("+", line) => {
                to.push_str(line);
                to.push('\n');
            }
            _ => panic!("neither - nor +: {line}"),
        }
    }
    exchange(&mut from, &mut to);
    edited
}

fn differing(old: &str, new: &str) -> Difference {
    let tree = |name, text: &str| compile(&mut Texts::new([(name, text)])).unwrap().tree;
    difference(&tree("old.policy", old), &tree("new.policy", new), &Unlimited)
}

#[test]
fn what_diff_tells_in_the_documents_is_what_it_tells() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/difference.md");
    let text = fs::read_to_string(document).unwrap();
    let mut old = "";
    let mut new = String::new();
    let mut compared = 0;
    for (kind, block) in blocks(&text) {
        match kind {
            "policy" => old = block,
            "diff" => new = edited(old, block),
            "text" => {
                let told = differing(old, &new).to_text(false);
                assert!(told.contains(block), "{block}\n---------- is ----------\n{told}");
                compared += 1;
            }
            "json" => {
                let told = differing(old, &new).to_json();
                let region: serde_json::Value = serde_json::from_str(block).unwrap();
                assert_eq!(told["regions"][0], region);
                compared += 1;
            }
            other => panic!("no block of this document: {other}"),
        }
    }
    assert_eq!(compared, 4, "the examples are found");
}

/// The words of a command line; quotes hold blanks together.
fn words(line: &str) -> Vec<&str> {
    let quoted = line.split('\'').enumerate();
    quoted
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().collect::<Vec<_>>(),
            _ => vec![part],
        })
        .collect()
}

#[test]
fn the_walk_from_a_log_of_litellm_tells_what_it_tells() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/dry-run.md")).unwrap();
    let (_, walk) = text.split_once("## From a LiteLLM log").unwrap();
    let (walk, _) = walk.split_once("\n## ").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let log = root.join("tests/cases/import/litellm.jsonl");
    fs::copy(log, directory.path().join("spend.jsonl")).unwrap();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    let mut routes = "";
    let mut exits = Vec::new();
    for (kind, block) in blocks(walk) {
        match kind {
            "sh" => {}
            "policy" => {
                routes = block;
                write("routes.policy", block);
            }
            "diff" => write("edited.policy", &edited(routes, block)),
            "console" => {
                let (command, told) = block.split_once('\n').unwrap();
                let arguments = words(command.strip_prefix("$ pointsman replay ").unwrap());
                let output = crate::replay::replay(directory.path(), &arguments);
                let said = [output.stdout, output.stderr].concat();
                assert_eq!(String::from_utf8(said).unwrap(), told, "{command}");
                exits.push(output.status.code());
            }
            other => panic!("no block of this section: {other}"),
        }
    }
    assert_eq!(exits, [Some(0), Some(1)], "both commands are run");
}
