//! A text of CEL read by us and by the `cel` crate: by the crate as it stands, and as our tree of it, every operation
//! in parentheses. What one of the two refuses, the other refuses.

use cel_interpreter::Env;
use pointsman::cel::Literal;
use pointsman::source::SourceMap;
use pointsman::syntax::ast::{Expression, ExpressionKind as Kind};
use pointsman::syntax::{parse_expression, print};
use regex::Regex;
use std::sync::LazyLock;

pub(crate) const LEAVES: &[&str] = &[
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
pub(crate) const OPERATORS: &[&str] = &[
    "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "&&", "||", "&&", "||",
];
pub(crate) const BLANKS: &[&str] = &["", " ", "  ", "\n", "\t", "\r\n"];
pub(crate) const MACROS: &[&str] = &["all", "exists", "exists_one", "map", "filter"];
/// What random sequences are made of, most of which are no expressions.
pub(crate) const TOKENS: &[&str] = &[
    "a", "1", "'s'", "(", ")", "[", "]", "{", "}", ",", ":", "?", "-", "!", "+", "&&", "||", "==", "in",
    "true", "if", "1u", "1.5", "=", "&", "|", "has(", ".b", ".f(", "as",
];

/// Most tokens of a text that bytes stand for: the crate reads by recursion.
const MAX_TOKENS: usize = 60;

/// The text that bytes stand for: each is a token of any kind, with white space behind it.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    let all = || [LEAVES, OPERATORS, MACROS, TOKENS].into_iter().flatten();
    let token = |byte: &u8| all().nth(usize::from(*byte) % all().count());
    let tokens = bytes.iter().take(MAX_TOKENS).filter_map(token);
    tokens
        .zip(BLANKS.iter().skip(1).cycle())
        .map(|(token, blank)| format!("{token}{blank}"))
        .collect()
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

/// Whether the two read a text otherwise by intent. A sign that stands twice in a row: the crate leaves such pairs out,
/// whatever they stand before; ours keeps them, so that what cannot be negated stays an error. A reserved word before braces:
/// the crate takes it for the name of a message's type; to ours it can name nothing, as the specification has it.
pub(crate) fn differ_by_intent(text: &str) -> bool {
    static DIFFER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"!\s*!|-\s*-|\b(as|if)[\s.\w]*\{").unwrap());
    DIFFER.is_match(text)
}

/// Holds the two readings of a text against each other.
pub(crate) fn check(text: &str) {
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
