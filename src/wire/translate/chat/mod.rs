//! OpenAI's chat completions.

mod read_answer;
mod read_request;
mod write_answer;
mod write_request;

pub(super) use read_answer::{ChunkReader, read_answer};
#[cfg(test)]
pub(super) use read_request::DROPPED;
pub(super) use read_request::{
    effort as read_effort, field as read_field, file, function_tool, image, json_mode, schema, tool_call,
};
pub(super) use write_answer::{ChunkWriter, write_answer};
pub(super) use write_request::{list, write_request};
