//! Columns in both units, edits, file names, frames.

use super::super::buffers::Buffers;
use super::super::frames::{Incoming, read};
use super::super::names::cells;
use super::super::places::{name_of, uri_of};
use super::super::positions::{Encoding, Lines};
use lsp_types::{Position, Range, TextDocumentContentChangeEvent};
use proptest::prelude::*;
use std::io::BufReader;

const TEXT: &str = "aä€😀z\r\nb\rc\n";

#[test]
fn columns_are_counted_in_the_units_agreed_on() {
    let end_of_first = TEXT.find('z').unwrap();
    for (encoding, column) in [(Encoding::Utf8, 10), (Encoding::Utf16, 5)] {
        let lines = Lines::new(TEXT, encoding);
        assert_eq!(lines.position(end_of_first), Position::new(0, column));
        assert_eq!(lines.offset(Position::new(0, column)), end_of_first);
    }
    let lines = Lines::new(TEXT, Encoding::Utf16);
    // Within the second half of a pair stands the letter's first byte.
    assert_eq!(lines.offset(Position::new(0, 4)), TEXT.find('😀').unwrap());
    assert_eq!(lines.offset(Position::new(0, 99)), TEXT.find('\r').unwrap());
    assert_eq!(lines.offset(Position::new(2, 0)), TEXT.find('c').unwrap());
    assert_eq!(lines.offset(Position::new(99, 0)), TEXT.len());
}

proptest! {
    #[test]
    fn places_come_back(text in "[ab\u{e4}\u{1F600}\n\r]{0,40}", at in 0_usize..80) {
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::new(&text, encoding);
            let offset = text.floor_char_boundary(at.min(text.len()));
            let back = lines.offset(lines.position(offset));
            // Between the two halves of a line's end there is no place.
            let expected = match text.get(..offset).is_some_and(|before| before.ends_with('\r'))
                && text[offset..].starts_with('\n')
            {
                true => text[..offset].trim_end_matches('\r').len(),
                false => offset,
            };
            prop_assert_eq!(back.max(expected) - back.min(expected), back.abs_diff(expected));
            prop_assert!(text[back.min(expected)..back.max(expected)].chars().all(|letter| letter == '\r'));
        }
    }

    #[test]
    fn edits_are_what_an_editor_of_letters_does(
        text in "[ab\u{e4}\u{1F600}\n]{0,30}",
        edits in proptest::collection::vec((0_usize..40, 0_usize..40, "[x\u{e4}\u{1F600}\n]{0,4}"), 0..6),
    ) {
        let uri = uri_of("/a.policy").unwrap();
        let mut buffers = Buffers::default();
        buffers.open(uri.clone(), 0, text.clone());
        let mut letters: Vec<char> = text.chars().collect();
        for (version, (from, to, new)) in (1..).zip(edits) {
            let (from, to) = (from.min(letters.len()), to.min(letters.len()));
            let (from, to) = (from.min(to), from.max(to));
            let place = |at: usize| {
                let line = letters[..at].iter().rposition(|letter| *letter == '\n').map_or(0, |at| at + 1);
                let number = letters[..at].iter().filter(|letter| **letter == '\n').count();
                let units: usize = letters[line..at].iter().map(|letter| letter.len_utf16()).sum();
                Position::new(u32::try_from(number).unwrap(), u32::try_from(units).unwrap())
            };
            let change = TextDocumentContentChangeEvent {
                range: Some(Range::new(place(from), place(to))),
                range_length: None,
                text: new.clone(),
            };
            buffers.change(&uri, version, vec![change], Encoding::Utf16);
            letters.splice(from..to, new.chars());
        }
        let expected: String = letters.into_iter().collect();
        prop_assert_eq!(&buffers.of("/a.policy").unwrap().text, &expected);
    }
}

#[test]
fn names_and_uris_stand_for_each_other() {
    for name in [
        "/srv/policy/00 a.policy",
        "/ä/%41#?.policy",
        "C:/policies/a.policy",
    ] {
        let uri = uri_of(name).unwrap();
        assert!(uri.as_str().starts_with("file:///"), "{}", uri.as_str());
        assert_eq!(name_of(&uri), name);
    }
    let untitled = "untitled:Untitled-1";
    assert_eq!(name_of(&uri_of(untitled).unwrap()), untitled);
}

fn frames(bytes: &[u8]) -> Vec<String> {
    let mut input = BufReader::new(bytes);
    let mut seen = Vec::new();
    loop {
        match read(&mut input) {
            Incoming::Message(message) => {
                seen.push(format!("message {}", serde_json::to_value(message).unwrap()))
            }
            Incoming::Malformed(_) => seen.push("malformed".to_owned()),
            Incoming::End => return seen,
        }
    }
}

#[test]
fn what_is_no_message_does_not_hide_the_next_one() {
    let good = r#"{"jsonrpc":"2.0","method":"initialized"}"#;
    let framed = |body: &str| format!("content-length: {}\r\nContent-Type: x\r\n\r\n{body}", body.len());
    let all = [framed("{"), framed("[]"), framed("{\"id\":1}"), framed(good)].concat();
    assert_eq!(
        frames(all.as_bytes()),
        [
            "malformed",
            "malformed",
            "malformed",
            "message {\"method\":\"initialized\"}"
        ]
    );
}

#[test]
fn headers_that_hide_the_next_message_end_the_stream() {
    for bytes in [
        "",
        "Content-Length: 5\r\n\r\n{",
        "Content-Length: -1\r\n\r\n{}",
        "Content-Length: 99999999999\r\n\r\n{}",
        "no header at all\r\n\r\n{}",
        &"x: y\r\n".repeat(100),
        &"x".repeat(100_000),
    ] {
        assert!(frames(bytes.as_bytes()).is_empty());
    }
}

#[test]
fn cells_know_their_places() {
    let text = "tenant,tier\r\n\"a,\"\"b\"\"\",gold\n\nc,\n";
    let found: Vec<_> = cells(text)
        .map(|cell| {
            (
                cell.row,
                cell.column,
                cell.text.clone(),
                text[cell.span].to_owned(),
            )
        })
        .collect();
    let cell = |row, column, text: &str, written: &str| (row, column, text.to_owned(), written.to_owned());
    assert_eq!(
        found,
        [
            cell(0, 0, "tenant", "tenant"),
            cell(0, 1, "tier", "tier"),
            cell(1, 0, "a,\"b\"", "\"a,\"\"b\"\"\""),
            cell(1, 1, "gold", "gold"),
            cell(2, 0, "c", "c"),
            cell(2, 1, "", ""),
        ]
    );
}
