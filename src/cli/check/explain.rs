//! `check --explain CODE`: what a code means.

use crate::cli::exit::Exit;
use crate::cli::output;
use crate::diagnostic::{Explanation, code_of};
use serde_json::json;

/// Prints the explanation of a code; for people as its author wrote it, for machines in its parts.
pub(super) fn explain(id: &str, machine: bool) -> Exit {
    let code = match code_of(id) {
        Ok(code) => code,
        Err(near) => return output::usage([unknown(id, near.map(|code| code.id()))]),
    };
    let explained = Explanation::of(code);
    if machine {
        output::json(&json!({
            "code": code.id(),
            "title": code.title(),
            "severity": explained.severity.name(),
            "meaning": one_line(explained.meaning),
            "why": one_line(explained.why),
            "wrong": explained.wrong.text,
            "right": explained.right.text,
        }));
    } else {
        output::text(&for_people(&explained));
    }
    Exit::Fine
}

fn unknown(id: &str, near: Option<&str>) -> String {
    let id: String = id
        .chars()
        .filter(|letter| !letter.is_control())
        .take(40)
        .collect();
    match near {
        Some(near) => format!("there is no code `{id}`; did you mean `{near}`?"),
        None => format!("there is no code `{id}`; codes look like `P201`"),
    }
}

fn for_people(explained: &Explanation) -> String {
    let indented = |text: &str| -> String { text.lines().map(|line| format!("    {line}\n")).collect() };
    format!(
        "{}[{}]: {}\n\n{}\n\nWhy it matters:\n{}\n\nWrong:\n\n{}\nRight:\n\n{}",
        explained.severity.name(),
        explained.code.id(),
        explained.code.title(),
        explained.meaning,
        explained.why,
        indented(explained.wrong.text),
        indented(explained.right.text),
    )
}

/// Text without the line ends of its file.
fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}
