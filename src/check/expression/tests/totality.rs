//! What is accepted never fails: random conditions, held against the interpreter over random facts.

use super::{check_text, register};
use crate::diagnostic::Diagnostic;
use cel_interpreter::{Context, Program};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::collections::{BTreeMap, HashMap};

/// Ints of few and of extreme values, so that guards and ends of ranges meet.
fn number() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        Just("tokens".to_owned()),
        Just("tools".to_owned()),
        Just("level".to_owned()),
        Just("size(tags)".to_owned()),
        Just("size(headers)".to_owned()),
        (-2i64..4).prop_map(|number| number.to_string()),
        Just("1000".to_owned()),
        Just(i64::MAX.to_string()),
        Just(i64::MIN.to_string()),
    ]
}

fn numeric() -> impl Strategy<Value = String> + Clone {
    number().prop_recursive(2, 8, 3, |inner| {
        let operator = prop_oneof![Just("+"), Just("-"), Just("*"), Just("/"), Just("%")];
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            inner.clone().prop_map(|operand| format!("-({operand})")),
            (relation(inner.clone()), inner.clone(), inner)
                .prop_map(|(condition, then, otherwise)| format!("({condition} ? {then} : {otherwise})")),
        ]
    })
}

fn relation(numbers: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> {
    let operator = prop_oneof![
        Just("=="),
        Just("!="),
        Just("<"),
        Just("<="),
        Just(">"),
        Just(">=")
    ];
    (numbers.clone(), operator, numbers)
        .prop_map(|(left, operator, right)| format!("{left} {operator} {right}"))
}

/// Guards, and what needs them.
fn atom() -> impl Strategy<Value = String> {
    let fixed = [
        "stream",
        r#""a" in headers"#,
        "has(headers.a)",
        r#"user in headers"#,
        r#"headers["a"] == "x""#,
        r#"headers.b == "x""#,
        r#"headers[user] == "x""#,
        r#"tags != []"#,
        r#"tags == ["a"]"#,
        r#"tags[0] == "a""#,
        r#"tags[1] == "a""#,
        r#"tags.exists(t, t in headers && headers[t] == "x")"#,
        r#"headers.all(k, headers[k] != "x")"#,
        r#""a" in tags"#,
        r#"{"free": 1, "pro": 2, "gold": 3}[tier] > tools"#,
        "tools in [1, 2]",
        "[1, 0][tools] == 1",
        "uint(level) > 1u",
        "uint(tools) - 1u > 0u",
        r#"now - timestamp("2026-01-01T00:00:00Z") > duration("1h")"#,
        r#"now + duration("1h") > now"#,
        r#"now > timestamp("2000-01-01T00:00:00Z")"#,
        r#"now < timestamp("2100-01-01T00:00:00Z")"#,
    ];
    prop_oneof![
        proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        relation(number()),
        relation(numeric()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    atom().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" && "))),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" || "))),
            1 => inner.clone().prop_map(|operand| format!("!({operand})")),
            1 => (inner.clone(), inner.clone(), inner)
                .prop_map(|(condition, then, otherwise)| format!("({condition} ? {then} : {otherwise})")),
        ]
    })
}

/// Values of the facts that the conditions read.
#[derive(Clone, Debug)]
struct Request {
    tokens: i64,
    tools: i64,
    level: i64,
    stream: bool,
    user: String,
    tier: String,
    tags: Vec<String>,
    headers: HashMap<String, String>,
    /// Seconds from 1970.
    now: i64,
}

fn request() -> impl Strategy<Value = Request> {
    let word = || proptest::sample::select(vec!["a", "b", "x"]).prop_map(str::to_owned);
    let few = || prop_oneof![0i64..4, Just(1000), Just(1 << 31)];
    let level = prop_oneof![-2i64..4, Just(i64::MIN), Just(i64::MAX), any::<i64>()];
    let now = prop_oneof![
        Just(-62_135_596_800i64),
        Just(253_402_300_799),
        Just(1_790_000_000),
        Just(946_684_801)
    ];
    let numbers = (prop_oneof![0i64..4, Just(1 << 40)], few(), level, now);
    let texts = (
        word(),
        proptest::sample::select(vec!["free", "pro", "gold"]).prop_map(str::to_owned),
        prop::collection::vec(word(), 0..3),
        prop::collection::hash_map(word(), word(), 0..3),
    );
    (numbers, any::<bool>(), texts).prop_map(
        |((tokens, tools, level, now), stream, (user, tier, tags, headers))| Request {
            tokens,
            tools,
            level,
            stream,
            user,
            tier,
            tags,
            headers,
            now,
        },
    )
}

/// The interpreter's answer; an error where the condition fails.
fn answer(program: &Program, request: &Request) -> Result<bool, String> {
    let mut context = Context::default();
    context.add_variable_from_value("tokens", request.tokens);
    context.add_variable_from_value("tools", request.tools);
    context.add_variable_from_value("level", request.level);
    context.add_variable_from_value("stream", request.stream);
    context.add_variable_from_value("user", request.user.clone());
    context.add_variable_from_value("tier", request.tier.clone());
    context.add_variable_from_value("tags", request.tags.clone());
    context.add_variable_from_value("headers", request.headers.clone());
    let now = chrono::DateTime::from_timestamp(request.now, 0).unwrap();
    context.add_variable_from_value("now", cel_interpreter::Value::Timestamp(now.fixed_offset()));
    match program.execute(&context) {
        Ok(cel_interpreter::Value::Bool(truth)) => Ok(truth),
        Ok(other) => Err(format!("{other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

/// What the warnings say of the whole text: always true or always false.
fn foretold(text: &str, warnings: &[Diagnostic]) -> Option<bool> {
    let whole = warnings
        .iter()
        .filter_map(Diagnostic::primary)
        .find(|label| label.span.range() == (0..text.len()))?;
    Some(whole.text == "always true")
}

/// Holds a text, where it is accepted, against the interpreter's answers.
fn hold(text: &str, requests: &[Request]) -> Result<(), TestCaseError> {
    let (Some(checked), warnings) = check_text(text, &register(), &BTreeMap::new()) else {
        return Ok(());
    };
    prop_assert_eq!(checked.ty, crate::model::Type::Bool);
    let foretold = foretold(text, &warnings);
    let program = Program::compile(text).unwrap();
    for request in requests {
        let truth = answer(&program, request);
        prop_assert!(truth.is_ok(), "{} fails over {:?}: {:?}", text, request, truth);
        prop_assert!(
            foretold.is_none() || truth.ok() == foretold,
            "{} is not always {:?}: {:?}",
            text,
            foretold,
            request
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A condition that is accepted never fails.
    #[test]
    fn what_is_accepted_never_fails(
        text in condition(),
        requests in prop::collection::vec(request(), 8),
    ) {
        hold(&text, &requests)?;
    }

    /// A comparison of which a warning says how it always comes out does come out so.
    #[test]
    fn what_is_always_true_is_true(
        text in relation(numeric()),
        requests in prop::collection::vec(request(), 8),
    ) {
        hold(&text, &requests)?;
    }
}
