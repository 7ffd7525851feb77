//! What a record tells beside its facts.

use super::cell::Cell;
use super::columns::Cells;
use super::fate::Past;
use super::mapping::{Mapping, Measure, Role};
use super::reading::{Unread, first};
use super::seed::seed_of;
use super::side::RecordedOrders;
use super::unit::Unit;
use crate::facts::Builtin;
use crate::quantity::Cost;
use crate::record::{Record, RecordedDecision, RecordedOutcome, Usage};
use std::borrow::Cow;
use std::time::Duration;

/// What a record tells beside its facts.
#[derive(Debug, Default)]
pub(super) struct Told<'l> {
    pub(super) seed: u64,
    pub(super) id: Option<Cow<'l, str>>,
    pub(super) orders: RecordedOrders<'l>,
    pub(super) decision: Option<RecordedDecision<'l>>,
    /// What became of it at the targets that it was sent to.
    pub(super) past: Past<'l>,
    /// How it ended.
    pub(super) outcome: Option<RecordedOutcome>,
    /// Where a foreign record went.
    pub(super) target: Option<String>,
    pub(super) input: Option<u64>,
    pub(super) output: Option<u64>,
    pub(super) cached: Option<u64>,
    pub(super) cache_write: u64,
    /// What was paid.
    pub(super) cost: Option<Cost>,
    /// How long the whole answer took, and how long its first content.
    pub(super) took: Option<Duration>,
    pub(super) first_token: Option<Duration>,
}

impl<'l> Told<'l> {
    /// A foreign record of these bytes, before its columns are read.
    pub(super) fn foreign(text: &[u8]) -> Self {
        Told {
            seed: seed_of(text),
            ..Told::default()
        }
    }

    /// What a record of ours tells; `line` is its text.
    pub(super) fn of(line: &[u8], record: &Record<'l>) -> Self {
        let usage = record.usage;
        Told {
            seed: record.seed.unwrap_or_else(|| seed_of(line)),
            id: record.id.clone(),
            orders: record.orders.clone(),
            decision: record.decision.clone(),
            past: Past::of(record),
            outcome: record.outcome,
            target: None,
            input: usage.map(|usage| usage.input),
            output: usage.map(|usage| usage.output),
            cached: usage.map(|usage| usage.cached),
            cache_write: usage.map_or(0, |usage| usage.cache_write),
            cost: record.cost_usd,
            took: None,
            first_token: None,
        }
    }

    /// Takes what is mapped and no fact. Without `input`, the usage's input is `tokens`.
    pub(super) fn measure(&mut self, mapping: &Mapping, cells: &Cells) -> Result<(), Unread> {
        let mut tokens = None;
        for entry in &mapping.entries {
            let Some(cell) = first(&entry.readings, cells)? else {
                continue;
            };
            match &entry.role {
                Role::Measure(measure) => self
                    .take(*measure, &cell)
                    .map_err(|reason| format!("`{}` {reason}", entry.role.name()))?,
                Role::Fact(name) if name == Builtin::Tokens.name() => tokens = cell.to_tokens().ok(),
                Role::Fact(name) if name == Builtin::Now.name() => self.past.ts = cell.to_moment(),
                Role::Fact(_) => {}
            }
        }
        self.input = self.input.or(tokens);
        Ok(())
    }

    fn take(&mut self, measure: Measure, cell: &Cell) -> Result<(), String> {
        match measure {
            Measure::Input => self.input = Some(cell.to_tokens()?),
            Measure::Output => self.output = Some(cell.to_tokens()?),
            Measure::Cached => self.cached = Some(cell.to_tokens()?),
            Measure::Target => self.target = Some(cell.to_target()?),
            Measure::Took => self.took = Some(cell.to_duration(Unit::Milliseconds)?),
            Measure::FirstToken => self.first_token = Some(cell.to_duration(Unit::Milliseconds)?),
            Measure::Unused => {}
        }
        Ok(())
    }

    /// The tokens that were charged, where input and output are known.
    pub(super) fn usage(&self) -> Option<Usage> {
        Some(Usage {
            input: self.input?,
            cached: self.cached.unwrap_or_default(),
            cache_write: self.cache_write,
            output: self.output?,
        })
    }
}
