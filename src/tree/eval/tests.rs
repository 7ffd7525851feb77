//! Expressions evaluated as CEL's specification says.

use super::*;
use crate::source::SourceMap;

fn eval_with(text: &str, variables: &[(String, EvalValue)]) -> Result<EvalValue, String> {
    let file = SourceMap::new().add("expression", text);
    let expression =
        crate::syntax::parse_cel(file, text).map_err(|diagnostics| diagnostics[0].message().to_owned())?;
    evaluate(&expression, variables).map_err(|error| error.to_string())
}

fn eval(text: &str) -> Result<String, String> {
    eval_with(text, &[]).map(|value| value.to_cel_literal())
}

#[test]
fn values_are_shown_as_literals() {
    let cases = [
        ("null", "null"),
        ("1u", "1u"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1e3", "1000.0"),
        ("2.0 * 1e308", "double(\"Infinity\")"),
        ("b'a\\xff'", "b\"a\\xff\""),
        ("'a' + \"\\n\"", "\"a\\n\""),
        ("[1, 'a', [true]]", "[1, \"a\", [true]]"),
        (
            "{'b': 1, 'a': 2, 1: 3u, true: null}",
            "{true: null, 1: 3u, \"a\": 2, \"b\": 1}",
        ),
        ("duration('1h') + duration('-1.5s')", "duration(\"3598.5s\")"),
        (
            "timestamp('2026-11-20T12:00:00.120+01:00')",
            "timestamp(\"2026-11-20T11:00:00.12Z\")",
        ),
        ("timestamp(1)", "timestamp(\"1970-01-01T00:00:01Z\")"),
        ("type(1)", "int"),
        ("type(type)", "type"),
    ];
    for (text, value) in cases {
        assert_eq!(eval(text).as_deref(), Ok(value), "{text}");
    }
}

#[test]
fn where_the_crate_differs_the_specification_holds() {
    let cases = [
        ("'٣'.matches(r'\\d')", "false"),
        ("matches('a3', r'\\d')", "true"),
        ("'x' .matches('[[a]x]')", "false"),
        ("duration('123.321456789s').getMilliseconds()", "321"),
        ("timestamp('2026-11-20T12:00:00.120Z').getMilliseconds()", "120"),
        (
            "duration('9007199254740993ns') == duration('9007199254740992ns')",
            "false",
        ),
    ];
    for (text, value) in cases {
        assert_eq!(eval(text).as_deref(), Ok(value), "{text}");
    }
    for text in [
        "duration('1s and more')",
        "'a'.matches('(')",
        "timestamp('2016-12-31T23:59:60Z')",
        "timestamp('2016-12-31 23:59:59Z')",
        "timestamp('0000-12-31T23:59:59Z')",
        "timestamp(253402300800)",
    ] {
        assert!(eval(text).is_err(), "{text}");
    }
}

#[test]
fn errors_are_one_line_of_words() {
    let cases = [
        ("1 / 0", "division by zero"),
        ("9223372036854775807 + 1", "the result of `+` is out of range"),
        ("{'a': 1}.b", "no such key: `b`"),
        ("nobody", "undeclared reference to `nobody`"),
        ("[1][3]", "index out of bounds"),
        ("'a' + 1", "no such overload: `+` does not take (string, int)"),
        (
            "1.matches('a')",
            "no such overload: `matches` does not take (int, string)",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(eval(text), Err(message.to_owned()), "{text}");
    }
}

#[test]
fn logic_is_commutative_over_errors() {
    assert_eq!(eval("1 / 0 == 1 && false").as_deref(), Ok("false"));
    assert_eq!(eval("1 / 0 == 1 || true").as_deref(), Ok("true"));
    assert_eq!(eval("[1, 2].exists(x, x / (x - 1) == 2)").as_deref(), Ok("true"));
}

#[test]
fn variables_shadow_types_and_may_have_dots() {
    let variables = [
        ("int".to_owned(), EvalValue::String("x".to_owned())),
        ("a.b".to_owned(), EvalValue::Int(7)),
        (
            "tags".to_owned(),
            EvalValue::List(vec![EvalValue::String("vip".to_owned())]),
        ),
    ];
    assert_eq!(
        eval_with("int", &variables),
        Ok(EvalValue::String("x".to_owned()))
    );
    assert_eq!(eval_with("a.b + 1", &variables), Ok(EvalValue::Int(8)));
    assert_eq!(eval_with("'vip' in tags", &variables), Ok(EvalValue::Bool(true)));
}

#[test]
fn values_have_a_typed_json_form() {
    let json = eval_with("{'a': [1u, 1.5, b'ab', duration('1s'), double('NaN')]}", &[])
        .unwrap()
        .to_json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn the_deepest_expressions_fit_on_a_small_stack() {
    for text in [
        (0..200).map(|_| "1").collect::<Vec<_>>().join(" + "),
        format!("{}1{}", "(1 + ".repeat(60), ")".repeat(60)),
        format!("{}[1]{}", "[1].map(x, ".repeat(60), ")".repeat(60)),
    ] {
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        let value = thread.spawn(move || eval(&text)).unwrap().join().unwrap();
        assert!(value.is_ok(), "{value:?}");
    }
}
