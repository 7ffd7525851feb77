//! Literal parts with anything between them: whole strings, prefixes, suffixes, substrings and globs.

use super::{Classes, named_classes};

/// The first part stands at the start, the last one at the end, the others in their order between them, each found
/// at its earliest place, as Knuth, Morris and Pratt do it.
#[derive(Debug)]
pub(in crate::prove::text) struct Segments {
    /// A state for each byte of each part and one behind each part, part after part.
    states: Vec<State>,
}

/// One state: so much of a part is read.
#[derive(Debug)]
struct State {
    /// The byte that leads to the next state; `None` behind the part.
    next: Option<u8>,
    /// Where to go on when another byte is read; `None` in the first part, which cannot begin anew.
    otherwise: Option<u32>,
    /// Whether this is the start of a part.
    is_start: bool,
}

/// No string is left that could fit.
const DEAD: u32 = u32::MAX;

impl Segments {
    /// The automaton of at least one part; empty parts in the middle ask for nothing.
    pub(super) fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Segments {
        let mut parts: Vec<&str> = parts.into_iter().collect();
        let last = parts.len().saturating_sub(1);
        let mut place = 0;
        parts.retain(|part| {
            let kept = !part.is_empty() || place == 0 || place == last;
            place += 1;
            kept
        });
        let mut segments = Segments { states: Vec::new() };
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.into_iter().enumerate() {
            segments.push(part.as_bytes(), index > 0, index == last);
        }
        segments
    }

    /// Adds a part. A part that is not the last has no state behind it: there the next part begins.
    fn push(&mut self, part: &[u8], is_searched: bool, is_last: bool) {
        let base = u32::try_from(self.states.len()).unwrap_or(DEAD);
        let borders = borders(part);
        let length = part.len() + usize::from(is_last);
        for read in 0..length {
            let border = borders.get(read).copied().unwrap_or(0);
            self.states.push(State {
                next: part.get(read).copied(),
                otherwise: is_searched.then_some(base + border),
                is_start: read == 0,
            });
        }
    }

    pub(super) fn start(&self) -> u32 {
        0
    }

    pub(super) fn step(&self, state: u32, byte: u8) -> u32 {
        let mut at = state;
        while let Some(here) = self.get(at) {
            if here.next == Some(byte) {
                return at + 1;
            }
            match here.otherwise {
                None => return DEAD,
                Some(_) if here.is_start => return at,
                Some(border) => at = border,
            }
        }
        DEAD
    }

    pub(super) fn accepts(&self, state: u32) -> bool {
        self.get(state).is_some_and(|here| here.next.is_none())
    }

    pub(super) fn settled(&self, state: u32) -> Option<bool> {
        match self.get(state) {
            None => Some(false),
            Some(here) => (here.next.is_none() && here.is_start && here.otherwise.is_some()).then_some(true),
        }
    }

    pub(super) fn classes(&self) -> Classes {
        named_classes(self.states.iter().filter_map(|state| state.next))
    }

    fn get(&self, state: u32) -> Option<&State> {
        self.states.get(usize::try_from(state).ok()?)
    }
}

/// For each number of bytes read, the length of the longest proper prefix of the part that they end with.
fn borders(part: &[u8]) -> Vec<u32> {
    let mut borders = vec![0u32; part.len() + 1];
    let mut border = 0usize;
    for read in 1..part.len() {
        while border > 0 && part[read] != part[border] {
            border = borders[border] as usize;
        }
        if part[read] == part[border] {
            border += 1;
        }
        borders[read + 1] = u32::try_from(border).unwrap_or(0);
    }
    borders
}
