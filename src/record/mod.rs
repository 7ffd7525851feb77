//! The traffic record, version 1: one JSON object a line, with serialised types of its own.
//!
//! [`Record`] is what stands in a line; [`RecordedFacts`] and [`RecordedDecision`] are made from a request's facts and
//! decision, and the facts are read back for a replay.

mod as_written;
mod content;
mod cost;
mod decision;
mod facts;
mod glimpse;
mod json;
mod line;
mod parse;
mod propensity;
mod redact;
mod scan;
mod text;
mod value;
mod write;

pub use content::{RecordedAnswer, RecordedContent, RecordedPart, RecordedText};
pub use cost::{Usage, cancelled_cost, cost};
pub use decision::{RecordedDecision, RecordedSkip};
pub use facts::{ReadFacts, RecordedFacts};
pub use glimpse::Glimpse;
pub use line::{Record, RecordedAttempt, RecordedOutcome, RecordedPass, RecordedShadow, VERSION};
pub use parse::{RecordError, parse_seed};
pub use propensity::RecordedPropensity;
pub use redact::{LOOKAHEAD, Redactor};
pub(crate) use scan::Scan;
pub use value::RecordedValue;

#[cfg(test)]
mod tests;
