//! The bytes that a search has to try: one of each kind, those that read well first.

use super::part::Part;

/// A byte to try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub(super) byte: u8,
    /// How badly it reads: letters, digits and common marks 0, what is beyond ASCII 1, control characters 2.
    pub(super) strangeness: usize,
}

/// Bytes that read well, the better ones first.
const PLAIN: &[u8; 92] =
    b"xabcdefghijklmnopqrstuvwyz0123456789-_.ABCDEFGHIJKLMNOPQRSTUVWXYZ/:@+, !#$%&'()*;<=>?[]^{|}~";

/// One byte for each set of bytes that no part tells apart, in order of readability; and whether only ASCII needs to
/// be tried, since to all parts a character beyond it is as some ASCII character.
pub(super) fn letters(parts: &[Part<'_>]) -> (Vec<Letter>, bool) {
    let (joint, count) = joined(parts);
    let beyond = joint[0x80];
    let is_ascii_enough = parts.iter().all(Part::is_literal)
        && joint[0x80..].iter().all(|class| *class == beyond)
        && joint[..0x80].contains(&beyond);
    let (joint, count) = if is_ascii_enough {
        (joint, count)
    } else {
        refined(&joint, count, &Part::Utf8.classes())
    };
    let mut taken = vec![false; count];
    let letters = by_readability().filter(|letter| {
        let class = usize::from(joint[usize::from(letter.byte)]);
        taken
            .get_mut(class)
            .is_some_and(|taken| !std::mem::replace(taken, true))
    });
    (letters.collect(), is_ascii_enough)
}

/// The sets of bytes that no part tells apart, as a class for each byte, and their number.
fn joined(parts: &[Part<'_>]) -> ([u16; 256], usize) {
    parts.iter().fold(([0; 256], 1), |(joint, count), part| {
        refined(&joint, count, &part.classes())
    })
}

fn refined(joint: &[u16; 256], count: usize, classes: &[u8; 256]) -> ([u16; 256], usize) {
    let width = usize::from(classes.iter().copied().max().unwrap_or(0)) + 1;
    let mut numbers = vec![u16::MAX; count * width];
    let mut refined = [0; 256];
    let mut last = 0u16;
    for byte in 0..256 {
        let number = &mut numbers[usize::from(joint[byte]) * width + usize::from(classes[byte])];
        if *number == u16::MAX {
            *number = last;
            last += 1;
        }
        refined[byte] = *number;
    }
    (refined, usize::from(last))
}

/// All bytes: the plain ones, then those beyond ASCII, first the ones that make an `é`, then the others.
fn by_readability() -> impl Iterator<Item = Letter> {
    let letter = |strangeness| move |byte| Letter { byte, strangeness };
    let plain = PLAIN.iter().copied().chain(b' '..=b'~').map(letter(0));
    let beyond = [0xC3, 0xA9].into_iter().chain(0x80..=0xFF).map(letter(1));
    let control = (0x00..=0x1F).chain([0x7F]).map(letter(2));
    plain.chain(beyond).chain(control)
}
