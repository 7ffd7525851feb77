//! What a record tells beside its facts.

use super::columns::Cells;
use super::fate::Past;
use super::mapping::{Mapping, Measure, Origin, Role};
use super::seed::seed_of;
use super::side::RecordedOrders;
use crate::facts::Builtin;
use crate::quantity::Cost;
use crate::record::{Record, RecordedDecision, RecordedOutcome, Usage};
use std::borrow::Cow;

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
        }
    }

    /// Takes what is mapped and no fact. Without `input`, the usage's input is `tokens`.
    pub(super) fn measure(&mut self, mapping: &Mapping, cells: &Cells) -> Result<(), String> {
        let mut tokens = None;
        for ((role, origin), cell) in mapping.entries.iter().zip(cells) {
            let cell = match origin {
                Origin::Constant(cell) => Some(cell),
                Origin::Column(_) => cell.as_ref(),
            };
            let Some(cell) = cell else { continue };
            let read = match role {
                Role::Measure(Measure::Input) => cell.to_tokens().map(|input| self.input = Some(input)),
                Role::Measure(Measure::Output) => cell.to_tokens().map(|output| self.output = Some(output)),
                Role::Measure(Measure::Cached) => cell.to_tokens().map(|cached| self.cached = Some(cached)),
                Role::Measure(Measure::Target) => cell.to_target().map(|target| self.target = Some(target)),
                Role::Fact(name) if name == Builtin::Tokens.name() => {
                    tokens = cell.to_tokens().ok();
                    Ok(())
                }
                Role::Fact(name) if name == Builtin::Now.name() => {
                    self.past.ts = cell.to_moment();
                    Ok(())
                }
                Role::Measure(Measure::Unused) | Role::Fact(_) => Ok(()),
            };
            read.map_err(|reason| format!("`{}` {reason}", role.name()))?;
        }
        self.input = self.input.or(tokens);
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
