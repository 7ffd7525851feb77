//! The theory of one string, held against all short strings.

use super::{TextLimits, TextTest, TextTheory, TextVerdict};
use crate::prove::relation::Relation;
use proptest::prelude::*;

fn equals(text: &str) -> TextTest {
    TextTest::Equals(text.to_owned())
}

fn starts(text: &str) -> TextTest {
    TextTest::StartsWith(text.to_owned())
}

fn ends(text: &str) -> TextTest {
    TextTest::EndsWith(text.to_owned())
}

fn contains(text: &str) -> TextTest {
    TextTest::Contains(text.to_owned())
}

fn matches(pattern: &str) -> TextTest {
    TextTest::Matches(pattern.to_owned())
}

fn glob(glob: &str) -> TextTest {
    TextTest::Glob(glob.to_owned())
}

fn one_of(texts: &[&str]) -> TextTest {
    TextTest::one_of(texts.iter().map(|text| (*text).to_owned()))
}

fn size(relation: Relation, size: i64) -> TextTest {
    TextTest::SizeCompare(relation, size)
}

fn compare(relation: Relation, text: &str) -> TextTest {
    TextTest::Compare(relation, text.to_owned())
}

fn solve(tests: &[(TextTest, bool)]) -> TextVerdict {
    let mut theory = TextTheory::default();
    let tests: Vec<_> = tests
        .iter()
        .map(|(test, wanted)| (theory.test(test.clone()), *wanted))
        .collect();
    theory.solve(&tests, &TextLimits::default())
}

#[track_caller]
fn finds(expected: &str, tests: &[(TextTest, bool)]) {
    assert_eq!(solve(tests), TextVerdict::Text(expected.to_owned()), "{tests:?}");
}

#[track_caller]
fn refutes(expected: &[usize], tests: &[(TextTest, bool)]) {
    assert_eq!(
        solve(tests),
        TextVerdict::Contradiction(expected.to_vec()),
        "{tests:?}"
    );
}

#[test]
fn witnesses_read_well() {
    finds("other", &[]);
    finds("other-2", &[(equals("other"), false), (equals(""), false)]);
    finds("gpt-4o", &[(equals("gpt-4o"), true), (starts("gpt-"), true)]);
    finds("gpt-", &[(starts("gpt-"), true), (equals("gpt"), false)]);
    finds("gpt-x", &[(starts("gpt-"), true), (equals("gpt-"), false)]);
    finds("b", &[(one_of(&["c", "a", "b"]), true), (equals("a"), false)]);
    finds("abcd", &[(starts("abc"), true), (ends("bcd"), true)]);
    finds("gpt-4", &[(matches("^gpt-[45]"), true)]);
    finds("gpt-4x", &[(matches("^gpt-4[a-z]$"), true)]);
    finds(
        "gpt-4-mini",
        &[
            (glob("gpt-*-mini"), true),
            (matches("[0-9]"), true),
            (equals("gpt-0-mini"), false),
            (contains("0"), false),
            (contains("1"), false),
            (contains("2"), false),
            (contains("3"), false),
        ],
    );
    finds("xxx", &[(size(Relation::Greater, 2), true)]);
    finds("", &[(size(Relation::Greater, 0), false)]);
    finds("m", &[(compare(Relation::GreaterOrEqual, "m"), true)]);
    finds("mx", &[(compare(Relation::Greater, "m"), true)]);
    finds("x", &[(matches("^.$"), true), (contains("é"), false)]);
    finds(
        "é",
        &[(matches("^[^ -~]$"), true), (size(Relation::Equal, 1), true)],
    );
}

#[test]
fn contradictions_are_small() {
    refutes(
        &[1, 2],
        &[
            (ends("z"), false),
            (starts("gpt-4"), true),
            (starts("gpt-"), false),
            (contains("q"), false),
        ],
    );
    refutes(
        &[0, 2],
        &[(equals("a"), true), (equals("c"), false), (equals("b"), true)],
    );
    refutes(
        &[0, 1],
        &[(starts("ab"), true), (starts("b"), true), (ends("c"), true)],
    );
    refutes(&[0, 1], &[(matches("^[a-z]+$"), true), (contains("-"), true)]);
    refutes(
        &[1, 2],
        &[
            (equals("z"), false),
            (matches("^[a-z]{3}$"), true),
            (size(Relation::Greater, 3), true),
        ],
    );
    refutes(
        &[0, 1],
        &[
            (matches("^[a-z]{3}$"), true),
            (size(Relation::Greater, 1_000_000), true),
        ],
    );
    refutes(
        &[0, 1, 2],
        &[
            (one_of(&["a", "b"]), true),
            (equals("a"), false),
            (equals("b"), false),
        ],
    );
    refutes(
        &[0, 1, 2],
        &[
            (matches("^[ab]$"), true),
            (equals("a"), false),
            (equals("b"), false),
        ],
    );
    refutes(
        &[0, 1],
        &[
            (size(Relation::Less, 5000), true),
            (size(Relation::Greater, 6000), true),
        ],
    );
    refutes(&[0], &[(size(Relation::Less, 0), true)]);
    refutes(&[0], &[(matches("a*"), false)]);
    refutes(&[1], &[(equals("a"), true), (contains(""), false)]);
    refutes(
        &[0, 1],
        &[
            (compare(Relation::Less, "b"), true),
            (compare(Relation::GreaterOrEqual, "b"), true),
        ],
    );
    refutes(&[0, 1], &[(glob("a*"), true), (starts("a"), false)]);
    refutes(
        &[0, 1],
        &[(contains("é"), true), (matches(r"^[\x00-\x7f]*$"), true)],
    );
}

