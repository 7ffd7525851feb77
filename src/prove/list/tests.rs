//! The theory of one list, held against all short lists.

use super::{Body, ListTest, ListTheory, ListVerdict};
use crate::prove::relation::Relation;
use crate::prove::text::{TextTest, TextTheory};
use proptest::prelude::*;

fn test(test: TextTest) -> Body {
    Body::Test(test)
}

fn equals(text: &str) -> Body {
    test(TextTest::Equals(text.to_owned()))
}

fn starts(text: &str) -> Body {
    test(TextTest::StartsWith(text.to_owned()))
}

fn contains(text: &str) -> ListTest {
    ListTest::Contains(text.to_owned())
}

fn list(items: &[&str]) -> ListTest {
    ListTest::Equals(items.iter().map(|item| (*item).to_owned()).collect())
}

fn size(relation: Relation, size: i64) -> ListTest {
    ListTest::SizeCompare(relation, size)
}

fn not(body: Body) -> Body {
    Body::Not(Box::new(body))
}

fn exists(body: Body) -> ListTest {
    ListTest::Exists(body)
}

fn solve(tests: &[(ListTest, bool)]) -> ListVerdict {
    let tests: Vec<_> = tests.iter().map(|(test, wanted)| (test, *wanted)).collect();
    ListTheory.solve(&tests, &mut TextTheory::default())
}

#[track_caller]
fn finds(expected: &[&str], tests: &[(ListTest, bool)]) {
    let expected = expected.iter().map(|item| (*item).to_owned()).collect();
    assert_eq!(solve(tests), ListVerdict::List(expected), "{tests:?}");
}

#[track_caller]
fn refutes(expected: &[usize], tests: &[(ListTest, bool)]) {
    assert_eq!(
        solve(tests),
        ListVerdict::Contradiction(expected.to_vec()),
        "{tests:?}"
    );
}

#[test]
fn lists_are_short_and_read_well() {
    finds(&[], &[]);
    finds(&[], &[(contains("vip"), false)]);
    finds(
        &["vip", "eu"],
        &[
            (contains("vip"), true),
            (contains("eu"), true),
            (contains("us"), false),
        ],
    );
    finds(
        &["team-a"],
        &[(contains("team-a"), true), (exists(starts("team-")), true)],
    );
    finds(&["other"], &[(size(Relation::Equal, 0), false)]);
    finds(
        &["vip", "other", "other-2"],
        &[(contains("vip"), true), (size(Relation::Greater, 2), true)],
    );
    finds(
        &["vip", "vip"],
        &[
            (contains("vip"), true),
            (exists(not(equals("vip"))), false),
            (size(Relation::Equal, 2), true),
        ],
    );
    finds(&["a", "b"], &[(list(&["a", "b"]), true), (contains("a"), true)]);
    finds(&["ax"], &[(exists(starts("a")), true), (list(&["a"]), false)]);
    finds(
        &["b", "a"],
        &[
            (contains("a"), true),
            (contains("b"), true),
            (list(&["a", "b"]), false),
        ],
    );
    finds(&["a", "other"], &[(contains("a"), true), (list(&["a"]), false)]);
}

#[test]
fn one_element_serves_several_tests_where_it_must() {
    let ends = |text: &str| exists(test(TextTest::EndsWith(text.to_owned())));
    finds(
        &["axz"],
        &[
            (exists(starts("a")), true),
            (ends("z"), true),
            (exists(equals("az")), false),
            (size(Relation::Equal, 1), true),
        ],
    );
    refutes(
        &[0, 1, 2],
        &[
            (contains("a"), true),
            (contains("b"), true),
            (size(Relation::Less, 2), true),
            (contains("c"), false),
        ],
    );
    finds(
        &["a", "bz"],
        &[
            (contains("a"), true),
            (exists(starts("b")), true),
            (ends("z"), true),
            (size(Relation::Less, 3), true),
        ],
    );
}

