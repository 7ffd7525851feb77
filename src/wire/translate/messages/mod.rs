//! Anthropic's messages.

mod read_answer;
mod read_request;
mod write_answer;
mod write_request;

pub(super) use read_answer::{EventReader, read_answer};
#[cfg(test)]
pub(super) use read_request::DROPPED;
pub(super) use read_request::field as read_field;
pub(super) use write_answer::{EventWriter, write_answer};
pub(super) use write_request::write_request;
