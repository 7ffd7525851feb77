//! Lexical looks at text, byte by byte: blanks, comments, words, strings. Shared by the pre-scan and by the second look
//! at statements that did not parse.

/// A letter, digit or `_`.
pub(super) fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A byte of a name: a letter, digit, `_`, `-` or `.`.
pub(super) fn is_word_byte(byte: u8) -> bool {
    is_identifier_byte(byte) || byte == b'-' || byte == b'.'
}

/// White space of the language.
pub(super) fn is_blank_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0c)
}

/// The first offset from `at` on whose byte does not satisfy `wanted`.
pub(super) fn run_end(bytes: &[u8], at: usize, wanted: fn(u8) -> bool) -> usize {
    bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| !wanted(*byte)))
        .map_or(bytes.len(), |length| at + length)
}

/// The offset of the line end at or after `at`, or the end of the text. A lone carriage return ends a line too: a file
/// of old line ends must not become one long comment.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'\n', b'\r', rest))
        .map_or(bytes.len(), |length| at + length)
}

/// Behind blanks and comments.
pub(super) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = run_end(bytes, at, is_blank_byte);
        if bytes.get(at) != Some(&b'#') {
            return at;
        }
        at = line_end(bytes, at);
    }
}

/// A string's beginning: where its quotes stand and how it reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct StringHead {
    /// Offset of the first quote.
    pub(super) quote: usize,
    /// No escapes.
    pub(super) raw: bool,
    /// Three quotes on either side.
    pub(super) triple: bool,
}

/// Reads the beginning of a string at `at`, prefix letters included.
pub(super) fn string_head(bytes: &[u8], at: usize) -> Option<StringHead> {
    let mut quote = at;
    if matches!(bytes.get(quote), Some(b'b' | b'B')) {
        quote += 1;
    }
    let raw = matches!(bytes.get(quote), Some(b'r' | b'R'));
    quote += usize::from(raw);
    let mark = *bytes.get(quote)?;
    if mark != b'"' && mark != b'\'' {
        return None;
    }
    let triple = bytes.get(quote + 1) == Some(&mark) && bytes.get(quote + 2) == Some(&mark);
    Some(StringHead { quote, raw, triple })
}

/// The offset behind a string's last quote; `None` where it is not closed (on its line, unless it is triple).
pub(super) fn string_end(bytes: &[u8], head: StringHead) -> Option<usize> {
    let mark = *bytes.get(head.quote)?;
    if !head.triple {
        return single_end(bytes, head, mark);
    }
    let mut at = head.quote + 3;
    loop {
        let rest = bytes.get(at..)?;
        let found = if head.raw {
            memchr::memchr(mark, rest)
        } else {
            memchr::memchr2(mark, b'\\', rest)
        };
        at += found?;
        if bytes.get(at) == Some(&b'\\') {
            at += 2;
        } else if bytes.get(at..at + 3) == Some(&[mark; 3]) {
            return Some(at + 3);
        } else {
            at += 1;
        }
    }
}

fn single_end(bytes: &[u8], head: StringHead, mark: u8) -> Option<usize> {
    let mut at = head.quote + 1;
    loop {
        match *bytes.get(at)? {
            b'\n' | b'\r' => return None,
            b'\\' if !head.raw => {
                at += 1;
                if matches!(bytes.get(at), Some(b'\n' | b'\r')) {
                    return None;
                }
            }
            byte if byte == mark => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
}

/// What a token is, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A run of word bytes.
    Word,
    /// A string, closed or not.
    Quoted,
    /// One sign, or several that people write together.
    Sign,
    /// Nothing is left.
    End,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    /// What it is.
    pub(super) kind: TokenKind,
    /// As written.
    pub(super) text: &'a str,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Offset behind its last byte.
    pub(super) end: usize,
}

/// Signs of more than one character that are told as one; longer ones first.
const LONG_SIGNS: &[&str] = &[
    "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "<>", "=>", "=<", "=!", "=~", "//", "/*",
];

/// The token at or after `at`, blanks and comments skipped. Words are names with dashes where `dashed`, else CEL's.
pub(super) fn token(text: &str, at: usize, dashed: bool) -> Token<'_> {
    let bytes = text.as_bytes();
    let start = skip_blank(bytes, at).min(text.len());
    let wanted = if dashed { is_word_byte } else { is_identifier_byte };
    let rest = text.get(start..).unwrap_or_default();
    let (kind, end) = if rest.is_empty() {
        (TokenKind::End, start)
    } else if let Some(head) = string_head(bytes, start) {
        let end = string_end(bytes, head).unwrap_or_else(|| line_end(bytes, head.quote));
        (TokenKind::Quoted, end)
    } else if bytes.get(start).is_some_and(|byte| wanted(*byte)) {
        (TokenKind::Word, run_end(bytes, start, wanted))
    } else if let Some(sign) = LONG_SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        (TokenKind::Sign, start + sign.len())
    } else {
        (
            TokenKind::Sign,
            start + rest.chars().next().map_or(0, char::len_utf8),
        )
    };
    Token {
        kind,
        text: text.get(start..end).unwrap_or_default(),
        start,
        end,
    }
}
