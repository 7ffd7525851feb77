//! A file read in parts is the file read at once.

use super::only_file;
use crate::syntax::parse::{parse_expression, part};
use crate::syntax::parts::parse_in;
use crate::syntax::spaces::spaced;
use std::fmt::Write as _;

/// Statements of all kinds, with comments before, within and behind them.
fn statements(count: usize) -> String {
    let mut text = String::from("\u{feff}# the head\n");
    for number in 0..count {
        let _ = match number % 5 {
            0 => writeln!(
                text,
                "# rule {number}\nroute r{number} {{ # so\n  when tokens > {number}\n  target m\n}}"
            ),
            1 => writeln!(
                text,
                "let l{number} = tokens > {number} # and\n  || \"vip\" in tags\n"
            ),
            2 => writeln!(text, "fact f{number} int from header \"x-{number}\"\n  default 3"),
            3 => writeln!(
                text,
                "model m{number} {{ provider p can [tools,\n  # not yet: vision\n  json] }}\n\n"
            ),
            _ => writeln!(text, "tenant t{number} {{\n  tags [\"a\",\n\"b\"]\n}} # end"),
        };
    }
    text
}

#[test]
fn parts_make_the_whole() {
    for count in [2, 3, 10, 57] {
        let text = statements(count);
        let (whole, errors, end) = part(only_file(), &text, 0..text.len());
        assert!(errors.is_empty() && end == text.len(), "{errors:?}");
        for parts in 2..9 {
            let document = parse_in(parts, only_file(), &text);
            assert!(
                document.is_none_or(|document| document == whole),
                "{count} in {parts}"
            );
        }
        assert!(count < 10 || parse_in(2, only_file(), &text).is_some());
    }
}

#[test]
fn a_line_within_a_string_begins_no_part() {
    let begins = "route inner { target m }\n";
    let text = format!(
        "let x = \"\"\"\n{}\"\"\"\nroute r {{ target m }}\n",
        begins.repeat(40)
    );
    let (whole, errors, _) = part(only_file(), &text, 0..text.len());
    assert!(errors.is_empty() && whole.statements.len() == 2);
    assert_eq!(parse_in(2, only_file(), &text), None);
}

#[test]
fn what_is_wrong_is_told_by_one_reading() {
    let text = format!("{}route broken {{ when }}\n{}", statements(20), statements(20));
    assert_eq!(parse_in(3, only_file(), &text), None);
}

#[test]
fn comments_and_white_space_become_spaces() {
    let text = "a\t=\r\n\"#\t\" # ä\n`b#c` 'x\ty' r\"\"\"#\n\"\"\" br'#'\x0c+ `open # z";
    let out = spaced(text);
    assert_eq!(
        out,
        "a =  \"#\t\"      `b#c` 'x\ty' r\"\"\"#\n\"\"\" br'#' + `open # z"
    );
    assert_eq!(out.len(), text.len());
}

#[test]
fn a_name_in_backticks_ends_on_its_line() {
    for text in ["headers.` # one\nx-y`", "headers.`x\r\n-y`", "headers.`x"] {
        assert!(parse_expression(only_file(), text).is_err(), "{text:?}");
    }
    assert_eq!(spaced("a.` # one\nx` #"), "a.` # one\nx` #");
    assert!(parse_expression(only_file(), "headers.`x y`").is_ok());
}
