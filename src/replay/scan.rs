//! Lines as most logs have them, read in one pass: an object of plain texts, whole numbers and truths. What is written in
//! any other way (escapes, letters beyond ASCII, fractions where a value is wanted) is left to the thorough reader, which
//! also says what is wrong with a line; the two agree on every line that this one reads.

use super::cell::Cell;
use crate::record::{each, special_bytes};

/// Deepest nesting of values that nobody wants.
const DEEPEST: usize = 16;

/// Most digits of a whole number that fits into 64 bits, whatever the digits.
const MOST_DIGITS: usize = 18;

/// The text that is left to read.
pub(super) struct Scan<'l> {
    rest: &'l [u8],
}

impl<'l> Scan<'l> {
    /// Reads a whole line. `wanted` says which values are taken, by their keys: `take` gets these with what it said of the
    /// key. `None` where the line has to be read by another reader; what was taken until then does not count.
    pub(super) fn object<K>(
        line: &'l [u8],
        wanted: impl Fn(&[u8]) -> Option<K>,
        mut take: impl FnMut(K, Cell),
    ) -> Option<()> {
        let mut scan = Scan { rest: line };
        scan.expect(b'{')?;
        if !scan.next_is(b'}') {
            loop {
                let key = scan.text()?;
                scan.expect(b':')?;
                match wanted(key) {
                    Some(kind) => {
                        if let Some(cell) = scan.cell()? {
                            take(kind, cell);
                        }
                    }
                    None => scan.skip(DEEPEST)?,
                }
                if scan.next_is(b'}') {
                    break;
                }
                scan.expect(b',')?;
            }
        }
        scan.blanks();
        scan.rest.is_empty().then_some(())
    }

    fn blanks(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Takes this byte, blanks before it aside, where it is the next one.
    fn next_is(&mut self, byte: u8) -> bool {
        self.blanks();
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.next_is(byte).then_some(())
    }

    /// A text without escapes, of ASCII alone.
    fn text(&mut self) -> Option<&'l [u8]> {
        self.expect(b'"')?;
        let length = plain_length(self.rest);
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// A value that is wanted; `Some(None)` for `null`, which is absent.
    fn cell(&mut self) -> Option<Option<Cell>> {
        self.blanks();
        let cell = match self.rest.first()? {
            b'"' => Cell::Text(std::str::from_utf8(self.text()?).ok()?.to_owned()),
            b'0'..=b'9' => Cell::Uint(self.whole()?),
            b't' => {
                self.word(b"true")?;
                Cell::Bool(true)
            }
            b'f' => {
                self.word(b"false")?;
                Cell::Bool(false)
            }
            b'n' => return self.word(b"null").map(|()| None),
            _ => return None,
        };
        Some(Some(cell))
    }

    /// A whole number from 0 that is written without fraction, exponent or leading zeros.
    fn whole(&mut self) -> Option<u64> {
        let digits = self.digits();
        let is_plain = digits.len() <= MOST_DIGITS && (digits.len() == 1 || digits.first() != Some(&b'0'));
        if !is_plain || matches!(self.rest.first(), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        Some(
            digits
                .iter()
                .fold(0, |number, digit| number * 10 + u64::from(digit - b'0')),
        )
    }

    /// The digits that come next.
    fn digits(&mut self) -> &'l [u8] {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        digits
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    /// Passes over a value that nobody wants.
    fn skip(&mut self, depth: usize) -> Option<()> {
        self.blanks();
        match self.rest.first()? {
            b'"' => self.text().map(drop),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'[' => self.items(b'[', b']', |scan| scan.skip(depth.checked_sub(1)?)),
            b'{' => self.items(b'{', b'}', |scan| {
                scan.text()?;
                scan.expect(b':')?;
                scan.skip(depth.checked_sub(1)?)
            }),
            _ => None,
        }
    }

    /// What stands between two brackets, with commas between.
    fn items(&mut self, open: u8, close: u8, item: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
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

/// How many bytes stand before the first one that ends a text or is not plain: a quote, a backslash, a control character or
/// one beyond ASCII.
fn plain_length(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = (special_bytes(word) | word) & each(0x80);
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_plain = |byte: &&u8| (0x20..0x80).contains(*byte) && **byte != b'"' && **byte != b'\\';
    words.len() * 8 + rest.iter().take_while(is_plain).count()
}
