//! What the events of a stream say to a router, whatever the endpoint.

use super::anthropic;
use super::endpoint::Endpoint;
use super::events::Event;
use super::json::JsonError;
use super::openai::{self, ErrorFields, Usage};
use super::{gemini, responses};

/// What one event of a stream says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Whether it brings text, a tool call, reasoning or a refusal; a role alone is none of these.
    pub content: bool,
    /// Which choices end with it: a bit for each index.
    pub finished: u64,
    /// Whether a choice was ended by the provider's content filter.
    pub filtered: bool,
    /// Token counts of the whole answer, as far as they are known.
    pub usage: Option<Usage>,
    /// Whether it holds the counts and nothing else.
    pub counts_alone: bool,
    /// An error in the place of content.
    pub error: Option<ErrorFields>,
    /// Whether it is the stream's own end.
    pub done: bool,
}

/// Reads the events of one stream.
#[derive(Clone, Debug)]
pub struct SignalReader {
    endpoint: Endpoint,
    counts: anthropic::Counts,
}

impl SignalReader {
    /// At the start of a stream of this endpoint.
    pub fn new(endpoint: Endpoint) -> Self {
        SignalReader {
            endpoint,
            counts: anthropic::Counts::default(),
        }
    }

    /// Reads an event; one without data says nothing.
    ///
    /// # Errors
    /// Its data is no JSON.
    pub fn read(&mut self, event: &Event) -> Result<Signals, JsonError> {
        let Some(data) = &event.data else {
            return Ok(Signals::default());
        };
        let read = match self.endpoint {
            Endpoint::Chat | Endpoint::Embeddings if openai::is_done(data) => Ok(Signals {
                done: true,
                ..Signals::default()
            }),
            Endpoint::Chat | Endpoint::Embeddings => openai::read_chunk(data),
            Endpoint::Messages | Endpoint::CountTokens => anthropic::read_event(data, &mut self.counts),
            Endpoint::Responses => responses::read_event(data),
            Endpoint::Generate => gemini::read_event(data),
        };
        match read {
            Ok(signals) if event.name == b"error" && signals.error.is_none() => Ok(told(data)),
            Err(_) if event.name == b"error" => Ok(told(data)),
            read => read,
        }
    }
}

/// An event whose name says that it is an error.
fn told(data: &[u8]) -> Signals {
    Signals {
        error: Some(ErrorFields::read(data)),
        ..Signals::default()
    }
}
