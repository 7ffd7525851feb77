//! Strings of a policy, numbered, and looked up by a request's strings without allocating.
//!
//! A hash table with open addressing whose slots hold a part of the hash beside the number, so that a string which is
//! not known is told by one read. The hash is fast and not keyed: whoever sends requests cannot make it slow, for what
//! the table holds comes from the policy alone.

/// Strings numbered from 1 in ascending order; 0 stands for every other string.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    texts: Box<[Box<str>]>,
    /// The upper half of a text's hash, and its number in the lower half; 0 is a free slot. Their count is a power of
    /// two, and half of them are free.
    slots: Box<[u64]>,
    longest: usize,
}

const LOWER_HALF: u64 = 0xffff_ffff;

impl Names {
    /// Numbers these strings; one that comes again counts once.
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Names {
        let mut texts: Vec<&str> = texts.collect();
        texts.sort_unstable();
        texts.dedup();
        let texts: Box<[Box<str>]> = texts.into_iter().map(Box::from).collect();
        let mut slots = vec![0; (texts.len() * 2).next_power_of_two()];
        for (number, text) in (1u64..).zip(texts.iter()) {
            let hash = hash(text);
            let mut at = place(hash, slots.len());
            while slots.get(at).is_some_and(|slot| *slot != 0) {
                at = next(at, slots.len());
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = (hash & !LOWER_HALF) | number;
            }
        }
        Names {
            longest: texts.iter().map(|text| text.len()).max().unwrap_or(0),
            texts,
            slots: slots.into(),
        }
    }

    /// The number of a string; 0 where it is none of these.
    pub(super) fn find(&self, text: &str) -> u32 {
        if text.len() > self.longest {
            return 0;
        }
        let hash = hash(text);
        let mut at = place(hash, self.slots.len());
        loop {
            match self.slots.get(at) {
                None | Some(0) => return 0,
                Some(slot) if (slot ^ hash) & !LOWER_HALF == 0 => {
                    let number = (slot & LOWER_HALF) as u32;
                    if self.text(number) == Some(text) {
                        return number;
                    }
                }
                Some(_) => {}
            }
            at = next(at, self.slots.len());
        }
    }

    /// The string of a number.
    pub(super) fn text(&self, number: u32) -> Option<&str> {
        let at = (number as usize).checked_sub(1)?;
        self.texts.get(at).map(|text| &**text)
    }

    /// All strings, ascending.
    pub(super) fn texts(&self) -> &[Box<str>] {
        &self.texts
    }
}

/// Where a hash is looked for first.
fn place(hash: u64, slots: usize) -> usize {
    (hash as usize) & slots.wrapping_sub(1)
}

fn next(at: usize, slots: usize) -> usize {
    (at + 1) & (slots - 1)
}

/// A hash of a string's bytes, eight at a time, each folded in by a multiplication to 128 bits. The last eight may have
/// been among those before; of a shorter string the halves, or the first, the middle and the last byte, make a word.
fn hash(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = fold(bytes.len() as u64);
    let Some(last) = bytes.last_chunk::<8>() else {
        return fold(hash ^ short(bytes));
    };
    for chunk in bytes.as_chunks::<8>().0 {
        hash = fold(hash ^ u64::from_le_bytes(*chunk));
    }
    fold(hash ^ u64::from_le_bytes(*last))
}

/// The bytes of a string of less than eight as a word.
fn short(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
    }
    let byte = |at: usize| bytes.get(at).copied().map_or(0, u64::from);
    byte(0) << 16 | byte(bytes.len() / 2) << 8 | byte(bytes.len().saturating_sub(1))
}

fn fold(word: u64) -> u64 {
    let product = u128::from(word ^ 0x2d35_8dcc_aa6c_78a5) * 0x9e37_79b9_7f4a_7c15;
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests;
