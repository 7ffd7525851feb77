//! JSON read in one pass, as most programs write it. What is written in any other way is left to a thorough reader, which
//! also says what is wrong with a line.

use super::json::plain_length;
use memchr::memmem::Finder;
use std::borrow::Cow;

/// Deepest nesting of values that are passed over.
const DEEPEST: usize = 16;

/// Most digits of a whole number that fits into 64 bits, whatever the digits.
const MOST_DIGITS: usize = 18;

/// A line, and what of it is left to read. Each method takes what it names, and gives `None` where something else stands
/// there: then the line has to be read by another reader.
pub(crate) struct Scan<'l> {
    line: &'l str,
    rest: &'l [u8],
}

impl<'l> Scan<'l> {
    /// A whole line; `None` where it is not UTF-8.
    pub(crate) fn new(line: &'l [u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        Some(Scan {
            line,
            rest: line.as_bytes(),
        })
    }

    /// The end of the line, blanks before it aside.
    pub(crate) fn end(&mut self) -> Option<()> {
        self.blanks();
        self.rest.is_empty().then_some(())
    }

    /// The byte that comes next.
    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Passes over blanks.
    #[inline]
    pub(crate) fn blanks(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Takes this byte, blanks before it aside, where it is the next one.
    #[inline]
    pub(crate) fn next_is(&mut self, byte: u8) -> bool {
        self.blanks();
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// This byte, blanks before it aside.
    #[inline]
    pub(crate) fn expect(&mut self, byte: u8) -> Option<()> {
        self.next_is(byte).then_some(())
    }

    /// Exactly these bytes. Their number is known where this is compiled, so that few loads compare them.
    #[inline]
    pub(crate) fn word<const LENGTH: usize>(&mut self, word: &[u8; LENGTH]) -> Option<()> {
        let (first, rest) = self.rest.split_first_chunk()?;
        (first == word).then(|| self.rest = rest)
    }

    /// A text without escapes.
    pub(crate) fn text(&mut self) -> Option<&'l str> {
        self.expect(b'"')?;
        let length = plain_length(self.rest);
        let (_, rest) = self.rest.split_at_checked(length)?;
        let start = self.line.len() - self.rest.len();
        self.rest = rest.strip_prefix(b"\"")?;
        self.line.get(start..start + length)
    }

    /// A text, borrowed where it has no escapes.
    pub(crate) fn string(&mut self) -> Option<Cow<'l, str>> {
        self.blanks();
        let start = self.line.len() - self.rest.len();
        if let Some(text) = self.text() {
            return Some(Cow::Borrowed(text));
        }
        self.rest = self.line.as_bytes().get(start..)?;
        let length = escaped_length(self.rest)?;
        let (_, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        let text = self.line.get(start..start + length)?;
        serde_json::from_str(text).ok().map(Cow::Owned)
    }

    /// True or false.
    pub(crate) fn truth(&mut self) -> Option<bool> {
        match self.word(b"true") {
            Some(()) => Some(true),
            None => self.word(b"false").map(|()| false),
        }
    }

    /// A whole number from 0 that is written without fraction, exponent or leading zeros.
    pub(crate) fn whole(&mut self) -> Option<u64> {
        let digits = self.digits();
        let is_plain = match digits {
            [] => false,
            [b'0', _, ..] => false,
            digits => digits.len() <= MOST_DIGITS,
        };
        if !is_plain || matches!(self.rest.first(), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        let digit = |byte: &u8| u64::from(byte - b'0');
        Some(
            digits
                .iter()
                .map(digit)
                .fold(0, |number, digit| number * 10 + digit),
        )
    }

    /// The digits that come next.
    fn digits(&mut self) -> &'l [u8] {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        digits
    }

    /// Passes over what stands before these bytes, whatever it is.
    pub(crate) fn pass_to(&mut self, bytes: &Finder<'_>) -> Option<()> {
        self.rest = self.rest.get(bytes.find(self.rest)?..)?;
        Some(())
    }

    /// Passes over a value.
    pub(crate) fn skip(&mut self) -> Option<()> {
        self.skip_at(DEEPEST)
    }

    fn skip_at(&mut self, depth: usize) -> Option<()> {
        self.blanks();
        match self.rest.first()? {
            b'"' => self.skip_string(),
            b'-' | b'0'..=b'9' => self.number(),
            b't' | b'f' => self.truth().map(drop),
            b'n' => self.word(b"null"),
            b'[' => self.items(b'[', b']', |scan| scan.skip_at(depth.checked_sub(1)?)),
            b'{' => self.items(b'{', b'}', |scan| {
                scan.string()?;
                scan.expect(b':')?;
                scan.skip_at(depth.checked_sub(1)?)
            }),
            _ => None,
        }
    }

    /// Passes over a text, whose escapes are looked at and not decoded: it may be long.
    fn skip_string(&mut self) -> Option<()> {
        let length = escaped_length(self.rest)?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        escapes_are_sound(text)?;
        self.rest = rest;
        Some(())
    }

    /// What stands between two brackets, with commas between.
    pub(crate) fn items(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.expect(open)?;
        if self.next_is(close) {
            return Some(());
        }
        loop {
            item(self)?;
            if self.next_is(close) {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    /// A number of any form.
    fn number(&mut self) -> Option<()> {
        self.rest = self.rest.strip_prefix(b"-").unwrap_or(self.rest);
        let whole = self.digits();
        if whole.is_empty() || (whole.len() > 1 && whole.first() == Some(&b'0')) {
            return None;
        }
        if let [b'.', rest @ ..] = self.rest {
            self.rest = rest;
            self.some_digits()?;
        }
        if let [b'e' | b'E', rest @ ..] = self.rest {
            self.rest = match rest {
                [b'+' | b'-', rest @ ..] => rest,
                rest => rest,
            };
            self.some_digits()?;
        }
        Some(())
    }

    fn some_digits(&mut self) -> Option<()> {
        (!self.digits().is_empty()).then_some(())
    }
}

/// That each escape of a text is one of JSON's.
fn escapes_are_sound(mut text: &[u8]) -> Option<()> {
    while let Some(at) = memchr::memchr(b'\\', text) {
        text = match text.get(at + 1..)? {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => rest,
            [b'u', rest @ ..] => {
                let (digits, rest) = rest.split_at_checked(4)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(rest)?
            }
            _ => return None,
        };
    }
    Some(())
}

/// How many bytes the text has that begins here, its quotes included, whatever its escapes.
fn escaped_length(text: &[u8]) -> Option<usize> {
    let mut length = 1;
    loop {
        length += plain_length(text.get(length..)?);
        match text.get(length)? {
            b'"' => return Some(length + 1),
            b'\\' => length += 2,
            _ => return None,
        }
    }
}
