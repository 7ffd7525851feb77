//! What is known of a stream after each of its events.

use crate::wire::events::Event;
use crate::wire::openai::{Chunk, ErrorFields, Usage, is_done, read_chunk};

/// Stands in the place of an event that was no JSON.
const LEFT_OUT: &[u8] = b": pointsman left out an event that was not JSON\n\n";

/// Most choices whose ends are told apart.
const MAX_CHOICES: u64 = 64;

/// A stream up to now.
#[derive(Debug)]
pub(super) struct StreamState {
    /// Whether any event brought content.
    pub(super) content: bool,
    /// Whether the provider's filter ended a choice.
    pub(super) filtered: bool,
    /// Whether events were left out.
    pub(super) damaged: bool,
    pub(super) usage: Option<Usage>,
    done: bool,
    finished: u64,
    choices: u64,
}

/// What one event means for the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It goes on.
    Pass,
    /// It has broken, says the provider.
    Error(ErrorFields),
    /// Its data is no JSON.
    NotJson,
}

impl StreamState {
    /// The start of a stream that brings this many choices.
    pub(super) fn new(choices: u64) -> Self {
        StreamState {
            content: false,
            filtered: false,
            damaged: false,
            usage: None,
            done: false,
            finished: 0,
            choices: choices.clamp(1, MAX_CHOICES),
        }
    }

    /// Takes in an event.
    pub(super) fn read(&mut self, event: &Event) -> Meaning {
        let Some(data) = &event.data else {
            return Meaning::Pass;
        };
        if is_done(data) {
            self.done = true;
            return Meaning::Pass;
        }
        match read_chunk(data) {
            Ok(chunk) => self.chunk(chunk, event),
            Err(_) if event.name == b"error" => Meaning::Error(ErrorFields::read(data)),
            Err(_) => Meaning::NotJson,
        }
    }

    fn chunk(&mut self, chunk: Chunk, event: &Event) -> Meaning {
        if let Some(error) = chunk.error {
            return Meaning::Error(error);
        }
        if event.name == b"error" {
            return Meaning::Error(ErrorFields::read(event.data.as_deref().unwrap_or_default()));
        }
        self.content |= chunk.content;
        self.filtered |= chunk.filtered;
        self.finished |= chunk.finished;
        self.usage = chunk.usage.or(self.usage);
        Meaning::Pass
    }

    /// Whether an event is more than the beginning of one that the stream's end has cut.
    pub(super) fn is_readable(event: &Event) -> bool {
        event
            .data
            .as_ref()
            .is_none_or(|data| is_done(data) || read_chunk(data).is_ok())
    }

    /// Notes that an event was left out, and tells what stands in its place.
    pub(super) fn leave_out(&mut self) -> &'static [u8] {
        self.damaged = true;
        LEFT_OUT
    }

    /// Whether the stream has said that it is over.
    pub(super) fn done(&self) -> bool {
        self.done
    }

    /// Whether every choice has ended, so that only token counts and `[DONE]` can follow.
    pub(super) fn finished(&self) -> bool {
        u64::from(self.finished.count_ones()) >= self.choices
    }
}
