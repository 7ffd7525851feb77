//! The register of codes: each explained, with examples that hold, and listed in the documentation.

use pointsman::compile::{Rejected, Texts};
use pointsman::diagnostic::{Code, Diagnostic, ExampleKind, Explanation, REGISTER};
use pointsman::prove::Unlimited;
use pointsman::verify::{self, Unproved};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What is said of a policy, without what comes along with many other findings: that a condition is interpreted, and
/// that routes of a small example do the same.
fn findings(text: &str, about: Code) -> Vec<Diagnostic> {
    let mut text = Texts::new([("policy", text)]);
    let mut found = match verify::load(&mut text, &Unlimited, Unproved::Refuse) {
        Ok(verified) => verified.compiled.diagnostics,
        Err(Rejected { diagnostics, .. }) => diagnostics,
    };
    let comes_along = [Code::INTERPRETED, Code::REDUNDANT_RULE];
    found.retain(|found| found.code() == about || !comes_along.contains(&found.code()));
    found
}

fn codes(found: &[Diagnostic]) -> BTreeSet<Code> {
    found.iter().map(Diagnostic::code).collect()
}

#[test]
fn every_code_is_explained() {
    let mut seen = BTreeSet::new();
    for code in REGISTER {
        let explained = Explanation::of(*code);
        let heading = format!(
            "# {}: {}\n\nSeverity: {}\n",
            code.id(),
            code.title(),
            explained.severity.name()
        );
        assert!(explained.markdown().starts_with(&heading), "{code}: {heading}");
        assert!(seen.insert(code.id()), "{code} stands once");
        for part in [
            explained.meaning,
            explained.why,
            explained.wrong.text,
            explained.right.text,
        ] {
            assert!(part.len() > 10, "{code}: {explained:?}");
        }
        assert_eq!(explained.wrong.kind, explained.right.kind, "{code}");
        assert_ne!(explained.wrong.text, explained.right.text, "{code}");
    }
}

#[test]
fn every_wrong_example_reports_its_code_alone_and_every_right_one_nothing() {
    let mut faults = String::new();
    for code in REGISTER {
        let explained = Explanation::of(*code);
        if explained.wrong.kind != ExampleKind::Policy {
            continue;
        }
        let wrong = findings(explained.wrong.text, *code);
        if codes(&wrong) != BTreeSet::from([*code]) {
            let _ = writeln!(faults, "{code}, wrong: {wrong:#?}");
        }
        if let Some(found) = wrong.iter().find(|found| found.severity() != explained.severity) {
            let _ = writeln!(
                faults,
                "{code} is {:?} and not {:?}",
                found.severity(),
                explained.severity
            );
        }
        let right = findings(explained.right.text, *code);
        if !right.is_empty() {
            let _ = writeln!(faults, "{code}, right: {right:#?}");
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// The page of all codes. To write it anew: `UPDATE_DOCS=1 cargo test --test it register`.
#[test]
fn the_documentation_lists_every_code() {
    let mut page = String::from(
        "# Diagnostics\n\n\
         Every finding has a stable code. `pointsman check --explain P201` prints what stands here; `--format json` and\n\
         `--format sarif` give findings to machines, with fixes that `check --fix` carries out where they are safe. This\n\
         page is made from `src/diagnostic/explanations/`.\n\n\
         | code | is | severity |\n|---|---|---|\n",
    );
    for code in REGISTER {
        let explained = Explanation::of(*code);
        let anchor = format!("{}: {}", code.id(), code.title()).to_lowercase();
        let anchor: String = anchor
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-'))
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect();
        let _ = writeln!(
            page,
            "| [{}](#{anchor}) | {} | {} |",
            code.id(),
            code.title(),
            explained.severity.name()
        );
    }
    for code in REGISTER {
        let text = Explanation::of(*code).markdown();
        let lowered = text
            .replace("\n## ", "\n### ")
            .replace("```policy", "```")
            .replace("```text", "```");
        let _ = write!(page, "\n#{lowered}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/diagnostics.md is not up to date: run `UPDATE_DOCS=1 cargo test --test it register`"
    );
}
