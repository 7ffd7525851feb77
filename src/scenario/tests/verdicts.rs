//! Each expectation, met and not met.

use super::*;

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (clauses, expected) in cases {
        assert_eq!(outcome(clauses), *expected, "{clauses}");
    }
}

#[test]
fn facts_follow_from_what_is_given() {
    check(&[
        (
            "given { tenant \"acme\" } expect { route gold target not in [mini, large] }",
            "ok",
        ),
        (
            "given { tenant \"acme\" tier \"pro\" } expect { route busy }",
            "ok",
        ),
        ("given { tenant \"globex\" } expect { route busy }", "ok"),
        (
            "given { model \"gpt-mini-2\" } expect { route named target mini }",
            "ok",
        ),
        (
            "given { requested \"dice\" } expect { route named target in [dice] }",
            "ok",
        ),
        (
            "given { model \"gpt-mini\" requested \"\" } expect { route default }",
            "ok",
        ),
        (
            "given { headers { \"x-team\" \"red\" } } expect { deny 451 }",
            "ok",
        ),
        (
            "given { metadata { grade \"1\" } } expect { route locked deny 402 }",
            "ok",
        ),
        (
            "given { metadata { grade \"1\" } grade 0 } expect { route default }",
            "ok",
        ),
        (
            "expect { route default target mini fallback [llama, spare] }",
            "ok",
        ),
    ]);
}

#[test]
fn refusals_have_the_status_that_clients_see() {
    check(&[
        (
            "given { team \"red\" } expect { deny 403 }",
            "deny 403 <> deny 451 by guard closed, also-closed",
        ),
        (
            "given { grade 1 } expect { deny 403 }",
            "deny 403 <> deny 402 by route locked",
        ),
        (
            "given { model \"gpt-mini\" tokens 2k } expect { deny 400 route named skipped mini }",
            "ok",
        ),
        (
            "given { model \"gpt-mini\" region \"eu\" } expect { deny 404 route named skipped mini }",
            "ok",
        ),
        (
            "expect { deny 503 }",
            "deny 503 <> route default, targets [mini, llama, spare]",
        ),
        (
            "given { grade 1 } expect { target mini }",
            "target mini <> deny 402 by route locked",
        ),
        (
            "given { team \"red\" } expect { route default skipped mini }",
            "route default <> deny 451 by guard closed, also-closed; skipped [mini] <> deny 451 by guard closed, \
             also-closed",
        ),
    ]);
}

#[test]
fn a_broken_assumption_is_a_403() {
    let text = format!(
        "{POLICY} assume small {{ that tokens < 5000 }}\n\
         test \"it\" {{ given {{ tokens 5k }} expect {{ deny 403 }} }}\n\
         test \"not\" {{ given {{ tokens 5k }} expect {{ route default }} }}"
    );
    let report = run(&tree(&text), Options::default());
    assert!(report.tests[0].passed());
    assert_eq!(report.tests[1].failures[0].found, "deny 403 by assume small");
}

#[test]
fn a_test_holds_for_every_pick() {
    check(&[
        (
            "given { tier \"pro\" } expect { target in [busy] fallback in [mini, llama, fixed] }",
            "ok",
        ),
        (
            "given { tier \"pro\" } expect { target mini }",
            "target mini <> target llama, where pool busy begins with llama",
        ),
        (
            "given { tier \"gold\" } expect { target in [mini, spare] }",
            "target in [mini, spare] <> target llama, where pool dice begins with llama",
        ),
        (
            "given { tier \"gold\" region \"eu\" } expect { target in [llama, spare] skipped [mini, large] }",
            "ok",
        ),
        (
            "given { tier \"pro\" } expect { fallback is [busy, large, spare] }",
            "ok",
        ),
        ("given { tier \"gold\" } expect { fallback [dice, large] }", "ok"),
        (
            "given { tier \"gold\" } expect { fallback [dice, spare, large] }",
            "fallback [dice, spare, large] <> fallback [llama, spare, large], where pool dice begins with mini",
        ),
        ("expect { fallback [busy, spare] }", "ok"),
        (
            "expect { fallback [spare, llama] }",
            "fallback [spare, llama] <> fallback [llama, spare]",
        ),
        (
            "expect { fallback [fixed, busy] }",
            "fallback [fixed, busy] <> fallback [llama, spare]",
        ),
        (
            "expect { fallback not in fixed }",
            "fallback not in [fixed] <> fallback [llama, spare]",
        ),
        ("expect { fallback not in large }", "ok"),
        ("expect { fallback [] }", "fallback [] <> fallback [llama, spare]"),
    ]);
}

