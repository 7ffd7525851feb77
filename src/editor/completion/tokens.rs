//! The words of a text, as far as completion needs them: it must cope with texts of which nothing is right.

use std::ops::Range;

/// The kinds of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, digits, `_`, `-`, `.`.
    Word,
    /// A string, its quotes included; one that is not closed ends with its line.
    String,
    /// A bracket that opens.
    Open,
    /// A bracket that closes.
    Close,
    /// Anything else: operators and commas.
    Sign,
    /// A comment.
    Comment,
}

/// A word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    /// What it is.
    pub(super) kind: Kind,
    /// Its text.
    pub(super) text: &'t str,
    /// Its first byte.
    pub(super) start: usize,
    /// Whether it is the first of its line, and whether it begins at the line's beginning.
    pub(super) first: Option<bool>,
}

impl Token<'_> {
    /// The byte behind it.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether something must follow it: a sign, an opening bracket, or a word that joins two values.
    pub(super) fn joins(&self) -> bool {
        match self.kind {
            Kind::Sign | Kind::Open => true,
            Kind::Word => self.text == "in" || self.text.ends_with('.'),
            _ => false,
        }
    }

    /// Where a string's inside begins.
    pub(super) fn inside(&self) -> usize {
        self.start + 1
    }

    /// Whether a string has its closing quote.
    pub(super) fn is_closed(&self) -> bool {
        let mut letters = self.text.chars();
        let first = letters.next();
        self.text.len() > 1 && letters.next_back() == first
    }
}

/// The words of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut line = 0;
    let mut is_first = true;
    while let Some(byte) = bytes.get(at).copied() {
        if byte == b'\n' {
            (line, is_first) = (at + 1, true);
            at += 1;
            continue;
        }
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (kind, range) = next(text, at);
        at = range.end.max(range.start + 1);
        tokens.push(Token {
            kind,
            text: text.get(range.clone()).unwrap_or_default(),
            start: range.start,
            first: is_first.then_some(range.start == line),
        });
        is_first = false;
    }
    tokens
}

/// The word that begins at a byte which is no white space.
fn next(text: &str, at: usize) -> (Kind, Range<usize>) {
    let bytes = text.as_bytes();
    let rest = bytes.get(at..).unwrap_or_default();
    let run = |is_in: fn(u8) -> bool| at..at + rest.iter().take_while(|byte| is_in(**byte)).count();
    match rest.first().copied().unwrap_or_default() {
        b'#' => (Kind::Comment, run(|byte| byte != b'\n')),
        quote @ (b'"' | b'\'') => (Kind::String, at..string_end(bytes, at, quote)),
        b'{' | b'[' | b'(' => (Kind::Open, at..at + 1),
        b'}' | b']' | b')' => (Kind::Close, at..at + 1),
        b'=' | b'!' | b'<' | b'>' | b'&' | b'|' => (Kind::Sign, run(|byte| b"=!<>&|".contains(&byte))),
        byte if is_letter(byte) => (Kind::Word, run(is_letter)),
        _ => {
            let letter = text.get(at..).and_then(|rest| rest.chars().next());
            (Kind::Sign, at..at + letter.map_or(1, char::len_utf8))
        }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

fn string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\\' => at += 2,
            b'\n' => return at,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
