//! Our parse of CEL is the `cel` crate's, but for the ids of its nodes: a random text is read by the crate as it
//! stands, and as our tree of it, every operation in parentheses. What one of the two refuses, the other refuses.

use cel_interpreter::Env;
use pointsman::cel::Literal;
use pointsman::source::SourceMap;
use pointsman::syntax::ast::{Expression, ExpressionKind as Kind};
use pointsman::syntax::{parse_expression, print};
use proptest::prelude::*;
use regex::Regex;
use std::sync::LazyLock;

const LEAVES: &[&str] = &[
    "a",
    "_b1",
    "c.d",
    ".e",
    "true",
    "false",
    "null",
    "0",
    "7",
    "1u",
    "0xFFu",
    "0x1f",
    "1.5",
    ".5",
    "1e3",
    "2E-3",
    "'s'",
    "\"q\\\"q\"",
    "r'\\d'",
    "R\"\\\"",
    "'''t'u'''",
    "\"\"\"v\nw\"\"\"",
    "'\\u00fc\\x41\\101\\n'",
    "b'\\xff\\377'",
    "br'\\x'",
    "'# no comment'",
    "[]",
    "{}",
    "9223372036854775807",
    "'\\U0001F600'",
    "'😀'",
];
const OPERATORS: &[&str] = &[
    "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "&&", "||", "&&", "||",
];
const BLANKS: &[&str] = &["", " ", "  ", "\n", "\t", "\r\n"];
const MACROS: &[&str] = &["all", "exists", "exists_one", "map", "filter"];
/// What random sequences are made of, most of which are no expressions.
const TOKENS: &[&str] = &[
    "a", "1", "'s'", "(", ")", "[", "]", "{", "}", ",", ":", "?", "-", "!", "+", "&&", "||", "==", "in",
    "true", "if", "1u", "1.5", "=", "&", "|", "has(", ".b", ".f(", "as",
];

fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(BLANKS)
}

/// A text that is an expression, as people may write it.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(5, 60, 4, |inner| {
        let part = inner.clone();
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            4 => (pair.clone(), prop::sample::select(OPERATORS), blank())
                .prop_map(|((left, right), operator, blank)| format!("{left}{blank} {operator} {blank}{right}")),
            2 => (part.clone(), blank()).prop_map(|(part, blank)| format!("({blank}{part}{blank})")),
            1 => part.clone().prop_map(|part| format!("!({part})")),
            1 => part.clone().prop_map(|part| format!("-({part})")),
            1 => prop::sample::select(LEAVES).prop_map(|leaf| format!("!{leaf}")),
            1 => prop::sample::select(LEAVES).prop_map(|leaf| format!("- {leaf}")),
            1 => (pair.clone(), part.clone()).prop_map(|((a, b), c)| format!("({a}) ? ({b}) : {c}")),
            1 => part.clone().prop_map(|part| format!("({part}).field")),
            1 => pair.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            1 => pair.clone().prop_map(|(a, b)| format!("({a}).f({b})")),
            1 => pair.clone().prop_map(|(a, b)| format!("size({a}, {b})")),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            1 => prop::collection::vec((inner.clone(), inner.clone()), 0..3).prop_map(|entries| {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
            1 => (pair, prop::sample::select(MACROS)).prop_map(|((a, b), name)| format!("({a}).{name}(x, {b})")),
            1 => part.prop_map(|part| format!("has(({part}).g)")),
        ]
    })
}

fn tokens() -> impl Strategy<Value = String> {
    prop::collection::vec((prop::sample::select(TOKENS), blank()), 1..9).prop_map(|tokens| {
        tokens
            .into_iter()
            .flat_map(|(token, blank)| [token, blank])
            .collect()
    })
}

fn ours(text: &str) -> Option<Expression> {
    let file = SourceMap::new().add("expression", text);
    parse_expression(file, text).ok()
}

/// The crate's tree as text, without the ids of its nodes.
fn crates(text: &str) -> Option<String> {
    static ENVIRONMENT: LazyLock<Env> = LazyLock::new(|| Env::stdlib().with_optional_support(false));
    static IDS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bid: \d+").unwrap());
    let parsed = ENVIRONMENT.parser().parse(text).ok()?;
    Some(IDS.replace_all(&format!("{parsed:?}"), "id").into_owned())
}

/// A tree of ours with every operation in parentheses.
fn written_out(expression: &Expression) -> String {
    let list =
        |parts: &[Expression], between: &str| parts.iter().map(written_out).collect::<Vec<_>>().join(between);
    match &expression.kind {
        Kind::Literal(Literal::Int(_) | Literal::Double(_)) | Kind::Identifier(_) | Kind::Literal(_) => {
            print::expression(expression)
        }
        Kind::Select { operand, field } => format!("{}.{}", name_or_value(operand), field.text),
        Kind::Index { operand, index } => format!("({})[{}]", written_out(operand), written_out(index)),
        Kind::Call {
            receiver,
            function,
            arguments,
        } => {
            let receiver = receiver
                .as_ref()
                .map(|receiver| format!("{}.", name_or_value(receiver)));
            let arguments = list(arguments, ", ");
            format!("{}{}({arguments})", receiver.unwrap_or_default(), function.text)
        }
        Kind::List(items) => format!("[{}]", list(items, ", ")),
        Kind::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", written_out(key), written_out(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Kind::Message { .. } => print::expression(expression),
        Kind::Not(operand) => format!("(!({}))", written_out(operand)),
        Kind::Negate(operand) => format!("(-({}))", written_out(operand)),
        Kind::And(operands) => format!("({})", list(operands, " && ")),
        Kind::Or(operands) => format!("({})", list(operands, " || ")),
        Kind::Binary {
            operator,
            left,
            right,
            ..
        } => format!(
            "({} {} {})",
            written_out(left),
            operator.symbol(),
            written_out(right)
        ),
        Kind::Conditional {
            condition,
            then,
            otherwise,
        } => format!(
            "({} ? {} : {})",
            written_out(condition),
            written_out(then),
            written_out(otherwise)
        ),
    }
}

/// Names with dots stay such, since they may be one name.
fn name_or_value(expression: &Expression) -> String {
    match &expression.kind {
        Kind::Identifier(_) | Kind::Select { .. } => written_out(expression),
        _ => format!("({})", written_out(expression)),
    }
}

/// Whether a sign stands twice in a row: the crate leaves such pairs out, whatever they stand before; ours keeps them,
/// so that what cannot be negated stays an error.
fn has_a_sign_twice(text: &str) -> bool {
    static TWICE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"!\s*!|-\s*-").unwrap());
    TWICE.is_match(text)
}

fn check(text: &str) {
    match (ours(text), crates(text)) {
        (Some(ours), Some(theirs)) => {
            let written_out = written_out(&ours);
            assert_eq!(
                crates(&written_out),
                Some(theirs),
                "{text:?} was read as {written_out}"
            );
        }
        (None, None) => {}
        (ours, theirs) => panic!(
            "{text:?}: ours {}, the crate's {}",
            ours.is_some(),
            theirs.is_some()
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_expressions(text in expression()) {
        check(&text);
    }

    #[test]
    fn of_any_sequence_of_tokens(text in tokens()) {
        prop_assume!(!has_a_sign_twice(&text));
        check(&text);
    }
}
