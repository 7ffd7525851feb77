//! White space as the grammar reads it: a space, whatever stands there. Comments are white space.

use super::tokens::{is_blank_byte, is_identifier_byte, line_end, run_end, string_end, string_head};

/// The text with spaces in the place of comments and of other white space, so that every offset stays. What stands in
/// strings and in backticks is no white space.
pub(super) fn spaced(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'#' => line_end(bytes, at),
            byte if *byte != b' ' && is_blank_byte(*byte) => at + 1,
            byte => {
                at = token_end(bytes, at, *byte);
                continue;
            }
        };
        out.push_str(text.get(out.len()..at).unwrap_or_default());
        out.extend(std::iter::repeat_n(' ', end - at));
        at = end;
    }
    out.push_str(text.get(out.len()..).unwrap_or_default());
    out
}

/// Where the word, string or sign ends that begins with this byte.
fn token_end(bytes: &[u8], at: usize, byte: u8) -> usize {
    let string = matches!(byte, b'"' | b'\'' | b'b' | b'B' | b'r' | b'R')
        .then(|| string_head(bytes, at))
        .flatten();
    if let Some(head) = string {
        return string_end(bytes, head).unwrap_or(head.quote + 1);
    }
    match byte {
        b'`' => backtick_end(bytes, at),
        byte if is_identifier_byte(byte) => run_end(bytes, at, is_identifier_byte),
        _ => at + 1,
    }
}

/// Behind the name in backticks that begins here. Where it is not closed on its line, behind the line's end, which so
/// stays what no name has: it must not become a space that closes a name over two lines.
fn backtick_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at + 1..).unwrap_or_default();
    memchr::memchr3(b'`', b'\n', b'\r', rest).map_or(bytes.len(), |end| at + end + 2)
}
