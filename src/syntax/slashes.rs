//! CEL's own comments, `//` to the end of the line, in an expression that stands alone. A policy's begin with `#`.

use super::tokens::{TokenKind, line_end, token};
use std::borrow::Cow;

/// The text with blanks in the place of such comments, so that every offset stays. Within a string `//` is text.
pub(super) fn blanked(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = Cow::Borrowed(text);
    if memchr::memmem::find(bytes, b"//").is_none() {
        return out;
    }
    let mut at = 0;
    loop {
        let token = token(text, at, false);
        at = token.end;
        match token.kind {
            TokenKind::End => return out,
            TokenKind::Sign if token.text == "//" => {
                at = line_end(bytes, token.start);
                let blanks = " ".repeat(at - token.start);
                out.to_mut().replace_range(token.start..at, &blanks);
            }
            _ => {}
        }
    }
}
