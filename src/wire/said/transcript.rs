//! An answer as its client gets it, put together from the bytes that go there, however these are cut.

use super::body::body;
use super::parts::Parts;
use super::texts;
use crate::record::{LOOKAHEAD, RecordedAnswer, Redactor};
use crate::wire::endpoint::Endpoint;
use crate::wire::events::EventReader;
use crate::wire::node::Node;

/// What an answer said up to now.
#[derive(Clone, Debug)]
pub struct Transcript {
    endpoint: Endpoint,
    /// Most bytes that are recorded.
    most: usize,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    /// The client has got nothing.
    Nothing,
    Whole {
        held: Vec<u8>,
        bytes: u64,
    },
    Stream {
        reader: Box<EventReader>,
        parts: Parts,
    },
    /// In a coding that is not undone here.
    Encoded {
        bytes: u64,
    },
}

impl Transcript {
    /// Before an answer at this endpoint, of which up to `most` bytes are recorded.
    pub fn new(endpoint: Endpoint, most: usize) -> Self {
        Transcript {
            endpoint,
            most,
            form: Form::Nothing,
        }
    }

    /// The same before anything was said.
    pub fn fresh(&self) -> Self {
        Transcript::new(self.endpoint, self.most)
    }

    /// The answer begins: as a stream of events, in a coding.
    pub fn begin(&mut self, is_stream: bool, is_encoded: bool) {
        self.form = match (is_encoded, is_stream) {
            (true, _) => Form::Encoded { bytes: 0 },
            (false, true) => Form::Stream {
                reader: Box::default(),
                parts: Parts::default(),
            },
            (false, false) => Form::Whole {
                held: Vec::new(),
                bytes: 0,
            },
        };
    }

    /// The next bytes of the answer. Somewhat more is held than is recorded, so that what begins before the cut can be left
    /// out whole.
    pub fn take(&mut self, piece: &[u8]) {
        let room = self.most.saturating_add(LOOKAHEAD);
        match &mut self.form {
            Form::Nothing => {}
            Form::Encoded { bytes } => *bytes += piece.len() as u64,
            Form::Whole { held, bytes } => {
                *bytes += piece.len() as u64;
                let kept = piece.len().min(room.saturating_sub(held.len()));
                held.extend_from_slice(piece.get(..kept).unwrap_or_default());
            }
            Form::Stream { reader, parts } => {
                let mut events = Vec::new();
                // What is longer than an event can be has been refused before.
                let _ = reader.push(piece, &mut events);
                for data in events.into_iter().filter_map(|event| event.data) {
                    if let Ok(event) = Node::parse(&data) {
                        texts::read(self.endpoint, &event, parts, room);
                    }
                }
            }
        }
    }

    /// Bytes that are held.
    pub fn held(&self) -> usize {
        match &self.form {
            Form::Nothing | Form::Encoded { .. } => 0,
            Form::Whole { held, .. } => held.len(),
            Form::Stream { parts, .. } => usize::try_from(parts.bytes())
                .unwrap_or(usize::MAX)
                .min(self.most + LOOKAHEAD),
        }
    }

    /// What is recorded of it; `None` where the client has got nothing.
    pub fn recorded(&self, redactor: &Redactor) -> Option<RecordedAnswer> {
        Some(match &self.form {
            Form::Nothing => return None,
            Form::Encoded { bytes } => RecordedAnswer::Encoded { bytes: *bytes },
            Form::Whole { held, bytes } => RecordedAnswer::Whole(body(held, *bytes, self.most, redactor)),
            Form::Stream { parts, .. } => parts.recorded(self.most, redactor),
        })
    }
}
