//! JSON as it is written: a text that grows, without blanks, in which runs of plain letters are copied as one.

use std::fmt::{self, Display};
use std::io::Write;

/// JSON on its way into bytes. Commas come by themselves.
#[derive(Debug)]
pub(super) struct Json(Vec<u8>);

impl Json {
    /// An empty text with room for so many bytes; longer ones grow.
    pub(super) fn with_room(room: usize) -> Self {
        Json(Vec::with_capacity(room))
    }

    pub(super) fn into_text(self) -> String {
        // Whole strings and ASCII are all that is ever added.
        String::from_utf8(self.0).unwrap_or_default()
    }

    /// The key of an object's next value, a word of the format that has nothing to escape.
    pub(super) fn key(&mut self, name: &'static str) -> &mut Self {
        self.next();
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self
    }

    /// The key of an object's next value, any text.
    pub(super) fn named(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.0.push(b':');
        self
    }

    pub(super) fn text(&mut self, text: &str) {
        self.next();
        self.0.push(b'"');
        let mut rest = text.as_bytes();
        loop {
            let (plain, behind) = rest.split_at(plain_length(rest));
            self.0.extend_from_slice(plain);
            let Some((byte, behind)) = behind.split_first() else {
                break;
            };
            self.escape(*byte);
            rest = behind;
        }
        self.0.push(b'"');
    }

    /// A text that has nothing to escape: digits of times and amounts.
    pub(super) fn plain(&mut self, text: &str) {
        self.next();
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
    }

    /// What is a text that has nothing to escape once it is put into words.
    pub(super) fn words(&mut self, words: impl Display) {
        self.next();
        self.0.push(b'"');
        self.display(format_args!("{words}"));
        self.0.push(b'"');
    }

    pub(super) fn number(&mut self, number: impl itoa::Integer) {
        self.next();
        self.0
            .extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    pub(super) fn truth(&mut self, truth: bool) {
        self.next();
        self.0
            .extend_from_slice(if truth { &b"true"[..] } else { &b"false"[..] });
    }

    pub(super) fn null(&mut self) {
        self.next();
        self.0.extend_from_slice(b"null");
    }

    /// An object; `members` writes keys and values.
    pub(super) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.enclosed(b'{', b'}', members);
    }

    /// A list of texts.
    pub(super) fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        self.list(texts, Json::text);
    }

    /// A list; `write` writes each item.
    pub(super) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, write: impl Fn(&mut Self, T)) {
        self.enclosed(b'[', b']', |json| {
            items.into_iter().for_each(|item| write(json, item));
        });
    }

    fn enclosed(&mut self, open: u8, close: u8, inner: impl FnOnce(&mut Self)) {
        self.next();
        self.0.push(open);
        inner(self);
        self.0.push(close);
    }

    /// The comma before what comes next, where there is one.
    fn next(&mut self) {
        if !matches!(self.0.last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(b',');
        }
    }

    fn display(&mut self, words: fmt::Arguments<'_>) {
        // Memory takes all that is written to it.
        let _ = self.0.write_fmt(words);
    }

    /// A byte that may not stand in a string as it is.
    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            _ => return self.display(format_args!("\\u{byte:04x}")),
        };
        self.0.extend_from_slice(&[b'\\', short]);
    }
}

/// How many bytes stand before the first one that a string may not hold as it is.
pub(super) fn plain_length(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    let specials = |word: &[u8; 8]| special_bytes(u64::from_le_bytes(*word));
    for (at, word) in words.iter().enumerate() {
        let found = specials(word);
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    // What is left are the last bytes of a word whose first ones have been looked at.
    match text.last_chunk() {
        Some(word) if specials(word) == 0 => text.len(),
        _ => words.len() * 8 + rest.iter().take_while(|byte| is_plain(**byte)).count(),
    }
}

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Each byte of a word with this value.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each of eight bytes that a string of JSON may not hold as it is, a quote, a backslash or a control
/// character; at least up to the first one, counted from the lowest byte.
fn special_bytes(word: u64) -> u64 {
    let is = |byte: u8| {
        let other = word ^ each(byte);
        other.wrapping_sub(each(1)) & !other
    };
    let control = word.wrapping_sub(each(0x20)) & !word;
    (is(b'"') | is(b'\\') | control) & each(0x80)
}
