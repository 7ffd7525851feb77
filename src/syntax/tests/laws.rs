//! Laws: parsing takes any text, spans are in it, and printed expressions read back to the same tree.

use proptest::prelude::*;

use super::{only_file, spans};
use crate::cel::{BinaryOperator, Literal};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Word};
use crate::syntax::{parse, parse_expression, print};

const EXAMPLE: &str = include_str!("example.policy");

/// Pieces of the language, so that random text comes further than its first word.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "model",
            "route",
            "r",
            "when",
            "target",
            "fallback",
            "split",
            "by",
            "user",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            ",",
            ":",
            "?",
            "==",
            "&&",
            "||",
            "!",
            "-",
            "in",
            "let x =",
            "fact",
            "tenants from",
            "use",
            "default",
            "\"",
            "'''",
            "\\",
            "#",
            "\n",
            " ",
            " ",
            "\"s\"",
            "r'\\'",
            "b\"x\"",
            "$1",
            "5%",
            "1.5",
            "0x",
            "1u",
            ".",
            "assert",
            "test",
            "assume a {",
            "that",
            "given {",
            "failing",
            "expect {",
            "defaults",
            "é",
            "\u{feff}",
            "guard g {",
            "require",
            "one of",
            "string",
            "from",
            "true",
            "and",
            "`",
        ])
        .prop_map(str::to_owned),
        ".{0,4}",
    ]
}

fn check_total(text: &str) -> Result<(), TestCaseError> {
    let (document, errors) = parse(only_file(), text);
    for span in spans(&document) {
        prop_assert!(text.get(span.range()).is_some(), "{span:?}");
    }
    for error in &errors {
        let labels = error.primary().into_iter().chain(error.secondary());
        for label in labels {
            prop_assert!(text.get(label.span.range()).is_some(), "{error:?}");
        }
        prop_assert!(!error.message().contains('\n'));
    }
    prop_assert!(document.comments.is_sorted());
    let lines: Vec<Span> = document
        .statements
        .iter()
        .map(|statement| statement.span)
        .collect();
    prop_assert!(lines.windows(2).all(|pair| pair[0].end <= pair[1].start));
    if let Ok(parsed) = parse_expression(only_file(), text) {
        check_print(&parsed)?;
    }
    Ok(())
}

/// Printing and parsing again gives the same tree, spans aside.
fn check_print(expression: &Expression) -> Result<(), TestCaseError> {
    let text = print::expression(expression);
    let again = parse_expression(only_file(), &text);
    let Ok(again) = again else {
        return Err(TestCaseError::fail(format!("{text}: {again:?}")));
    };
    prop_assert_eq!(bare(&again), bare(expression), "{}", text);
    Ok(())
}

/// A tree without its spans, as text.
fn bare(expression: &Expression) -> String {
    let debug = format!("{expression:?}");
    let mut out = String::new();
    let mut rest = debug.as_str();
    while let Some(at) = rest.find("span: 0:") {
        out.push_str(&rest[..at]);
        let behind = &rest[at + "span: 0:".len()..];
        rest = behind.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
    }
    out + rest
}

fn span() -> Span {
    Span::new(only_file(), 0, 0)
}

fn of(kind: ExpressionKind) -> Expression {
    Expression { kind, span: span() }
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Int),
        (-3i64..3).prop_map(Literal::Int),
        any::<u64>().prop_map(Literal::Uint),
        proptest::num::f64::NORMAL.prop_map(Literal::Double),
        (-2i32..2).prop_map(|value| Literal::Double(f64::from(value))),
        any::<String>().prop_map(Literal::String),
        ".{0,6}".prop_map(Literal::String),
        any::<Vec<u8>>().prop_map(Literal::Bytes),
    ]
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["a", "b", "tags", "_x1"]).prop_map(str::to_owned)
}

fn word(text: String) -> Word {
    Word { text, span: span() }
}

fn operator() -> impl Strategy<Value = BinaryOperator> {
    use BinaryOperator::*;
    proptest::sample::select(vec![
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        In,
        Add,
        Subtract,
        Multiply,
        Divide,
        Remainder,
    ])
}

fn expression() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        literal().prop_map(ExpressionKind::Literal),
        name().prop_map(ExpressionKind::Identifier),
        name().prop_map(|name| ExpressionKind::Identifier(format!(".{name}"))),
    ]
    .prop_map(of);
    leaf.prop_recursive(6, 48, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let many = proptest::collection::vec(inner.clone(), 0..4);
        let several = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            (boxed.clone(), name()).prop_map(|(operand, field)| ExpressionKind::Select {
                operand,
                field: word(field)
            }),
            (boxed.clone(), "[a-z]-[a-z]").prop_map(|(operand, field)| ExpressionKind::Select {
                operand,
                field: word(field)
            }),
            (boxed.clone(), boxed.clone())
                .prop_map(|(operand, index)| ExpressionKind::Index { operand, index }),
            (proptest::option::of(boxed.clone()), name(), many.clone()).prop_map(
                |(receiver, function, arguments)| {
                    ExpressionKind::Call {
                        receiver,
                        function: word(function),
                        arguments,
                    }
                }
            ),
            many.prop_map(ExpressionKind::List),
            (name(), proptest::collection::vec((name(), inner.clone()), 0..3)).prop_map(|(name, fields)| {
                ExpressionKind::Message {
                    name: word(name),
                    fields: fields
                        .into_iter()
                        .map(|(field, value)| (word(field), value))
                        .collect(),
                }
            }),
            proptest::collection::vec((inner.clone(), inner), 0..3).prop_map(ExpressionKind::Map),
            boxed.clone().prop_map(ExpressionKind::Not),
            boxed.clone().prop_map(ExpressionKind::Negate),
            several.clone().prop_map(ExpressionKind::And),
            several.prop_map(ExpressionKind::Or),
            (operator(), boxed.clone(), boxed.clone()).prop_map(|(operator, left, right)| {
                ExpressionKind::Binary {
                    operator,
                    operator_span: span(),
                    left,
                    right,
                }
            }),
            (boxed.clone(), boxed.clone(), boxed).prop_map(|(condition, then, otherwise)| {
                ExpressionKind::Conditional {
                    condition,
                    then,
                    otherwise,
                }
            }),
        ]
        .prop_map(of)
    })
}

proptest! {
    #[test]
    fn parsing_takes_any_text(text in any::<String>()) {
        check_total(&text)?;
    }

    #[test]
    fn parsing_takes_any_pieces(pieces in proptest::collection::vec(piece(), 0..40), gap in " ?") {
        check_total(&pieces.join(&gap))?;
    }

    #[test]
    fn parsing_takes_the_example_mangled(cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..40, piece()), 1..6)) {
        let mut text = EXAMPLE.to_owned();
        for (at, length, insert) in cuts {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &insert);
        }
        check_total(&text)?;
    }

    #[test]
    fn printed_expressions_read_back(expression in expression()) {
        // `-` before a number is read as part of it, and a chain within a chain stays one where it stands first.
        check_print(&expression)?;
    }
}