#[test]
fn a_test_holds_for_every_draw() {
    check(&[
        (
            "given { api \"responses\" } expect { route split target in [mini, llama, spare] }",
            "ok",
        ),
        (
            "given { api \"responses\" } expect { target in [mini, spare] }",
            "target in [mini, spare] <> target llama, where the split draws dice (seed 0000000000000007) and pool dice \
             begins with llama",
        ),
        // Whatever user this is, one arm is its own; `u0` is on the first.
        (
            "given { api \"responses\" user \"u0\" } expect { target mini fallback fixed }",
            "ok",
        ),
        (
            "given { api \"responses\" region \"eu\" } expect { target not in [mini, large] skipped mini }",
            "ok",
        ),
    ]);
}

#[test]
fn what_fails_is_walked_over_by_the_rules_of_fallbacks() {
    check(&[
        ("failing mini expect { target llama fallback spare }", "ok"),
        ("failing busy expect { target spare fallback [] }", "ok"),
        ("failing provider us expect { target llama }", "ok"),
        (
            "failing [mini, llama] failing spare expect { target large }",
            "target large <> no answer: [mini, llama, spare] fail, and no target is left after a failure of class \
             server",
        ),
        (
            "given { grade 2 } failing mini expect { target large fallback llama }",
            "ok",
        ),
        (
            "given { grade 2 } failing [mini, large] expect { target llama }",
            "target llama <> no answer: [mini, large] fail, and no target is left after a failure of class server",
        ),
        (
            "given { tier \"pro\" } failing mini expect { target llama fallback in [mini, large, spare] }",
            "ok",
        ),
        (
            "given { tier \"pro\" } failing mini expect { fallback [large, spare] }",
            "fallback [large, spare] <> fallback [mini, large, spare], where pool busy begins with llama",
        ),
        (
            "given { tier \"gold\" } failing [dice] expect { target large fallback [] }",
            "ok",
        ),
        ("failing large expect { target mini }", "ok"),
    ]);
}

#[test]
fn attempts_that_are_spent_end_the_walk() {
    let text = POLICY.replace("route default {", "route default { attempts 2");
    let text = format!("{text} test \"it\" {{ failing busy expect {{ target spare }} }}");
    let report = run(&tree(&text), Options::default());
    assert_eq!(
        report.tests[0].failures[0].found,
        "no answer: [mini, llama] fail, and the attempts of the request are spent"
    );
}

#[test]
fn where_the_defaults_do_not_list_server_another_failure_stands_for_all() {
    let text = POLICY.replace("fact tier", "defaults { fallback on [overload] }\nfact tier");
    let text = format!("{text} test \"it\" {{ failing mini expect {{ target llama }} }}");
    assert_eq!(run(&tree(&text), Options::default()).failed(), 0);
}

