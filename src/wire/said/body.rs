//! A body without what is left out of it: of JSON each string is looked at as it reads, whatever its escapes, and each
//! number; what stands between them stays. Any other text is looked at as a whole.

use super::super::json::{Json, Text};
use crate::record::{LOOKAHEAD, RecordedText, Redactor};
use std::borrow::Cow;

/// Up to `most` bytes of a body. Of one that is cut some bytes more are looked at, so that what begins before the cut is
/// left out whole. `bytes` is the length of the whole body, where `body` has only its beginning.
pub fn body(body: &[u8], bytes: u64, most: usize, redactor: &Redactor) -> RecordedText {
    let text = readable(body, most);
    let is_cut = bytes > text.len() as u64 || text.len() > most;
    let visible = match is_cut {
        true => text.floor_char_boundary(most.min(text.len())),
        false => text.len(),
    };
    let mut walk = Walk {
        text: &text,
        visible,
        redactor,
        out: String::new(),
    };
    if redactor.is_idle() {
        walk.out = text.get(..visible).unwrap_or_default().to_owned();
    } else if is_json(&text, is_cut) {
        walk.json();
    } else {
        walk.plain();
    }
    let mut out = walk.out;
    let is_long = out.len() > most;
    if is_long {
        out.truncate(out.floor_char_boundary(most));
    }
    RecordedText {
        text: out,
        bytes,
        truncated: is_cut || is_long,
    }
}

/// The start of a body that is looked at; what is no UTF-8 is shown as such.
fn readable(body: &[u8], most: usize) -> Cow<'_, str> {
    let start = body
        .get(..body.len().min(most.saturating_add(LOOKAHEAD)))
        .unwrap_or_default();
    match std::str::from_utf8(start) {
        Ok(text) => Cow::Borrowed(text),
        // A letter that the end has cut is none.
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(start.get(..error.valid_up_to()).unwrap_or_default())
        }
        Err(_) => String::from_utf8_lossy(start),
    }
}

/// Whether a text is JSON, or the start of what may be some.
fn is_json(text: &str, is_cut: bool) -> bool {
    let begins = text.trim_start().starts_with(['{', '[', '"']);
    let is_whole = || {
        Json::new(text.as_bytes())
            .and_then(|mut json| json.skip().and_then(|_| json.end()))
            .is_ok()
    };
    begins && (is_cut || is_whole())
}

/// A text on its way into a record.
struct Walk<'t> {
    text: &'t str,
    /// Where the recorded part ends.
    visible: usize,
    redactor: &'t Redactor,
    out: String,
}

impl Walk<'_> {
    fn plain(&mut self) {
        let text = self.text;
        match self.redactor.redact(text, self.visible) {
            Some(redacted) => self.out = redacted,
            None => self.out.push_str(text.get(..self.visible).unwrap_or_default()),
        }
    }

    fn json(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < self.visible {
            let next = match bytes.get(at) {
                Some(b'"') => self.string(at),
                Some(byte) if is_scalar(*byte) => self.scalar(at),
                _ => {
                    let end = (at..bytes.len()).find(|at| {
                        bytes
                            .get(*at)
                            .is_some_and(|byte| *byte == b'"' || is_scalar(*byte))
                    });
                    let end = end.unwrap_or(bytes.len());
                    let shown = self.text.get(at..end.min(self.visible)).unwrap_or_default();
                    self.out.push_str(shown);
                    end
                }
            };
            at = next;
        }
    }

    /// A string, which begins here; says where it ends.
    fn string(&mut self, at: usize) -> usize {
        let inner = at + 1;
        let end = inner + string_length(self.text.as_bytes().get(inner..).unwrap_or_default());
        let behind = self.text.len().min(end + 1);
        let raw = self.text.get(inner..end).unwrap_or_default();
        let (decoded, visible) = decode(raw, self.visible.saturating_sub(inner));
        let written = self.text.get(at..behind.min(self.visible)).unwrap_or_default();
        match self.redactor.redact(&decoded, visible) {
            Some(redacted) => {
                let quoted = serde_json::Value::String(redacted).to_string();
                let is_closed = behind <= self.visible;
                let end = if is_closed { quoted.len() } else { quoted.len() - 1 };
                self.out.push_str(quoted.get(..end).unwrap_or_default());
            }
            None => self.out.push_str(written),
        }
        behind
    }

    /// A number or a word, which begins here; says where it ends.
    fn scalar(&mut self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_scalar(**byte)).count();
        let token = self.text.get(at..at + length).unwrap_or_default();
        match self
            .redactor
            .redact(token, self.visible.saturating_sub(at).min(length))
        {
            // What takes a number's place is a string.
            Some(redacted) => self
                .out
                .push_str(&serde_json::Value::String(redacted).to_string()),
            None => {
                let shown = self
                    .text
                    .get(at..(at + length).min(self.visible))
                    .unwrap_or_default();
                self.out.push_str(shown);
            }
        }
        at + length
    }
}

/// Whether a byte is of a number or a word of JSON, or of what stands in its place.
fn is_scalar(byte: u8) -> bool {
    !matches!(byte, b'"' | b',' | b':' | b'[' | b']' | b'{' | b'}') && !byte.is_ascii_whitespace()
}

/// Bytes of a string up to its closing quote, or to the end.
fn string_length(rest: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match memchr::memchr2(b'"', b'\\', rest.get(at..).unwrap_or_default()) {
            Some(found) if rest.get(at + found) == Some(&b'"') => return at + found,
            Some(found) if at + found + 2 <= rest.len() => at += found + 2,
            _ => return rest.len(),
        }
    }
}

/// The text of a string, and how much of it stands within the first `visible` bytes as it is written.
fn decode(raw: &str, visible: usize) -> (Cow<'_, str>, usize) {
    if !raw.contains('\\') {
        return (
            Cow::Borrowed(raw),
            raw.floor_char_boundary(visible.min(raw.len())),
        );
    }
    let text = Text {
        raw,
        escaped: true,
        span: 0..raw.len(),
    };
    let mut characters = text.chars();
    let (mut decoded, mut shown) = (String::with_capacity(raw.len()), 0);
    while let Some(character) = characters.next() {
        decoded.push(character);
        if raw.len() - characters.rest().len() <= visible {
            shown = decoded.len();
        }
    }
    (Cow::Owned(decoded), shown)
}
