//! CEL expressions: precedence, literals, forms.

use super::condition;
use crate::syntax::{parse_expression, print};

#[test]
fn operators_bind_as_in_cel() {
    assert_eq!(condition("a || b && c || d"), "(|| a (&& b c) d)");
    assert_eq!(condition("a && (b && c) && d"), "(&& a (&& b c) d)");
    assert_eq!(condition("(a && b) && c"), "(&& (&& a b) c)");
    assert_eq!(
        condition("1 + 2 * 3 - 4 < 5 % 6"),
        "(< (- (+ 1 (* 2 3)) 4) (% 5 6))"
    );
    assert_eq!(condition("a < b < c"), "(< (< a b) c)");
    assert_eq!(condition("a in b == c in d"), "(in (== (in a b) c) d)");
    assert_eq!(condition("a ? b : c ? d : e"), "(? a b (? c d e))");
    assert_eq!(condition("a || b ? c && d : e"), "(? (|| a b) (&& c d) e)");
    assert_eq!(condition("!a && !!b"), "(&& (! a) (! (! b)))");
    assert_eq!(condition("-a - -b"), "(- (- a) (- b))");
    assert_eq!(condition("a -1"), "(- a 1)");
    assert_eq!(condition("!-1"), "(! -1)");
    assert_eq!(condition("-1.abs()"), "(-1:abs )");
    assert_eq!(condition("--1"), "(- -1)");
    assert_eq!(condition("-(1)"), "(- 1)");
}

#[test]
fn members_calls_and_maps() {
    assert_eq!(condition("a.b.c(d, e)[f].g"), "(. ([] ((. a b):c d e) f) g)");
    assert_eq!(condition(".a.b"), "(. .a b)");
    assert_eq!(condition("has(a.b) && .f(x)"), "(&& (:has (. a b)) (:.f x))");
    assert_eq!(
        condition("{'a': 1, b: [2, 3,],}['a']"),
        "([] {\"a\": 1, b: [2 3]} \"a\")"
    );
    assert_eq!(condition("{a ? b : c : d}"), "{(? a b c): d}");
    assert_eq!(condition("[] + [,] + {}"), "(+ (+ [] []) {})");
    assert_eq!(condition("a.b.C{x: 1, `y-z`: 2,}"), "a.b.C{x: 1, `y-z`: 2}");
    assert_eq!(
        condition("tags.exists(t, t == 'x')"),
        "(tags:exists t (== t \"x\"))"
    );
    assert_eq!(condition("a.`b-c`"), "(. a b-c)");
}

#[test]
fn numbers() {
    assert_eq!(condition("-9223372036854775808"), "-9223372036854775808");
    assert_eq!(
        condition("[0x1F, -0x1f, 0xFFu, 18446744073709551615u]"),
        "[31 -31 255u 18446744073709551615u]"
    );
    assert_eq!(
        condition("[1.5, .5, 1e3, -2.5E-3, 1.0]"),
        "[1.5 0.5 1000.0 -0.0025 1.0]"
    );
    assert_eq!(condition("- 1"), "-1");
    insta::assert_snapshot!(
        [
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616u",
            "1e999",
            "1.5u",
            "5s",
            "128k",
            "0x",
            "1.",
            "1.e3"
        ]
        .map(condition)
        .join("\n")
    );
}

#[test]
fn strings_and_bytes() {
    assert_eq!(condition(r#"["a'b", 'a"b']"#), r#"["a'b" "a\"b"]"#);
    assert_eq!(
        condition(r#""\a\b\f\n\r\t\v\\\?\`\"\'""#),
        r#""\u0007\u0008\u000c\n\r\t\u000b\\?`\"'""#
    );
    assert_eq!(condition(r#""\x41\101\u00e9\U0001F600\xff""#), "\"AAé😀ÿ\"");
    assert_eq!(condition(r#"r"\d+\" + R'\'"#), r#"(+ "\\d+\\" "\\")"#);
    assert_eq!(
        condition("'''a\n'b''' + \"\"\"\"c\\\"\"\"\""),
        r#"(+ "a\n'b" "\"c\"")"#
    );
    assert_eq!(
        condition("r'''a\\n\n''' + r\"\"\"\"\"\""),
        "(+ \"a\\\\n\\n\" \"\")"
    );
    assert_eq!(
        condition(r#"b"\xff\377é\n" + bR'\x'"#),
        r#"(+ b"\xff\xff\xc3\xa9\x0a" b"\\x")"#
    );
    insta::assert_snapshot!(
        [
            r#""\q""#,
            r#""\xg0""#,
            r#""\400""#,
            r#""\ud800""#,
            r#"b"\u00e9""#,
            r#""a\08""#,
            "\"a\nb\"",
            "'''a",
            r#""abc\""#
        ]
        .map(condition)
        .join("\n")
    );
}

#[test]
fn canonical_text_has_no_needless_parentheses() {
    for text in [
        "a && (b || c) && !(d == e)",
        "a - (b - c) - d",
        "(a ? b : c) ? (d ? e : f) : g ? h : i",
        "-(1) + --1 + -1u",
        "!(-x) || -(!x)",
        "(-1).abs() + (1).f + (1.5)[0]",
        "-(1).f()",
        "(a + b).c + a.b(c ? d : e)[f || g]",
        "(a && b) && c",
        "{\"a\": x ? 1 : 2}[\"a\"]",
        "a in [1, 2u, 3.0, null, true, b\"\\xff\"]",
        "[a, b].all(x, x > 1) && .f(.a.b)",
        "a.`b-c`.d",
        "a < b == (c < d)",
    ] {
        let parsed = parse_expression(super::only_file(), text).expect(text);
        assert_eq!(print::expression(&parsed), text);
    }
}

#[test]
fn spans_hold_what_was_written() {
    let text = "( a + b ).c && - 1 < (x) ? [f (y)] : (!(z))";
    let parsed = parse_expression(super::only_file(), text).expect("parses");
    let mut found = Vec::new();
    collect(&parsed, text, &mut found);
    insta::assert_snapshot!(found.join("\n"));
}

fn collect(expression: &crate::syntax::ast::Expression, text: &str, out: &mut Vec<String>) {
    use crate::syntax::ast::ExpressionKind as Kind;
    out.push(format!(
        "{:<24} {}",
        super::shape(expression),
        &text[expression.span.range()]
    ));
    match &expression.kind {
        Kind::Select { operand, .. } | Kind::Not(operand) | Kind::Negate(operand) => {
            collect(operand, text, out)
        }
        Kind::Call { arguments: parts, .. } | Kind::List(parts) | Kind::And(parts) | Kind::Or(parts) => {
            parts.iter().for_each(|part| collect(part, text, out));
        }
        Kind::Binary { left, right, .. } => {
            collect(left, text, out);
            collect(right, text, out);
        }
        Kind::Conditional {
            condition,
            then,
            otherwise,
        } => {
            collect(condition, text, out);
            collect(then, text, out);
            collect(otherwise, text, out);
        }
        _ => {}
    }
}
