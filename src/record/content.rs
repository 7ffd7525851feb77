//! What was said in a request, as it stands in its record. It is written and never read back: what a replay decides rests
//! on facts, and no report can show what was said.

use super::json::Json;

/// What was said, as far as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedContent {
    /// The request, and what the client got.
    Said {
        /// The body of the request.
        request: RecordedText,
        /// The answer; `None` where the client left before it got any.
        answer: Option<RecordedAnswer>,
    },
    /// It was left out, since too much waited to be written.
    Lost,
}

/// A text of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedText {
    /// The text, without what is left out.
    pub text: String,
    /// Bytes of the whole text as it was.
    pub bytes: u64,
    /// Whether its end is cut.
    pub truncated: bool,
}

/// An answer of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedAnswer {
    /// The body of an answer that came whole, or of an error.
    Whole(RecordedText),
    /// What a stream said, put together.
    Parts {
        /// The parts in the order in which they began.
        parts: Vec<RecordedPart>,
        /// Bytes of all their texts as they were.
        bytes: u64,
        /// Whether something of them is cut.
        truncated: bool,
    },
    /// A body in a coding that is passed on unread.
    Encoded {
        /// Its bytes.
        bytes: u64,
    },
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedPart {
    /// `text`, `reasoning`, `refusal`, `tool` or `error`.
    pub kind: &'static str,
    /// The choice that it belongs to, from 0.
    pub choice: u64,
    /// The tool that is called.
    pub name: Option<String>,
    /// What it says: of a tool its arguments.
    pub text: String,
}

impl RecordedContent {
    /// Adds what was said to the line of a record.
    pub fn add_to(&self, line: &mut String) {
        let Some(open) = line.strip_suffix('}').map(str::len) else {
            return;
        };
        let mut json = Json::with_room(self.room());
        json.object(|json| self.write(json));
        line.truncate(open);
        line.push_str(",\"content\":");
        line.push_str(&json.into_text());
        line.push('}');
    }

    /// Bytes that it holds.
    pub fn room(&self) -> usize {
        match self {
            RecordedContent::Lost => 0,
            RecordedContent::Said { request, answer } => {
                let answered = match answer {
                    Some(RecordedAnswer::Whole(text)) => text.text.len(),
                    Some(RecordedAnswer::Parts { parts, .. }) => {
                        parts.iter().map(|part| part.text.len()).sum()
                    }
                    Some(RecordedAnswer::Encoded { .. }) | None => 0,
                };
                request.text.len() + answered
            }
        }
    }

    fn write(&self, json: &mut Json) {
        match self {
            RecordedContent::Lost => json.key("lost").truth(true),
            RecordedContent::Said { request, answer } => {
                json.key("request").object(|json| request.write(json));
                if let Some(answer) = answer {
                    json.key("answer").object(|json| answer.write(json));
                }
            }
        }
    }
}

impl RecordedText {
    fn write(&self, json: &mut Json) {
        json.key("text").text(&self.text);
        write_length(self.bytes, self.truncated, json);
    }
}

impl RecordedAnswer {
    fn write(&self, json: &mut Json) {
        match self {
            RecordedAnswer::Whole(text) => text.write(json),
            RecordedAnswer::Parts {
                parts,
                bytes,
                truncated,
            } => {
                json.key("parts")
                    .list(parts, |json, part| json.object(|json| part.write(json)));
                write_length(*bytes, *truncated, json);
            }
            RecordedAnswer::Encoded { bytes } => {
                json.key("encoded").truth(true);
                json.key("bytes").number(*bytes);
            }
        }
    }
}

impl RecordedPart {
    fn write(&self, json: &mut Json) {
        json.key("kind").text(self.kind);
        if self.choice > 0 {
            json.key("choice").number(self.choice);
        }
        if let Some(name) = &self.name {
            json.key("name").text(name);
        }
        json.key("text").text(&self.text);
    }
}

fn write_length(bytes: u64, truncated: bool, json: &mut Json) {
    json.key("bytes").number(bytes);
    if truncated {
        json.key("truncated").truth(true);
    }
}
