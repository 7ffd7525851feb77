//! The formatter: cases side by side with what becomes of them, files that are in its style already, and the command.

mod command;

use pointsman::compile::{Compiled, Texts, compile};
use pointsman::diagnostic::{render_human, render_json};
use pointsman::format::format;
use pointsman::source::SourceMap;
use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The policy files of a folder, in order of their names.
fn policies(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "policy"))
        .collect();
    files.sort();
    files
}

fn formatted(name: &str, text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    format(file, text).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn cases_and_what_becomes_of_them() {
    let cases = policies("tests/cases/format");
    assert!(cases.len() >= 5, "the cases are found");
    for path in cases {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let text = read(&path);
        let out = formatted(name, &text);
        assert_eq!(
            out.matches('#').count(),
            text.matches('#').count(),
            "comments of {name}"
        );
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, format!("{text}\n---------- formatted ----------\n{out}"));
        });
    }
}

#[test]
fn what_is_in_the_style_comes_back_as_it_is() {
    let mut files = vec![root().join("src/syntax/tests/example.policy")];
    files.extend(policies("tests/cases/example"));
    for path in files {
        let text = read(&path);
        assert_eq!(formatted(&path.display().to_string(), &text), text);
    }
}

#[test]
fn policies_in_the_documents_are_in_the_style() {
    for document in [
        "README.md",
        "docs/language.md",
        "docs/operations.md",
        "docs/formatting.md",
    ] {
        for part in read(&root().join(document)).split("```policy\n").skip(1) {
            let policy = part.split("```").next().unwrap();
            assert_eq!(formatted(document, policy), policy, "{document}");
        }
    }
}

/// Model and findings of a policy of one file, without places and hash.
fn meaning(text: &str) -> String {
    let places = Regex::new(r"\b\d+:\d+\.\.\d+").unwrap();
    match compile(&mut Texts::new([("a.policy", text)])) {
        Ok(Compiled { tree, diagnostics }) => {
            assert_eq!(render_human(&diagnostics, tree.sources(), false), "");
            places
                .replace_all(&format!("{:#?}", tree.policy()), "")
                .into_owned()
        }
        Err(rejected) => panic!("{:#}", render_json(&rejected.diagnostics, &rejected.sources)),
    }
}

#[test]
fn right_policies_have_the_same_model_formatted() {
    for path in policies("tests/cases/right") {
        let name = path.display().to_string();
        let text = read(&path);
        let out = formatted(&name, &text);
        assert_eq!(meaning(&out), meaning(&text), "{name}");
    }
}

#[test]
fn wrong_policies_that_parse_have_the_same_faults_formatted() {
    let told = |text: &str| match compile(&mut Texts::new([("a.policy", text)])) {
        Ok(compiled) => compiled.diagnostics,
        Err(rejected) => rejected.diagnostics,
    };
    let messages = |text: &str| {
        let mut messages: Vec<String> = told(text)
            .iter()
            .map(|found| format!("{} {}", found.code(), found.message()))
            .collect();
        messages.sort();
        messages
    };
    let mut count = 0;
    for path in policies("tests/cases/check") {
        let text = read(&path);
        let mut sources = SourceMap::new();
        let file = sources.add("a.policy", text.as_str());
        if let Ok(out) = format(file, &text) {
            count += 1;
            assert_eq!(messages(&out), messages(&text), "{}", path.display());
        }
    }
    assert!(count > 40, "most of them parse: {count}");
}
