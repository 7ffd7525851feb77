//! A whole answer of status 2xx, whatever the endpoint.

use super::anthropic;
use super::embeddings;
use super::endpoint::Endpoint;
use super::gemini;
use super::json::{JsonError, JsonFault};
use super::openai::{self, ErrorFields, Usage};
use super::responses;

/// What a whole answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whole {
    /// A JSON object without an error.
    Answer(WholeAnswer),
    /// An error with a status of success.
    Error(ErrorFields),
    /// JSON that ends before its end, or nothing at all.
    Cut,
    /// Something else.
    NotJson,
}

/// What a whole answer says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WholeAnswer {
    /// Whether it has what was asked for: text, a tool call, reasoning, a refusal, a vector.
    pub content: bool,
    /// Whether it was ended by the provider's content filter.
    pub filtered: bool,
    /// Token counts.
    pub usage: Option<Usage>,
}

/// Reads a whole answer of an endpoint.
pub fn read_answer(endpoint: Endpoint, body: &[u8]) -> Whole {
    let read: Result<Whole, JsonError> = match endpoint {
        Endpoint::Chat => openai::read_answer(body),
        Endpoint::Responses => responses::read_answer(body),
        Endpoint::Embeddings => embeddings::read_answer(body),
        Endpoint::Messages => anthropic::read_answer(body),
        Endpoint::CountTokens => anthropic::read_count(body),
        Endpoint::Generate => gemini::read_answer(body),
    };
    match read {
        Ok(whole) => whole,
        Err(error) if error.fault == JsonFault::Ends => Whole::Cut,
        Err(_) => Whole::NotJson,
    }
}
