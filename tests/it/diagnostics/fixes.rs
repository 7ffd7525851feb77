//! What safe fixes promise: carried out, their finding is gone and no error is new.

use super::{cases, files};
use pointsman::compile::{self, Compiled, Rejected, Texts};
use pointsman::diagnostic::{Diagnostic, Severity, apply, safe_fixes};
use pointsman::source::SourceMap;
use proptest::prelude::*;

fn findings(text: &str) -> (Vec<Diagnostic>, SourceMap) {
    match compile::compile(&mut Texts::new([("policy", text)])) {
        Ok(Compiled { tree, diagnostics }) => (diagnostics, tree.sources().clone()),
        Err(Rejected {
            diagnostics, sources, ..
        }) => (diagnostics, sources),
    }
}

fn errors(diagnostics: &[Diagnostic]) -> Vec<(&str, &str)> {
    diagnostics
        .iter()
        .filter(|found| found.severity() == Severity::Error)
        .map(|found| (found.code().id(), found.message()))
        .collect()
}

/// Carries out each safe fix by itself and holds what is said then against what was said before.
fn each_fix_settles_its_finding(text: &str) -> usize {
    let (before, sources) = findings(text);
    let (id, _) = sources.files().next().unwrap();
    let mut seen = 0;
    for (index, found) in before.iter().enumerate() {
        let alone = std::slice::from_ref(found);
        let fixes = safe_fixes(alone);
        if fixes.is_empty() {
            continue;
        }
        seen += 1;
        let fixed = apply(text, id, &fixes);
        let (after, _) = findings(&fixed);
        let same = |other: &&Diagnostic| other.code() == found.code() && other.message() == found.message();
        assert!(
            after.iter().filter(same).count() < before.iter().filter(same).count(),
            "{index}: {found:?} is still said of\n{fixed}\n{after:#?}"
        );
        let known = errors(&before);
        let new: Vec<_> = errors(&after)
            .into_iter()
            .filter(|error| !known.contains(error))
            .collect();
        assert!(new.is_empty(), "fixing {found:?} brings {new:?} to\n{fixed}");
    }
    seen
}

#[test]
fn a_safe_fix_of_a_wrong_policy_settles_its_finding() {
    let mut fixed = 0;
    for (name, text) in files(&cases("check"), "policy") {
        println!("{name}");
        fixed += each_fix_settles_its_finding(&text);
    }
    assert!(fixed >= 15, "{fixed} cases have a safe fix");
}

/// The complete policy of the documentation in one text.
fn example() -> String {
    let files = files(&cases("example"), "policy");
    let texts: Vec<String> = files
        .into_iter()
        .map(|(_, text)| {
            text.replace("tenants from", "# tenants from")
                .replace("initech", "acme")
        })
        .collect();
    texts.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn letters_swapped_anywhere_are_swapped_back(at in 0usize..4_000) {
        let mut bytes = example().into_bytes();
        let at = at % (bytes.len() - 1);
        if bytes[at].is_ascii_alphanumeric() && bytes[at + 1].is_ascii_alphanumeric() {
            bytes.swap(at, at + 1);
        }
        each_fix_settles_its_finding(&String::from_utf8(bytes).unwrap());
    }

    #[test]
    fn a_letter_lost_anywhere_is_found_again(at in 0usize..4_000) {
        let mut text = example();
        let at = at % text.len();
        if text.as_bytes()[at].is_ascii() {
            text.remove(at);
        }
        each_fix_settles_its_finding(&text);
    }
}
