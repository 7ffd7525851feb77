//! What a rule needs, as a row of small checks: no strings, no pointers.

use super::need::{Need, Texts};
use super::request::Request;
use crate::facts::FactId;

/// One thing that a request must fulfil.
#[derive(Clone, Copy, Debug)]
enum Check {
    /// A string fact has this value.
    Is { slot: u8, value: u32 },
    /// A string fact has one of the values of a part of the table, or none of them.
    Among {
        slot: u8,
        wanted: bool,
        first: u32,
        end: u32,
    },
    /// An int fact lies between these, both included.
    Within { fact: FactId, low: i64, high: i64 },
    /// A list holds a literal, or does not.
    Member { list: u8, wanted: bool, value: u32 },
}

/// How one rule is checked.
#[derive(Clone, Copy, Debug)]
struct Rule {
    first: u32,
    end: u32,
    outcome: Checked,
}

/// What the checks of a rule say of its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// It does not hold.
    Fails,
    /// It holds.
    Holds,
    /// It may hold: it has to be evaluated.
    Open,
}

/// The checks of all rules.
#[derive(Debug, Default)]
pub(super) struct Checks {
    rules: Vec<Rule>,
    checks: Vec<Check>,
    values: Vec<u32>,
}

impl Checks {
    /// Adds what the next rule needs.
    pub(super) fn add(&mut self, need: &Need) {
        let first = self.checks.len() as u32;
        if !need.never {
            self.add_checks(need);
        }
        let outcome = match (need.never, need.exact) {
            (true, _) => Checked::Fails,
            (false, true) => Checked::Holds,
            (false, false) => Checked::Open,
        };
        self.rules.push(Rule {
            first,
            end: self.checks.len() as u32,
            outcome,
        });
    }

    fn add_checks(&mut self, need: &Need) {
        for (slot, texts) in &need.texts {
            let check = match texts {
                Texts::Among(values) if values.len() == 1 => Check::Is {
                    slot: *slot,
                    value: values.first().copied().unwrap_or_default(),
                },
                Texts::Among(values) => self.among(*slot, true, values),
                Texts::Except(values) => self.among(*slot, false, values),
            };
            self.checks.push(check);
        }
        let numbers = need.numbers.iter().copied();
        self.checks
            .extend(numbers.map(|(fact, low, high)| Check::Within { fact, low, high }));
        for (members, wanted) in [(&need.holds, true), (&need.lacks, false)] {
            let members = members.iter().copied();
            self.checks
                .extend(members.map(|(list, value)| Check::Member { list, wanted, value }));
        }
    }

    fn among(&mut self, slot: u8, wanted: bool, values: &[u32]) -> Check {
        let first = self.values.len() as u32;
        self.values.extend_from_slice(values);
        Check::Among {
            slot,
            wanted,
            first,
            end: self.values.len() as u32,
        }
    }

    /// What a rule's checks say of a request.
    #[inline]
    pub(super) fn of(&self, rule: u32, request: &Request<'_>) -> Checked {
        let Some(rule) = self.rules.get(rule as usize) else {
            return Checked::Fails;
        };
        let checks = self.checks.get(rule.first as usize..rule.end as usize);
        let fulfilled = |check| self.fulfilled(check, request);
        if checks.unwrap_or_default().iter().all(fulfilled) {
            rule.outcome
        } else {
            Checked::Fails
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.rules) + size_of_val(&*self.checks) + size_of_val(&*self.values)
    }

    #[inline]
    fn fulfilled(&self, check: &Check, request: &Request<'_>) -> bool {
        match *check {
            Check::Is { slot, value } => request.text(slot) == value,
            Check::Among {
                slot,
                wanted,
                first,
                end,
            } => {
                let values = self.values.get(first as usize..end as usize).unwrap_or_default();
                values.binary_search(&request.text(slot)).is_ok() == wanted
            }
            Check::Within { fact, low, high } => (low..=high).contains(&request.number(fact)),
            Check::Member { list, wanted, value } => request.members(list).hold(value) == wanted,
        }
    }
}
