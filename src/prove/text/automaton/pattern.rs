//! A regular expression, determinised as far as it is walked.

use super::Classes;
use crate::cel::pattern::{LARGEST_PROGRAM, translate};
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, Config, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::start;
use std::collections::HashMap;

/// Most states that are held.
const MOST_STATES: usize = 4096;

/// Largest memory of the lazy automaton behind it, in bytes.
const LARGEST_CACHE: usize = 1 << 20;

/// The pattern matches already.
const MATCHED: u32 = 0;

/// The pattern can match no more.
const DEAD: u32 = 1;

/// Not computed yet.
const UNKNOWN: u32 = u32::MAX;

/// The automaton of a pattern that may match anywhere in a string.
#[derive(Debug)]
pub(in crate::prove::text) struct Pattern {
    lazy: DFA,
    cache: Cache,
    classes: Classes,
    /// The number of classes.
    stride: usize,
    /// The lazy automaton's states; the first two stand for `MATCHED` and `DEAD`.
    states: Vec<LazyStateID>,
    numbers: HashMap<LazyStateID, u32>,
    /// For each state and class the next state, where it is known.
    table: Vec<u32>,
    /// For each state whether a string that ends there matches, where it is known.
    ends: Vec<Option<bool>>,
    start: u32,
}

impl Pattern {
    /// The automaton of a pattern in RE2's syntax; `None` where it has none that is exact or small enough.
    pub(super) fn new(pattern: &str) -> Option<Pattern> {
        let lazy = DFA::builder()
            .thompson(
                thompson::Config::new()
                    .nfa_size_limit(Some(LARGEST_PROGRAM))
                    .which_captures(thompson::WhichCaptures::None),
            )
            .configure(
                Config::new()
                    .cache_capacity(LARGEST_CACHE)
                    .skip_cache_capacity_check(true)
                    // States must keep their identity: a full memory is an error instead of a fresh start.
                    .minimum_cache_clear_count(Some(0)),
            )
            .build(&translate(pattern).ok()?)
            .ok()?;
        // Such a pattern might match the empty string within a character, where the matcher does not look.
        let program = lazy.get_nfa();
        if program.has_empty() && program.look_set_any().contains_word() {
            return None;
        }
        let mut cache = lazy.create_cache();
        let first = lazy.start_state(&mut cache, &start::Config::new()).ok()?;
        let mut classes = [0; 256];
        for byte in 0..=u8::MAX {
            classes[usize::from(byte)] = lazy.byte_classes().get(byte);
        }
        let stride = usize::from(classes.iter().copied().max()?) + 1;
        let mut pattern = Pattern {
            lazy,
            cache,
            classes,
            stride,
            states: vec![first; 2],
            numbers: HashMap::new(),
            table: vec![MATCHED; stride],
            ends: vec![Some(true), Some(false)],
            start: 0,
        };
        pattern.table.extend(std::iter::repeat_n(DEAD, stride));
        pattern.start = pattern.number(first)?;
        Some(pattern)
    }

    pub(super) fn start(&self) -> u32 {
        self.start
    }

    pub(super) fn step(&mut self, state: u32, byte: u8) -> Option<u32> {
        let row = usize::try_from(state).ok()?;
        let cell = row * self.stride + usize::from(self.classes[usize::from(byte)]);
        match *self.table.get(cell)? {
            UNKNOWN => {}
            known => return Some(known),
        }
        let from = *self.states.get(row)?;
        let to = self.lazy.next_state(&mut self.cache, from, byte).ok()?;
        let next = self.number(to)?;
        *self.table.get_mut(cell)? = next;
        Some(next)
    }

    pub(super) fn accepts(&mut self, state: u32) -> Option<bool> {
        let row = usize::try_from(state).ok()?;
        if let Some(known) = *self.ends.get(row)? {
            return Some(known);
        }
        let from = *self.states.get(row)?;
        let end = self.lazy.next_eoi_state(&mut self.cache, from).ok()?;
        *self.ends.get_mut(row)? = Some(end.is_match());
        Some(end.is_match())
    }

    pub(super) fn settled(&self, state: u32) -> Option<bool> {
        match state {
            MATCHED => Some(true),
            DEAD => Some(false),
            _ => None,
        }
    }

    pub(super) fn classes(&self) -> Classes {
        self.classes
    }

    /// The number of a state of the lazy automaton.
    fn number(&mut self, id: LazyStateID) -> Option<u32> {
        if id.is_match() {
            return Some(MATCHED);
        }
        if id.is_dead() {
            return Some(DEAD);
        }
        if let Some(number) = self.numbers.get(&id) {
            return Some(*number);
        }
        if id.is_quit() || id.is_unknown() || self.states.len() >= MOST_STATES {
            return None;
        }
        let number = u32::try_from(self.states.len()).ok()?;
        self.states.push(id);
        self.numbers.insert(id, number);
        self.table.extend(std::iter::repeat_n(UNKNOWN, self.stride));
        self.ends.push(None);
        Some(number)
    }
}
