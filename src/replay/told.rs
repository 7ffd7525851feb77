//! What a record tells beside its facts.

use super::as_recorded::Comparison;
use super::cell::{Cell, MOST_TOKENS};
use super::fate::Past;
use super::history::{Answer, size};
use super::mapping::{Mapping, Measure, Telling};
use super::outcome::Outcome;
use super::reading::{Line, Plain, Unread, first, plain};
use super::seed::seed_of;
use super::side::{RecordedOrders, Side};
use super::unit::Unit;
use crate::facts::{Builtin, Facts};
use crate::quantity::Cost;
use crate::record::{Record, RecordedDecision, RecordedOutcome, RecordedPropensity, Usage};
use std::borrow::Cow;
use std::time::Duration;

/// What a record tells beside its facts.
#[derive(Debug, Default)]
pub(super) struct Told<'l> {
    pub(super) seed: u64,
    pub(super) id: Option<Cow<'l, str>>,
    pub(super) orders: RecordedOrders<'l>,
    pub(super) decision: Option<RecordedDecision<'l>>,
    /// The hash of the policy that decided.
    pub(super) policy: Option<Cow<'l, str>>,
    /// With what probability its draws led to the first target.
    pub(super) propensity: RecordedPropensity<'l>,
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
    /// What the conditions made of the prompt, where a column holds it.
    pub(super) prompted: Option<Vec<Comparison<'l>>>,
    /// What stands in the column of each outcome that is asked for, in parts.
    pub(super) in_columns: Vec<Option<i64>>,
}

impl<'l> Told<'l> {
    /// Forgets what columns told, for the next foreign record, which has this seed. What columns never tell stays empty.
    pub(super) fn renew(&mut self, seed: u64) {
        self.seed = seed;
        self.past.ts = None;
        (self.input, self.output, self.cached) = (None, None, None);
        (self.took, self.first_token) = (None, None);
        self.target = None;
        self.propensity.taken = None;
        self.orders.clear();
        self.prompted = None;
    }

    /// What a record of ours tells; `line` is its text.
    pub(super) fn of(line: &[u8], record: Record<'l>) -> Self {
        let usage = record.usage;
        let mut attempts = record.attempts.iter().rev();
        let last = attempts.find(|attempt| !attempt.cancelled);
        let answer = last.filter(|last| last.class.is_none());
        let took = answer.and_then(|answer| answer.ms).map(Duration::from_millis);
        let first_token = answer
            .and_then(|answer| answer.first_token_ms)
            .map(Duration::from_millis);
        Told {
            seed: record.seed.unwrap_or_else(|| seed_of(line)),
            id: record.id,
            orders: record.orders,
            decision: record.decision,
            policy: record.policy,
            propensity: record.propensity,
            past: Past::of(
                record.ts,
                record.attempts,
                record.passed_over,
                record.hold_exceeded,
                record.outcome == Some(RecordedOutcome::Denied),
            ),
            outcome: record.outcome,
            target: None,
            input: usage.map(|usage| usage.input),
            output: usage.map(|usage| usage.output),
            cached: usage.map(|usage| usage.cached),
            cache_write: usage.map_or(0, |usage| usage.cache_write),
            cost: record.cost_usd,
            took,
            first_token,
            prompted: None,
            in_columns: Vec::new(),
        }
    }