#[test]
fn the_worst_case_of_the_cost_is_exact() {
    check(&[
        // 1,000 tokens at $0.15 and 500, which the guard sets, at $0.60 per million.
        ("given { tokens 1000 } expect { cost at most $0.00045 }", "ok"),
        (
            "given { tokens 1000 } expect { cost at most $0.000449999999 }",
            "cost at most $0.000449999999 <> cost up to $0.00045 at mini",
        ),
        (
            "given { tokens 1000 max_tokens 100 } expect { cost at most $0.00021 }",
            "ok",
        ),
        (
            "given { tier \"pro\" tokens 1000 } expect { cost at most $1 }",
            "cost at most $1 <> nothing bounds the output of llama: give `max_tokens` in the test or `max-output` in \
             the model, or let a guard set `max_tokens at most`, where pool busy begins with llama",
        ),
        (
            "given { tier \"pro\" max_tokens 10 } expect { cost at most $0.1 }",
            "ok",
        ),
        (
            "failing [busy, spare] given { tier \"pro\" max_tokens 10 } expect { cost at most $0.1 }",
            "cost at most $0.1 <> no price of large is known: give the model a `price`",
        ),
        (
            "given { tier \"gold\" tokens 0 } failing [mini, llama] expect { cost at most $0.008 }",
            "ok",
        ),
    ]);
}

#[test]
fn skipped_targets_are_among_those_that_left_the_plan() {
    check(&[
        ("given { region \"eu\" } expect { skipped mini }", "ok"),
        (
            "given { region \"eu\" } expect { skipped [mini, llama] }",
            "skipped [mini, llama] <> skipped [mini]",
        ),
        ("expect { skipped mini }", "skipped [mini] <> skipped []"),
    ]);
}

#[test]
fn a_request_that_can_go_too_many_ways_is_told_so() {
    let models: String = (0..100)
        .map(|index| format!("model m{index} {{ provider p }}\n"))
        .collect();
    let names: Vec<String> = (0..100).map(|index| format!("m{index}")).collect();
    let pools: String = (0..50)
        .map(|index| format!("pool p{index} {{ pick random members [{}] }}\n", names.join(", ")))
        .collect();
    let arms: String = (0..50).map(|index| format!("p{index} 2% ")).collect();
    let text = format!(
        "provider p {{ protocol simulated }}\n{models}{pools}route r {{ target split by user {{ {arms} }} }}\n\
         test \"all\" {{ expect {{ route r }} }}\ntest \"one\" {{ given {{ user \"u\" }} expect {{ route r }} }}"
    );
    let report = run(&tree(&text), Options::default());
    assert_eq!(report.passed(), 1, "with a user the arm is fixed");
    let failure = report.tests[0].failures.last().unwrap();
    assert_eq!(failure.span, report.tests[0].span);
    assert!(failure.found.contains("give the fact"), "{}", failure.found);
}

#[test]
fn names_that_are_no_words_stand_in_quotes() {
    let text = "provider p { protocol simulated }\nmodel \"my model\" { provider p }\nmodel b { provider p }\n\
                route r { target b fallback \"my model\" }\ntest \"t\" { expect { target \"my model\" } }";
    let report = run(&tree(text), Options::default());
    let failure = &report.tests[0].failures[0];
    assert_eq!(failure.expected, "target \"my model\"");
}

#[test]
fn a_failed_test_is_an_error_with_its_place() {
    let text = "provider p { protocol simulated }\nmodel a { provider p }\nmodel b { provider p }\n\
                route r { target split by request { a 50% b 50% } }\n\
                test \"all on `a`\" {\n  given  { tokens 1 }\n  expect { route r target a }\n}\n";
    let tree = tree(text);
    let found = diagnostics(&tree);
    insta::assert_snapshot!(render_human(&found, tree.sources(), false));
    assert!(crate::diagnostic::has_errors(&found));
}

#[test]
fn a_filter_keeps_the_tests_of_a_name() {
    let text = format!(
        "{POLICY} test \"one\" {{ expect {{ route default }} }} test \"two\" {{ expect {{ route default }} }}"
    );
    let tree = tree(&text);
    let options = |filter| Options {
        filter: Some(filter),
        coverage: false,
    };
    let names = |filter| -> Vec<String> {
        let report = run(&tree, options(filter));
        report.tests.into_iter().map(|test| test.name).collect()
    };
    assert_eq!(names("tw"), ["two"]);
    assert_eq!(names("o"), ["one", "two"]);
    assert!(names("three").is_empty());
}
