//! Where a statement begins: its keyword and what must stand behind it.

use super::ast::BlockKind;
use super::tokens::{is_word_byte, run_end, skip_blank, string_end, string_head};
use super::words::{Keyword, keyword};

/// Whether a statement begins with the word at `at`: a keyword and what must stand behind it. No two operands of CEL
/// stand beside each other, and therefore none of these shapes can be part of an expression. Within brackets only what
/// begins a block counts, and at the margin all.
pub(super) fn opens_statement(bytes: &[u8], at: usize, within: bool) -> bool {
    if at > 0 && bytes.get(at - 1).is_some_and(|byte| is_word_byte(*byte)) {
        return false;
    }
    let end = run_end(bytes, at, is_word_byte);
    let word = bytes.get(at..end).and_then(|word| std::str::from_utf8(word).ok());
    let Some(keyword) = word.and_then(keyword) else {
        return false;
    };
    let indented = at > 0 && !matches!(bytes.get(at - 1), Some(b'\n' | b'\r'));
    let next = skip_blank(bytes, end);
    match keyword {
        Keyword::Block(BlockKind::Defaults) => !(within && indented) && bytes.get(next) == Some(&b'{'),
        Keyword::Block(_) => name_end(bytes, next).is_some_and(|end| {
            // `model - {` away from the margin goes on with an expression.
            let name = bytes.get(next..end);
            let signs = name.is_some_and(|name| name.iter().all(|byte| *byte == b'-'));
            bytes.get(skip_blank(bytes, end)) == Some(&b'{') && !(signs && indented)
        }),
        _ if within && indented => false,
        Keyword::Use => string_head(bytes, next).is_some(),
        Keyword::Tenants => {
            let end = run_end(bytes, next, is_word_byte);
            bytes.get(next..end) == Some(b"from") && string_head(bytes, skip_blank(bytes, end)).is_some()
        }
        Keyword::Let => name_end(bytes, next).is_some_and(|end| {
            let sign = skip_blank(bytes, end);
            bytes.get(sign) == Some(&b'=') && bytes.get(sign + 1) != Some(&b'=')
        }),
        // A fact's name is an identifier; a sign or a dot goes on with an expression.
        Keyword::Fact if matches!(bytes.get(next), Some(b'-' | b'.')) => false,
        Keyword::Fact => name_end(bytes, next).is_some_and(|end| {
            let next = skip_blank(bytes, end);
            next > end && bytes.get(next).is_some_and(u8::is_ascii_alphabetic)
        }),
    }
}

/// The end of a name at `at`: a string of one line, or a word that is not the operator `in`.
fn name_end(bytes: &[u8], at: usize) -> Option<usize> {
    if let Some(head) = string_head(bytes, at) {
        return if head.triple {
            None
        } else {
            string_end(bytes, head)
        };
    }
    let end = run_end(bytes, at, is_word_byte);
    (end > at && bytes.get(at..end) != Some(b"in")).then_some(end)
}
