//! Gemini's `generateContent`, which is only called upstream.

mod read_answer;
mod write_request;

pub(super) use read_answer::{ContentReader, read_answer};
pub(super) use write_request::write_request;
