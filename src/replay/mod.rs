//! Records and trees to a report: a dry run on recorded traffic. Never calls a provider.
//!
//! A [`Replay`] holds the policies and how lines become facts; any number of [`Worker`]s decide records, each counting
//! into a [`Tally`] of its own; tallies are exact and merge in any order; the [`Report`] names what they counted. Files,
//! threads and progress are the caller's.

mod arms;
mod as_recorded;
mod batch;
mod bounded;
mod breakdown;
mod buffer;
mod cell;
mod columns;
mod compare;
mod comparison;
mod condition;
mod course;
mod decider;
mod end;
mod estimate;
mod estimated;
mod estimator;
mod exact;
mod example;
mod fate;
mod gate;
mod group;
mod history;
mod importer;
mod interval;
mod mapping;
mod markdown;
mod moment;
mod moments;
mod named;
mod names;
mod otlp;
mod outcome;
mod page;
mod part;
mod rates;
mod reading;
mod rehearsal;
mod render;
mod report;
mod rows;
mod scan;
mod seed;
mod side;
mod spans;
mod sums;
mod tally;
mod told;
mod transitions;
mod unit;
mod valuation;
mod valued;
mod waits;
mod words;
mod worker;

pub use batch::{Batch, Column, Faults, Lists, Texts, Values};
pub use breakdown::{Flow, GuardLine, MeanWait, OverTime, SpanLine, TenantLine, WaitChange};
pub use columns::CsvColumns;
pub use comparison::{Header, Layout, Replay};
pub use condition::{ConditionLine, ConditionSupport, Whose};
pub use decider::Decider;
pub use end::End;
pub use estimated::{CostRange, Estimate, TimeChange, TimeRange};
pub use gate::{Gate, GateOutcome};
pub use importer::Importer;
pub use names::Names;
pub use part::{Part, Question, Shard, merge};
pub use rates::Rates;
pub use rehearsal::Rehearsal;
pub use report::{
    CostChange, Outcomes, Report, RouteLine, TargetLine, Transition, TransitionExample, UnreadableLine,
};
pub use tally::{Endings, Place, Tally, Unreadable};
pub use valued::{MeanRange, NoSupport, OffPolicy, OutcomeLine};
pub use worker::{Stage, Worker};

#[cfg(test)]
mod tests;