#[test]
fn contradictions_are_small() {
    refutes(
        &[0, 2],
        &[
            (contains("a"), true),
            (contains("b"), true),
            (contains("a"), false),
        ],
    );
    refutes(
        &[1, 2],
        &[
            (contains("b"), true),
            (exists(starts("team-a")), true),
            (exists(starts("team-")), false),
        ],
    );
    refutes(
        &[0, 1],
        &[
            (size(Relation::Greater, 3), true),
            (size(Relation::Less, 2), true),
        ],
    );
    refutes(&[0, 1], &[(list(&["a"]), true), (contains("b"), true)]);
    refutes(
        &[0, 1],
        &[
            (exists(Body::And(vec![])), false),
            (size(Relation::Greater, 0), true),
        ],
    );
    refutes(&[0], &[(exists(Body::Or(vec![])), true)]);
    refutes(
        &[0, 1, 2],
        &[
            (
                exists(Body::Or(vec![
                    equals("a"),
                    Body::And(vec![starts("b"), not(equals("b"))]),
                ])),
                true,
            ),
            (contains("a"), false),
            (exists(starts("b")), false),
        ],
    );
}

fn any_body() -> impl Strategy<Value = Body> {
    let leaf = prop_oneof![
        "[ab]{0,2}".prop_map(|text| test(TextTest::Equals(text))),
        "[ab]{0,1}".prop_map(|text| test(TextTest::StartsWith(text))),
        "[ab]".prop_map(|text| test(TextTest::EndsWith(text))),
        (0i64..3).prop_map(|size| test(TextTest::SizeCompare(Relation::Less, size))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(not),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Body::And),
            prop::collection::vec(inner, 0..3).prop_map(Body::Or),
        ]
    })
}

fn any_test() -> impl Strategy<Value = ListTest> {
    let relation = prop::sample::select(Relation::ALL.to_vec());
    prop_oneof![
        3 => "[ab]{0,2}".prop_map(ListTest::Contains),
        4 => any_body().prop_map(ListTest::Exists),
        2 => (relation, -1i64..4).prop_map(|(relation, size)| ListTest::SizeCompare(relation, size)),
        1 => prop::collection::vec("[ab]{0,2}", 0..3).prop_map(ListTest::Equals),
    ]
}

/// All lists up to three elements of up to two characters.
fn universe() -> Vec<Vec<String>> {
    let texts = ["", "a", "b", "aa", "ab", "ba", "bb"].map(str::to_owned);
    let mut lists = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..3 {
        let to = lists.len();
        for at in from..to {
            for text in &texts {
                let mut longer = lists[at].clone();
                longer.push(text.clone());
                lists.push(longer);
            }
        }
        from = to;
    }
    lists
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn verdicts_agree_with_all_short_lists(
        mut tests in prop::collection::vec((any_test(), any::<bool>()), 1..7),
        confined in any::<bool>(),
    ) {
        if confined {
            // So confined, the short lists are all there are.
            let pattern = test(TextTest::Matches("^[ab]{0,2}$".to_owned()));
            tests.push((exists(not(pattern)), false));
            tests.push((size(Relation::LessOrEqual, 3), true));
        }
        let passing = |tests: &[(ListTest, bool)]| {
            universe().into_iter().find(|items| tests.iter().all(|(test, wanted)| match test {
                // Patterns are slow to compile, and hold of all of them.
                ListTest::Exists(Body::Not(body)) if matches!(**body, Body::Test(TextTest::Matches(_))) => true,
                test => test.holds(items) == *wanted,
            }))
        };
        let expected = passing(&tests);
        match solve(&tests) {
            ListVerdict::List(items) => {
                prop_assert!(tests.iter().all(|(test, wanted)| test.holds(&items) == *wanted));
                prop_assert!(!confined || expected.is_some());
            }
            ListVerdict::Contradiction(core) => {
                prop_assert_eq!(expected, None);
                prop_assert!(!core.is_empty() && core.is_sorted());
                let core: Vec<_> = core.into_iter().map(|at| tests[at].clone()).collect();
                prop_assert_eq!(passing(&core), None);
                for left_out in 0..core.len() {
                    let mut rest = core.clone();
                    rest.remove(left_out);
                    prop_assert!(!matches!(solve(&rest), ListVerdict::Contradiction(_)), "{:?} is not minimal", core);
                }
            }
            ListVerdict::Unknown => {
                let avoids = |test: &ListTest| matches!(test, ListTest::Equals(items) if !items.is_empty());
                prop_assert!(tests.iter().any(|(test, wanted)| !wanted && avoids(test)), "unknown");
            }
        }
    }
}