    /// Who answered, by the policy's name, if anybody is known to have.
    pub(super) fn answered<'n>(&'n self, side: &'n Side<'_>) -> Option<&'n str> {
        match &self.target {
            Some(target) => Some(side.named(target)),
            None => self.past.answered(),
        }
    }

    /// Where the request was sent first, by the policy's name, if that is known.
    pub(super) fn first_target<'n>(&'n self, side: &'n Side<'_>) -> Option<&'n str> {
        match (&self.target, &self.decision) {
            (Some(target), _) => Some(side.named(target)),
            (None, Some(decision)) => decision.targets.first().map(AsRef::as_ref),
            (None, None) => None,
        }
    }

    /// The size of its prompt, as the policy sees it: what a target counts depends on the target.
    pub(super) fn prompt_size(&self, facts: &Facts) -> u8 {
        let tokens = u64::try_from(facts.int(Builtin::Tokens.into())).unwrap_or_default();
        size(if tokens > 0 {
            tokens
        } else {
            self.input.unwrap_or_default()
        })
    }

    /// Takes what stands in the columns of outcomes.
    pub(super) fn measure_outcomes(&mut self, outcomes: &[Outcome], line: &impl Line) -> Result<(), Unread> {
        let numbers = outcomes.iter().map(|outcome| outcome.in_column(line));
        self.in_columns = numbers.collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Who gave a whole answer, and what it was like.
    pub(super) fn answer<'n>(&'n self, side: &'n Side<'_>) -> Option<(&'n str, Answer)> {
        let is_whole = self.outcome.is_none_or(|outcome| outcome == RecordedOutcome::Ok);
        let target = self.answered(side).filter(|_| is_whole)?;
        let answer = Answer {
            input: self.input?,
            output: self.output?,
            took: self.took_ms(),
            first_token: self.first_token_ms(),
        };
        Some((target, answer))
    }

    /// Milliseconds to the end of the answer.
    pub(super) fn took_ms(&self) -> Option<u64> {
        u64::try_from(self.took?.as_millis()).ok()
    }

    /// Milliseconds to the first content of the answer.
    pub(super) fn first_token_ms(&self) -> Option<u64> {
        u64::try_from(self.first_token?.as_millis()).ok()
    }

    /// Takes what is mapped and no fact, once the facts are set. Without `input`, the usage's input is `tokens`.
    pub(super) fn measure(
        &mut self,
        mapping: &Mapping,
        line: &impl Line,
        facts: &Facts,
    ) -> Result<(), Unread> {
        let mut tokens = None;
        for entry in &mapping.entries {
            let Some(telling) = entry.telling else {
                continue;
            };
            if let Some(plain) = plain(&entry.readings, line)
                && self.take_plain(telling, plain, facts, &mut tokens)
            {
                continue;
            }
            let Some(cell) = first(&entry.readings, line)? else {
                continue;
            };
            match telling {
                Telling::Measure(measure) => self
                    .take(measure, &cell)
                    .map_err(|reason| format!("`{}` {reason}", entry.role.name()))?,
                Telling::Tokens => tokens = cell.to_tokens().ok(),
                Telling::Now => self.past.ts = Some(facts.timestamp(Builtin::Now.into())),
            }
        }
        self.input = self.input.or(tokens);
        Ok(())
    }

    /// Takes a number or a moment, where that is what it tells; whether it is.
    #[inline]
    fn take_plain(
        &mut self,
        telling: Telling,
        plain: Plain,
        facts: &Facts,
        tokens: &mut Option<u64>,
    ) -> bool {
        let counted = match plain {
            Plain::Whole(number) => u64::try_from(number).ok().filter(|number| *number <= MOST_TOKENS),
            Plain::Moment(_) => None,
        };
        let place = match telling {
            Telling::Now => {
                self.past.ts = Some(facts.timestamp(Builtin::Now.into()));
                return true;
            }
            Telling::Tokens => tokens,
            Telling::Measure(Measure::Input) => &mut self.input,
            Telling::Measure(Measure::Output) => &mut self.output,
            Telling::Measure(Measure::Cached) => &mut self.cached,
            Telling::Measure(_) => return false,
        };
        if counted.is_some() {
            *place = counted;
        }
        counted.is_some()
    }

    fn take(&mut self, measure: Measure, cell: &Cell) -> Result<(), String> {
        match measure {
            Measure::Input => self.input = Some(cell.to_tokens()?),
            Measure::Output => self.output = Some(cell.to_tokens()?),
            Measure::Cached => self.cached = Some(cell.to_tokens()?),
            Measure::Target => self.target = Some(cell.to_target()?),
            Measure::Took => self.took = Some(cell.to_duration(Unit::Milliseconds)?),
            Measure::FirstToken => self.first_token = Some(cell.to_duration(Unit::Milliseconds)?),
            Measure::Propensity => {
                self.propensity = RecordedPropensity {
                    taken: Some(cell.to_propensity()?),
                    arms: Vec::new(),
                }
            }
            Measure::Seed => self.seed = cell.to_seed()?,
            Measure::Orders => self.orders = cell.to_orders()?,
            Measure::Prompted => self.prompted = Some(cell.to_prompted()?),
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
