//! The search for a string: breadth first through what all parts say of its bytes, short and plain strings first.

use super::alphabet::letters;
use super::part::{Part, Step};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// How a search ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// These bytes pass.
    Found(Vec<u8>),
    /// No string passes, by these tests alone.
    Exhausted(Vec<usize>),
    /// A bound was hit.
    Full,
}

/// Looks for a string that all parts let pass, among at most so many states.
pub(super) fn search(mut parts: Vec<Part<'_>>, most_states: usize) -> Outcome {
    let (letters, is_ascii_enough) = letters(&parts);
    if !is_ascii_enough {
        parts.push(Part::Utf8);
    }
    let mut search = Search {
        parts,
        most_states,
        states: Vec::new(),
        seen: HashMap::new(),
        near: VecDeque::new(),
        far: Default::default(),
        blamed: BTreeSet::new(),
    };
    search.run(&letters).unwrap_or(Outcome::Full)
}

/// A state that was reached.
struct Reached {
    /// The states of all parts.
    states: Box<[u32]>,
    /// The state that it was reached from, and the byte; `None` at the start.
    from: Option<(usize, u8)>,
}

struct Search<'a> {
    parts: Vec<Part<'a>>,
    most_states: usize,
    states: Vec<Reached>,
    /// The states that were met: 0 where they were reached, else how badly the byte before them reads.
    seen: HashMap<Box<[u32]>, usize>,
    /// Reached, not left yet.
    near: VecDeque<usize>,
    /// Met behind a byte that reads badly, or worse: reached only when nothing else is left.
    far: [VecDeque<Reached>; 2],
    blamed: BTreeSet<usize>,
}

/// Whether a state ends a string that passes; `None` where a bound was hit.
type Ends = Option<bool>;

impl Search<'_> {
    /// `None` where a bound was hit.
    fn run(&mut self, letters: &[super::alphabet::Letter]) -> Option<Outcome> {
        let states: Box<[u32]> = self.parts.iter().map(Part::start).collect();
        self.seen.insert(states.clone(), 0);
        if self.reach(Reached { states, from: None })? {
            return Some(self.found());
        }
        loop {
            while let Some(at) = self.near.pop_front() {
                for letter in letters {
                    let Some(next) = self.step(at, letter.byte)? else {
                        continue;
                    };
                    if !self.meet(&next, letter.strangeness)? {
                        continue;
                    }
                    let reached = Reached {
                        states: next,
                        from: Some((at, letter.byte)),
                    };
                    let far = letter
                        .strangeness
                        .checked_sub(1)
                        .and_then(|level| self.far.get_mut(level));
                    if let Some(far) = far {
                        far.push_back(reached);
                    } else if self.reach(reached)? {
                        return Some(self.found());
                    }
                }
            }
            let Some(reached) = self.far.iter_mut().find_map(VecDeque::pop_front) else {
                break;
            };
            if self.meet(&reached.states, 0)? && self.reach(reached)? {
                return Some(self.found());
            }
        }
        Some(Outcome::Exhausted(self.blamed.iter().copied().collect()))
    }

    /// Notes that a state was met behind a byte that reads so badly; whether it was not met behind one as good.
    /// `None` where there are too many states.
    fn meet(&mut self, states: &[u32], strangeness: usize) -> Option<bool> {
        if let Some(known) = self.seen.get_mut(states) {
            let is_better = strangeness < *known;
            *known = strangeness.min(*known);
            return Some(is_better);
        }
        if self.seen.len() >= self.most_states {
            return None;
        }
        self.seen.insert(states.into(), strangeness);
        Some(true)
    }

    /// Where a byte leads; `Some(None)` where to no string that could pass.
    fn step(&mut self, at: usize, byte: u8) -> Option<Option<Box<[u32]>>> {
        let from = self.states.get(at)?;
        let mut next = Vec::with_capacity(self.parts.len());
        for (part, state) in self.parts.iter_mut().zip(&from.states) {
            match part.step(*state, byte) {
                Step::To(state) => next.push(state),
                Step::Nowhere(None) => return Some(None),
                Step::Nowhere(Some(index)) => {
                    self.blamed.insert(index);
                    return Some(None);
                }
                Step::Full => return None,
            }
        }
        Some(Some(next.into()))
    }

    /// Takes a state in; true where a string that ends there passes. Otherwise one test that stands in the way is
    /// blamed: none where one of them was blamed before.
    fn reach(&mut self, reached: Reached) -> Ends {
        let mut first = None;
        let mut is_known = false;
        for (part, state) in self.parts.iter_mut().zip(&reached.states) {
            let blamed = &self.blamed;
            let is_exact = part.end(*state, |misfit| {
                is_known |= misfit.is_none_or(|index| blamed.contains(&index));
                first = first.or(misfit);
            });
            if !is_exact {
                return None;
            }
        }
        self.near.push_back(self.states.len());
        self.states.push(reached);
        if !is_known {
            match first {
                None => return Some(true),
                Some(index) => {
                    self.blamed.insert(index);
                }
            }
        }
        Some(false)
    }

    /// The string that ends in the state reached last.
    fn found(&self) -> Outcome {
        let mut bytes = Vec::new();
        let mut last = self.states.last();
        while let Some((from, byte)) = last.and_then(|reached| reached.from) {
            bytes.push(byte);
            last = self.states.get(from);
        }
        bytes.reverse();
        Outcome::Found(bytes)
    }
}
