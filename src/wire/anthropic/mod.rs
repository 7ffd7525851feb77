//! Anthropic's messages: what a router reads of answers and of the events of a stream.

mod answer;
mod event;
mod usage;

pub(super) use answer::{read_answer, read_count};
pub(super) use event::read_event;
pub(super) use usage::Counts;
