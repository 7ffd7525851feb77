//! A set of whole strings, walked as a trie that is never built: a state is a run of the sorted strings that share
//! what was read.

use super::{Classes, named_classes};
use std::collections::HashMap;
use std::sync::Arc;

/// Most states that are held.
const MOST_STATES: usize = 1 << 16;

/// No string of the set begins with what was read.
const DEAD: u32 = 0;

/// The strings from `from` up to `to` share their first `depth` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Run {
    from: usize,
    to: usize,
    depth: usize,
}

/// The automaton of a set of strings.
#[derive(Debug)]
pub(in crate::prove::text) struct Words {
    texts: Arc<[String]>,
    classes: Classes,
    runs: Vec<Run>,
    numbers: HashMap<Run, u32>,
}

impl Words {
    /// The automaton of strings in byte order, none twice.
    pub(in crate::prove::text) fn new(texts: Arc<[String]>) -> Words {
        let whole = Run {
            from: 0,
            to: texts.len(),
            depth: 0,
        };
        let none = Run { to: 0, ..whole };
        Words {
            classes: named_classes(texts.iter().flat_map(|text| text.bytes())),
            runs: vec![none, whole],
            numbers: HashMap::from([(whole, 1)]),
            texts,
        }
    }

    pub(in crate::prove::text) fn start(&self) -> u32 {
        1
    }

    pub(in crate::prove::text) fn step(&mut self, state: u32, byte: u8) -> Option<u32> {
        if state == DEAD {
            return Some(DEAD);
        }
        let run = *self.runs.get(usize::try_from(state).ok()?)?;
        let texts = self.texts.get(run.from..run.to)?;
        let at = |text: &String| text.as_bytes().get(run.depth).copied();
        let from = texts.partition_point(|text| at(text) < Some(byte));
        let to = texts.partition_point(|text| at(text) <= Some(byte));
        if from == to {
            return Some(DEAD);
        }
        self.number(Run {
            from: run.from + from,
            to: run.from + to,
            depth: run.depth + 1,
        })
    }

    fn number(&mut self, run: Run) -> Option<u32> {
        if let Some(number) = self.numbers.get(&run) {
            return Some(*number);
        }
        if self.runs.len() >= MOST_STATES {
            return None;
        }
        let number = u32::try_from(self.runs.len()).ok()?;
        self.runs.push(run);
        self.numbers.insert(run, number);
        Some(number)
    }

    /// The place in the set of the string that ends in this state.
    pub(in crate::prove::text) fn word(&self, state: u32) -> Option<usize> {
        let run = self.runs.get(usize::try_from(state).ok()?)?;
        let first = self.texts.get(run.from..run.to)?.first()?;
        (first.len() == run.depth).then_some(run.from)
    }

    pub(in crate::prove::text) fn accepts(&self, state: u32) -> bool {
        self.word(state).is_some()
    }

    pub(in crate::prove::text) fn settled(&self, state: u32) -> Option<bool> {
        (state == DEAD).then_some(false)
    }

    pub(in crate::prove::text) fn classes(&self) -> Classes {
        self.classes
    }
}
