//! Parts of an answer as they grow, within a bound of bytes for all of them.

use crate::record::{LOOKAHEAD, RecordedAnswer, RecordedPart, Redactor};

/// Most parts that are told apart; further ones are counted only.
const MAX_PARTS: usize = 64;

/// Most bytes of a tool's name.
const LONGEST_NAME: usize = 256;

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Reasoning,
    Refusal,
    /// The call of a tool; its text is the arguments.
    Tool,
    Error,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Reasoning => "reasoning",
            Kind::Refusal => "refusal",
            Kind::Tool => "tool",
            Kind::Error => "error",
        }
    }
}

/// Which part something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) choice: u64,
    pub(super) kind: Kind,
    /// Tells parts of one kind apart.
    pub(super) slot: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    place: Place,
    name: Option<String>,
    text: String,
    /// Whether some of its text was lost.
    is_cut: bool,
}

/// The parts up to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    parts: Vec<Part>,
    /// Bytes that are held.
    held: usize,
    /// Bytes of all texts, held or not.
    bytes: u64,
}

impl Parts {
    /// Bytes of all texts up to now.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds a text to its part; `room` bytes are held of all parts together.
    pub(super) fn add(&mut self, place: Place, text: &str, room: usize) {
        if text.is_empty() {
            return;
        }
        self.bytes += text.len() as u64;
        let left = room.saturating_sub(self.held);
        if let Some(part) = self.part(place) {
            // What follows a gap would read as if there were none.
            let most = if part.is_cut { 0 } else { left.min(text.len()) };
            let kept = text.get(..text.floor_char_boundary(most)).unwrap_or_default();
            part.is_cut |= kept.len() < text.len();
            part.text.push_str(kept);
            self.held += kept.len();
        }
    }

    /// Notes the name of a part's tool.
    pub(super) fn name(&mut self, place: Place, name: &str) {
        let name = name
            .get(..name.floor_char_boundary(LONGEST_NAME.min(name.len())))
            .unwrap_or_default();
        if let Some(part) = self.part(place)
            && part.name.is_none()
        {
            part.name = Some(name.to_owned());
        }
    }

    fn part(&mut self, place: Place) -> Option<&mut Part> {
        let known = self.parts.iter().rposition(|part| part.place == place);
        let at = match known {
            Some(at) => at,
            None if self.parts.len() < MAX_PARTS => {
                self.parts.push(Part {
                    place,
                    name: None,
                    text: String::new(),
                    is_cut: false,
                });
                self.parts.len() - 1
            }
            None => return None,
        };
        self.parts.get_mut(at)
    }

    /// The parts as they are recorded: up to `most` bytes of them, without what is left out. The end of a part that has lost
    /// some of its text is looked at only.
    pub(super) fn recorded(&self, most: usize, redactor: &Redactor) -> RecordedAnswer {
        let mut left = most;
        let mut is_long = false;
        let parts = self.parts.iter().map(|part| {
            let visible = match part.is_cut {
                true => part
                    .text
                    .floor_char_boundary(part.text.len().saturating_sub(LOOKAHEAD)),
                false => part.text.len(),
            };
            let redacted = redactor.redact(&part.text, visible);
            let mut text =
                redacted.unwrap_or_else(|| part.text.get(..visible).unwrap_or_default().to_owned());
            if text.len() > left {
                is_long = true;
                text.truncate(text.floor_char_boundary(left));
            }
            left -= text.len();
            let named = part.name.as_deref();
            RecordedPart {
                kind: part.place.kind.name(),
                choice: part.place.choice,
                name: named.map(|name| {
                    redactor
                        .redact(name, name.len())
                        .unwrap_or_else(|| name.to_owned())
                }),
                text,
            }
        });
        let parts = parts.collect();
        RecordedAnswer::Parts {
            parts,
            bytes: self.bytes,
            truncated: is_long || self.held as u64 != self.bytes,
        }
    }
}
