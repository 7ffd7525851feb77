//! Formatted text against what is expected of it.

mod laws;

use super::{FormatError, format};
use crate::source::SourceMap;

/// The formatted text, or why there is none.
fn try_format(text: &str) -> Result<String, FormatError> {
    format(SourceMap::new().add("case.policy", text), text)
}

fn formatted(text: &str) -> String {
    try_format(text).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

#[test]
fn what_does_not_parse_is_left_alone() {
    let Err(FormatError::Syntax(errors)) = try_format("route a { when x = 1 target m }\nlet b = 1") else {
        panic!("it has an error");
    };
    assert_eq!(errors.len(), 1);
    assert!(errors[0].primary().is_some());
}

#[test]
fn files_of_nothing_and_of_comments() {
    assert_eq!(formatted(""), "");
    assert_eq!(formatted(" \r\n\n"), "");
    assert_eq!(formatted("\u{feff}# a"), "# a\n");
    assert_eq!(
        formatted("\n\n# a  \r\n\r\n\r\n# b\r# c\n\n"),
        "# a\n\n# b\n# c\n"
    );
}

#[test]
fn line_ends_in_strings_are_values_and_stay() {
    let text = "let a = \"\"\"x\r\ny\"\"\"\r\nlet b = 1\r\n";
    assert_eq!(formatted(text), "let a = \"\"\"x\r\ny\"\"\"\nlet b = 1\n");
}

#[test]
fn a_clause_that_would_be_read_as_part_of_another_one_stays_where_it_is() {
    let text = "tenant a {\n  env \"prod\"\n  key ci sha256 \"00\"\n}\n";
    assert_eq!(formatted(text), text);
    let text = "tenant a {\n  env  \"prod\"\n  tier \"x\"\n  key  ci sha256 \"00\"\n}\n";
    assert!(formatted(text).starts_with("tenant a {\n  key  ci sha256 \"00\"\n  tier \"x\"\n  env  "));
}

#[test]
fn parentheses_stay_where_a_statement_would_seem_to_begin() {
    let text = "let a = (fact)\nlet b = (x == model)\n\ndefaults {\n  attempts 1\n}\n";
    assert_eq!(formatted(text), text);
    assert_eq!(
        formatted("let b = (model)\nlet c = (fact)"),
        "let b = model\nlet c = fact\n"
    );
}

#[test]
fn a_long_list_is_no_long_work() {
    let names: Vec<String> = (0..100_000).map(|index| format!("\"n{index}\"")).collect();
    let text = format!("let a = tenant in [{}]\n", names.join(","));
    let out = formatted(&text);
    assert_eq!(out.lines().count(), 100_002);
    assert!(out.ends_with("  \"n99999\",\n]\n"), "{}", &out[out.len() - 40..]);
}

#[test]
fn deep_conditions_are_written() {
    let deep = format!("let a = {}x{}\n", "(!".repeat(63), ")".repeat(63));
    assert_eq!(formatted(&deep), format!("let a = {}x\n", "!".repeat(63)));
    let deep = format!("let a = {}x\n", "!".repeat(254));
    assert_eq!(formatted(&deep), deep);
    let deep = format!("let a = {}x{}\n", "f([".repeat(20), "])".repeat(20));
    assert_eq!(formatted(&deep), deep);
    let choices = format!("let a = {}c", "b ? 1 : ".repeat(200));
    assert_eq!(formatted(&choices).lines().count(), 402);
}
