//! Text on its way into HTML: names in traffic are whatever a client sent.

use std::fmt::Write;

/// A page that grows. What is not called raw is escaped.
#[derive(Clone, Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Text of any kind, safe between tags and within quoted attributes.
    pub(super) fn text(&mut self, text: &str) {
        self.0.push_str(&escaped(text));
    }

    /// A tag with text.
    pub(super) fn element(&mut self, tag: &str, text: &str) {
        let name = tag.split(' ').next().unwrap_or_default();
        let written = write!(self.0, "<{tag}>{}</{name}>", escaped(text));
        debug_assert!(written.is_ok(), "a string takes everything");
    }

    /// A row of a table; cells in columns that are `r` stand on the right.
    pub(super) fn row(&mut self, alignment: &str, cells: &[String]) {
        self.raw("<tr>");
        for (cell, side) in cells.iter().zip(alignment.chars()) {
            self.element(if side == 'r' { "td class=\"n\"" } else { "td" }, cell);
        }
        self.raw("</tr>\n");
    }

    /// The head of a table.
    pub(super) fn head(&mut self, alignment: &str, names: &[&str]) {
        self.raw("<thead><tr>");
        for (name, side) in names.iter().zip(alignment.chars()) {
            let class = if side == 'r' { " class=\"n\"" } else { "" };
            self.element(&format!("th scope=\"col\"{class}"), name);
        }
        self.raw("</tr></thead>\n");
    }

    /// The whole page.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Text that HTML takes for text, whatever it holds. Control characters, which HTML forbids, become blanks but for line
/// ends; so do the marks that turn the direction of writing, which could make one name look like another.
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            '\n' => shown.push('\n'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => shown.push(' '),
            character if character.is_control() => shown.push(' '),
            character => shown.push(character),
        }
    }
    shown
}

/// The text cut to at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes in base64, as of RFC 4648.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0_u32, |sum, at| {
            sum << 8 | u32::from(chunk.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            let digit = DIGITS.get((number >> (18 - 6 * at) & 63) as usize);
            let is_there = at <= chunk.len();
            text.push(digit.filter(|_| is_there).map_or('=', |digit| char::from(*digit)));
        }
    }
    text
}
