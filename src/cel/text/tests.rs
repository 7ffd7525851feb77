//! Literals as they are written.

use super::*;

#[test]
fn literals_are_written_as_cel_reads_them() {
    let cases = [
        (Literal::Null, "null"),
        (Literal::Bool(true), "true"),
        (Literal::Int(i64::MIN), "-9223372036854775808"),
        (Literal::Uint(1), "1u"),
        (Literal::Double(1.0), "1.0"),
        (Literal::Double(1e300), "1e300"),
        (Literal::Double(f64::NEG_INFINITY), "double(\"-Infinity\")"),
        (Literal::String("a\"\\\n\u{1}é".to_owned()), r#""a\"\\\n\u0001é""#),
        (Literal::Bytes(b"a\"\xff".to_vec()), r#"b"a\"\xff""#),
    ];
    for (literal, text) in cases {
        assert_eq!(literal.to_string(), text);
    }
}
