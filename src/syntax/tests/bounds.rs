//! Bounds: what is too much gives a message, quickly and without overflowing the stack.

use super::{condition, only_file};
use crate::diagnostic::Code;
use crate::syntax::bounds::{
    MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_NODES, MAX_FILE_BYTES, MAX_LIST_ELEMENTS, MAX_NESTING,
    MAX_STATEMENT_BYTES,
};
use crate::syntax::{parse, parse_expression};

const MEGABYTE: usize = 1 << 20;

/// Parts of that where debug builds would take long.
const MANY: usize = 1 << 19;
const SMALLER: usize = 1 << 14;

/// The codes of all errors of an expression, in a `let` and alone.
fn codes(text: &str) -> Vec<&'static str> {
    let alone = parse_expression(only_file(), text).err().unwrap_or_default();
    let (_, within) = parse(only_file(), &format!("let x = {text}\nlet y = 1"));
    let ids = |errors: &[crate::diagnostic::Diagnostic]| {
        let mut ids: Vec<_> = errors.iter().map(|error| error.code().id()).collect();
        ids.dedup();
        ids
    };
    assert_eq!(ids(&alone), ids(&within), "{}", &text[..text.len().min(80)]);
    ids(&alone)
}

#[test]
fn floods_are_refused() {
    for unit in [
        "(", "[", "{", "1+", "!", "-", "a?b:", "a.", "a[", "f(", "a&&", "{a:", "[1,[", ")", "]", "}", "\"",
        "'''", "`", "a{", "a{b:", "#", "r\"", "é", "\0", "!-", "(a)", "let a=", "in ", "a.b(", ",", "a,",
        "$", "%",
    ] {
        let flood = unit.repeat(MEGABYTE / unit.len());
        let (_, errors) = parse(only_file(), &format!("let x = {flood}1"));
        assert!(!errors.is_empty(), "{unit}");
        // Within the bound on a statement's size other bounds must hold.
        let text = unit.repeat(SMALLER / unit.len());
        assert!(parse_expression(only_file(), &text).is_err(), "{unit}");
        assert!(
            parse_expression(only_file(), &format!("{text}1")).is_err(),
            "{unit}"
        );
        for text in [
            text.clone(),
            format!("route r {{ when {text}"),
            format!("route r {{ when {text}\n}}"),
        ] {
            let (_, errors) = parse(only_file(), &text);
            assert!(unit == "#" || !errors.is_empty(), "{unit}");
        }
        parse(only_file(), &format!("model m {{ name {text}\n}}"));
    }
}

#[test]
fn many_broken_statements_take_linear_time() {
    for unit in [
        "model m {\n",
        "}\n",
        "let x = (\n",
        "route r { when a\n",
        "use ",
        "model '''x\n",
        "let a = b model in {} ",
        "x\n",
        "tenant t { key [\n",
    ] {
        let text = unit.repeat(MANY / unit.len());
        let (_, errors) = parse(only_file(), &text);
        assert!(errors.len() <= 505, "{}", errors.len());
    }
}

#[test]
fn nesting() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(codes(&nested(MAX_NESTING)), [""; 0]);
    assert_eq!(codes(&nested(MAX_NESTING + 1)), [Code::TOO_DEEP.id()]);
}

#[test]
fn depth() {
    let sum = |terms: usize| vec!["1"; terms].join("+");
    assert_eq!(codes(&sum(MAX_EXPRESSION_DEPTH)), [""; 0]);
    assert_eq!(codes(&sum(MAX_EXPRESSION_DEPTH + 1)), [Code::TOO_DEEP.id()]);
    for unit in ["!", "-", "a?b:"] {
        let text = |depth: usize| format!("{}a", unit.repeat(depth));
        assert_eq!(codes(&text(MAX_EXPRESSION_DEPTH - 1)), [""; 0], "{unit}");
        assert_eq!(
            codes(&text(MAX_EXPRESSION_DEPTH)),
            [Code::TOO_DEEP.id()],
            "{unit}"
        );
    }
    for unit in [".a", "[0]", ".f()"] {
        let text = |depth: usize| format!("a{}", unit.repeat(depth));
        assert_eq!(codes(&text(MAX_EXPRESSION_DEPTH - 1)), [""; 0], "{unit}");
        assert_eq!(
            codes(&text(MAX_EXPRESSION_DEPTH)),
            [Code::TOO_DEEP.id()],
            "{unit}"
        );
    }
}

#[test]
fn nodes() {
    let chain = |operands: usize| vec!["a"; operands].join("||");
    assert_eq!(codes(&chain(MAX_EXPRESSION_NODES - 1)), [""; 0]);
    assert_eq!(codes(&chain(MAX_EXPRESSION_NODES)), [Code::TOO_LARGE.id()]);
    let calls = |count: usize| vec!["f()"; count].join("&&");
    assert_eq!(codes(&calls(MAX_EXPRESSION_NODES - 1)), [""; 0]);
}

#[test]
fn lists_of_literals_may_be_long() {
    let list = |elements: usize| format!("a in [{}]", vec!["\"0123456789abcdef\""; elements].join(", "));
    assert_eq!(codes(&list(MAX_LIST_ELEMENTS)), [""; 0]);
    assert_eq!(codes(&list(MAX_LIST_ELEMENTS + 1)), [Code::TOO_LARGE.id()]);
    let trailing = format!("[{}]", "1,".repeat(MAX_LIST_ELEMENTS));
    assert!(parse_expression(only_file(), &trailing).is_ok());
    let names = format!(
        "model m {{ serves [{}] }}",
        vec!["gpt-4o"; MAX_LIST_ELEMENTS].join(",")
    );
    assert_eq!(parse(only_file(), &names).1, []);
    let calls = format!("[{}]", vec!["f()"; MAX_EXPRESSION_NODES].join(","));
    assert_eq!(codes(&calls), [Code::TOO_LARGE.id()]);
}

#[test]
fn sizes() {
    let string = |length: usize| format!("\"{}\"", "x".repeat(length));
    assert_eq!(codes(&string(MAX_STATEMENT_BYTES - 100)), [""; 0]);
    assert_eq!(codes(&string(MAX_STATEMENT_BYTES)), [Code::TOO_LARGE.id()]);
    let comments = format!("let x = 1\n{}let y = 2", "# text\n".repeat(MAX_STATEMENT_BYTES));
    assert_eq!(parse(only_file(), &comments).1, []);
    let file = " ".repeat(MAX_FILE_BYTES + 1);
    assert_eq!(parse(only_file(), &file).1[0].code(), Code::TOO_LARGE);
    assert_eq!(parse(only_file(), &file[1..]).1, []);
}

#[test]
fn messages_name_the_bound() {
    insta::assert_snapshot!(
        [
            &"(".repeat(100),
            &("!".repeat(300) + "a"),
            &vec!["a"; 5000].join("||"),
        ]
        .map(|text| condition(text)
            .lines()
            .map(|line| line.chars().take(100).collect::<String>() + "\n")
            .collect::<String>())
        .join("\n")
    );
}
