//! Where the `cel` crate differs from CEL's specification: each difference that is mended is still there. One that is
//! gone can leave `dialect` and `docs/language-cel.md`.

use cel_interpreter::{Context, Program, Value};

/// What the crate itself makes of an expression.
fn crate_alone(text: &str) -> Result<Value, String> {
    let program = Program::compile(text).map_err(|errors| errors.to_string())?;
    program
        .execute(&Context::default())
        .map_err(|error| error.to_string())
}

#[test]
fn the_crate_still_differs_from_the_specification() {
    let differs = [
        // RE2's classes are ASCII.
        (r"'٣'.matches('\\d')", Value::Bool(true)),
        // Not RE2's syntax at all.
        (r"'a&'.matches('^[a&&b]&$')", Value::Bool(false)),
        // Text behind the last unit is ignored.
        ("duration('1s and more') == duration('1s')", Value::Bool(true)),
        // Numbers are read as doubles.
        (
            "duration('9007199254740993ns') == duration('9007199254740992ns')",
            Value::Bool(true),
        ),
        ("duration('1e1s') == duration('10s')", Value::Bool(true)),
        // The part of a second is meant, not all of it.
        (
            "duration('123.321456789s').getMilliseconds()",
            Value::Int(123_321),
        ),
        // RFC 3339 as CEL has it knows no blank.
        ("timestamp('2026-11-20 12:00:00Z').getHours()", Value::Int(12)),
        // Ints beyond 2^53 are rounded before they are compared with doubles.
        ("9007199254740993 == 9007199254740992.0", Value::Bool(true)),
    ];
    for (text, value) in differs {
        assert_eq!(crate_alone(text), Ok(value), "{text}");
    }
    assert!(
        crate_alone("double('NaN') < 1.0").is_err(),
        "comparing NaN is an error"
    );
    assert!(
        crate_alone("timestamp('2016-12-31T23:59:60Z')").is_ok(),
        "a leap second"
    );
    for refused in ["{'a-b': 1}.`a-b`", "-(-9223372036854775808)", r"'\ud83d\ude00'"] {
        assert!(crate_alone(refused).is_err(), "{refused}");
    }
    assert!(crate_alone("1 // 2").is_ok(), "a comment");
    let exact = crate_alone("string(1e21)");
    assert_eq!(exact, Ok(Value::from("1000000000000000000000")), "no exponents");
}