#[test]
fn large_sizes_and_sets_are_within_reach() {
    let long = [(size(Relation::Greater, 20_000), true), (starts("a"), true)];
    assert!(matches!(solve(&long), TextVerdict::Text(text) if text.len() == 20_001));
    let names: Vec<String> = (0..5000).map(|number| format!("user-{number}")).collect();
    let set = TextTest::one_of(names.clone());
    finds("user-x", &[(set.clone(), false), (matches("^user-.$"), true)]);
    let mut tests = vec![(set, true)];
    tests.extend(names.iter().take(40).map(|name| (equals(name), false)));
    assert!(matches!(solve(&tests), TextVerdict::Text(_)));
}

#[test]
fn beyond_the_bounds_nothing_is_claimed() {
    let mut theory = TextTheory::default();
    let tests = [
        (theory.test(matches("(a|b)*a(a|b){12}c$")), true),
        (theory.test(contains("c")), false),
    ];
    let few = TextLimits {
        states: 100,
        ..TextLimits::default()
    };
    assert_eq!(theory.solve(&tests, &few), TextVerdict::Unknown);
    assert_eq!(
        theory.solve(&tests[1..], &few),
        TextVerdict::Text("other".to_owned())
    );
}

/// All strings up to four characters of a small alphabet.
fn universe() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut from = 0;
    for _ in 0..4 {
        let to = texts.len();
        for at in from..to {
            for letter in ["a", "b", "-"] {
                texts.push(format!("{}{letter}", texts[at]));
            }
        }
        from = to;
    }
    texts
}

fn any_test() -> impl Strategy<Value = TextTest> {
    let text = "[ab-]{0,3}";
    let relation = prop::sample::select(Relation::ALL.to_vec());
    let pattern = prop::sample::select(vec![
        "a",
        "^a",
        "b$",
        "^[ab]+$",
        "^(ab|-)*$",
        "a.b",
        "^.{2}$",
        "^$",
        r"\bab\b",
        "[^a]",
        "a|^-",
        "(?i)AB",
        "^a*-?b*$",
        "é|b",
    ]);
    prop_oneof![
        text.prop_map(TextTest::Equals),
        prop::collection::vec(text, 0..4).prop_map(TextTest::one_of),
        text.prop_map(TextTest::StartsWith),
        text.prop_map(TextTest::EndsWith),
        "[ab-]{0,2}".prop_map(TextTest::Contains),
        pattern.prop_map(|pattern| TextTest::Matches(pattern.to_owned())),
        (relation.clone(), text).prop_map(|(relation, text)| TextTest::Compare(relation, text)),
        (relation, -1i64..5).prop_map(|(relation, size)| TextTest::SizeCompare(relation, size)),
        "[ab*-]{0,4}".prop_map(TextTest::Glob),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn verdicts_agree_with_all_short_strings(
        tests in prop::collection::vec((any_test(), any::<bool>()), 1..7),
        confined in any::<bool>(),
    ) {
        let mut theory = TextTheory::default();
        let mut tests: Vec<_> = tests.into_iter().map(|(test, wanted)| (theory.test(test), wanted)).collect();
        if confined {
            // So confined, the short strings are all there are.
            tests.push((theory.test(matches("^[ab-]{0,4}$")), true));
        }
        let passing = |theory: &mut TextTheory, tests: &[_]| {
            universe().into_iter().find(|text| {
                tests.iter().all(|(id, wanted)| theory.outcome(*id, text) == Some(*wanted))
            })
        };
        let expected = passing(&mut theory, &tests);
        match theory.solve(&tests, &TextLimits::default()) {
            TextVerdict::Text(text) => {
                for (id, wanted) in &tests {
                    prop_assert_eq!(theory.outcome(*id, &text), Some(*wanted));
                }
                prop_assert!(!confined || expected.is_some());
            }
            TextVerdict::Contradiction(core) => {
                prop_assert_eq!(expected, None);
                prop_assert!(!core.is_empty() && core.is_sorted());
                let core: Vec<_> = core.into_iter().map(|at| tests[at]).collect();
                prop_assert_eq!(passing(&mut theory, &core), None);
                for left_out in 0..core.len() {
                    let mut rest = core.clone();
                    rest.remove(left_out);
                    let verdict = theory.solve(&rest, &TextLimits::default());
                    prop_assert!(matches!(verdict, TextVerdict::Text(_)), "{:?} is not minimal", core);
                }
            }
            TextVerdict::Unknown => prop_assert!(false, "unknown"),
        }
    }
}
