//! Rules to bit vectors.

use super::super::build::Entry;
use super::super::need::{Member, Texts};
use super::facets::{Facet, Members, row_of_number, row_of_text};
use super::{Bits, MOST_FACETS, MOST_MEMBERS, MOST_ROWS, words};
use crate::facts::FactId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many rules are faster checked one by one.
const FEW: usize = 16;

impl Bits {
    /// The vectors of a part; `None` where it is small or no rule in it names a fact that has vectors.
    pub(in super::super) fn new(entries: &[Entry<'_>]) -> Option<Bits> {
        if entries.len() <= FEW {
            return None;
        }
        let mut rows = 0;
        let facets = facets(entries, &mut rows);
        let members = members(entries, &mut rows);
        if rows == 0 {
            return None;
        }
        let words = words(entries.len());
        let mut bits = Bits {
            rules: entries.iter().map(|entry| entry.rule).collect(),
            words,
            rows: vec![0; rows * words].into(),
            facets: Box::default(),
            members: Box::default(),
        };
        for facet in &facets {
            bits.fill(facet, entries);
        }
        for members in &members {
            for (at, entry) in entries.iter().enumerate() {
                bits.fill_members(members, entry, at);
            }
        }
        bits.facets = facets;
        bits.members = members;
        Some(bits)
    }

    fn fill(&mut self, facet: &Facet, entries: &[Entry<'_>]) {
        match facet {
            Facet::Text { slot, values, first } => {
                for (at, entry) in entries.iter().enumerate() {
                    let texts = entry.need.texts_of(*slot);
                    self.fill_text(facet, *first, values, texts, at);
                }
            }
            Facet::Number { fact, cuts, first } => {
                for (at, entry) in entries.iter().enumerate() {
                    let (low, high) = range(entry, *fact).unwrap_or((i64::MIN, i64::MAX));
                    for row in row_of_number(cuts, low)..=row_of_number(cuts, high) {
                        self.set(first + row, at);
                    }
                }
            }
        }
    }

    /// Sets a rule's bit in every row one of whose values it allows.
    fn fill_text(&mut self, facet: &Facet, first: usize, values: &[u32], texts: Option<&Texts>, at: usize) {
        match texts {
            Some(Texts::Among(allowed)) => {
                for value in allowed {
                    self.set(first + row_of_text(values, *value), at);
                }
            }
            // A row of several values is left to those that allow one of them.
            Some(Texts::Except(refused)) if values.len() < MOST_ROWS => {
                for row in 0..facet.rows() {
                    let value = row.checked_sub(1).and_then(|at| values.get(at));
                    if value.is_none_or(|value| refused.binary_search(value).is_err()) {
                        self.set(first + row, at);
                    }
                }
            }
            Some(Texts::Except(_)) | None => {
                for row in 0..facet.rows() {
                    self.set(first + row, at);
                }
            }
        }
    }

    fn fill_members(&mut self, members: &Members, entry: &Entry<'_>, at: usize) {
        for (value, wanted, row) in &members.rows {
            let asked = if *wanted {
                &entry.need.holds
            } else {
                &entry.need.lacks
            };
            if asked.binary_search(&(members.list, *value)).is_ok() {
                self.set(*row, at);
                if let Some(asking) = members.asking.filter(|_| *wanted) {
                    self.set(asking, at);
                }
            }
        }
    }

    fn set(&mut self, row: usize, at: usize) {
        if let Some(word) = self.rows.get_mut(row * self.words + at / 64) {
            *word |= 1 << (at % 64);
        }
    }
}

fn range(entry: &Entry<'_>, fact: FactId) -> Option<(i64, i64)> {
    let (_, low, high) = entry.need.numbers.iter().find(|(of, ..)| *of == fact)?;
    Some((*low, *high))
}

/// What a vector can stand for: a string fact that did not lead here, or an int fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Text(u8),
    Number(FactId),
}

/// The facts that most rules name.
fn facets(entries: &[Entry<'_>], rows: &mut usize) -> Box<[Facet]> {
    let mut counts: BTreeMap<Subject, usize> = BTreeMap::new();
    for entry in entries {
        let texts = entry.need.texts.iter().map(|(slot, _)| *slot);
        let texts = texts
            .filter(|slot| entry.used_texts & 1 << slot == 0)
            .map(Subject::Text);
        let numbers = entry.need.numbers.iter().map(|(fact, ..)| Subject::Number(*fact));
        for subject in texts.chain(numbers) {
            *counts.entry(subject).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(subject, count)| (Reverse(*count), *subject));
    let facets = counts.into_iter().take(MOST_FACETS).map(|(subject, _)| {
        let facet = match subject {
            Subject::Text(slot) => Facet::Text {
                slot,
                values: values(entries, slot),
                first: *rows,
            },
            Subject::Number(fact) => Facet::Number {
                fact,
                cuts: cuts(entries, fact),
                first: *rows,
            },
        };
        *rows += facet.rows();
        facet
    });
    facets.collect()
}

/// The values of a string fact that rules name, ascending.
fn values(entries: &[Entry<'_>], slot: u8) -> Box<[u32]> {
    let named = entries.iter().filter_map(|entry| entry.need.texts_of(slot));
    let mut values: Vec<u32> = named
        .flat_map(|texts| match texts {
            Texts::Among(values) | Texts::Except(values) => values.iter().copied(),
        })
        .collect();
    values.sort_unstable();
    values.dedup();
    values.into()
}

/// Where ranges of an int fact begin or have ended, ascending; of more than there are rows for, evenly many are left
/// out.
fn cuts(entries: &[Entry<'_>], fact: FactId) -> Box<[i64]> {
    let ranges = entries.iter().filter_map(|entry| range(entry, fact));
    let mut cuts: Vec<i64> = ranges
        .flat_map(|(low, high)| [Some(low), high.checked_add(1)])
        .flatten()
        .filter(|cut| *cut != i64::MIN)
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let step = cuts.len().div_ceil(MOST_ROWS - 1).max(1);
    cuts.into_iter().step_by(step).collect()
}

/// The literals of lists that most rules name, by list.
fn members(entries: &[Entry<'_>], rows: &mut usize) -> Box<[Members]> {
    let mut counts: BTreeMap<(Member, bool), usize> = BTreeMap::new();
    for entry in entries {
        for (members, wanted) in [(&entry.need.holds, true), (&entry.need.lacks, false)] {
            for member in members {
                *counts.entry((*member, wanted)).or_default() += 1;
            }
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(member, count)| (Reverse(*count), *member));
    let mut literals: BTreeMap<u8, Vec<(u32, bool)>> = BTreeMap::new();
    for (((list, value), wanted), _) in counts.into_iter().take(MOST_MEMBERS) {
        literals.entry(list).or_default().push((value, wanted));
    }
    let mut next = || {
        *rows += 1;
        *rows - 1
    };
    let of_list = |(list, literals): (u8, Vec<(u32, bool)>)| Members {
        list,
        asking: literals.iter().any(|(_, wanted)| *wanted).then(&mut next),
        rows: literals
            .into_iter()
            .map(|(value, wanted)| (value, wanted, next()))
            .collect(),
    };
    literals.into_iter().map(of_list).collect()
}
