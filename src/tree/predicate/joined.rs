//! Strings put together, compared byte by byte as they come: none is built. Bytes of UTF-8 are in the order of the
//! code points that they stand for.

use super::{Number, Relation, Scope, Text, Truth};
use std::cmp::Ordering;

/// Most digits of an int, its sign included.
const MOST_DIGITS: usize = 20;

/// A part of a string.
#[derive(Debug)]
pub(in crate::tree) enum Piece {
    Text(Text),
    /// `string(…)` of an int.
    Number(Number),
    /// `string(…)` of a bool.
    Truth(Truth),
}

/// A string in parts.
pub(in crate::tree) type Pieces = Box<[Piece]>;

impl Piece {
    fn bytes<'a>(&'a self, scope: &Scope<'a>) -> Bytes<'a> {
        match self {
            Piece::Text(text) => Bytes::Text(text.get(scope).as_bytes().iter()),
            Piece::Number(number) => Bytes::Digits(Digits::of(number.get(scope))),
            Piece::Truth(truth) => {
                let word: &'static str = if truth.holds(scope) { "true" } else { "false" };
                Bytes::Text(word.as_bytes().iter())
            }
        }
    }
}

/// Whether a relation holds of two strings in pieces.
pub(super) fn holds<'a>(relation: Relation, pair: &'a (Pieces, Pieces), scope: &Scope<'a>) -> bool {
    let bytes = |pieces: &'a [Piece]| pieces.iter().flat_map(|piece| piece.bytes(scope));
    let ordering = bytes(&pair.0).cmp(bytes(&pair.1));
    relation.holds(&ordering, &Ordering::Equal)
}

enum Bytes<'a> {
    Text(std::slice::Iter<'a, u8>),
    Digits(Digits),
}

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        match self {
            Bytes::Text(bytes) => bytes.next().copied(),
            Bytes::Digits(digits) => digits.next(),
        }
    }
}

/// The decimal digits of an int.
struct Digits {
    buffer: [u8; MOST_DIGITS],
    next: usize,
}

impl Digits {
    fn of(number: i64) -> Digits {
        let mut digits = Digits {
            buffer: [b'0'; MOST_DIGITS],
            next: MOST_DIGITS,
        };
        let mut rest = number.unsigned_abs();
        loop {
            digits.put(b'0' + u8::try_from(rest % 10).unwrap_or_default());
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            digits.put(b'-');
        }
        digits
    }

    fn put(&mut self, byte: u8) {
        self.next = self.next.saturating_sub(1);
        if let Some(place) = self.buffer.get_mut(self.next) {
            *place = byte;
        }
    }
}

impl Iterator for Digits {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let byte = self.buffer.get(self.next).copied();
        self.next += 1;
        byte
    }
}
