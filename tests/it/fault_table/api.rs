//! What clients call, and what the fault server speaks then.

use super::Case;
use crate::support::shape::Shape;
use serde_json::{Value, json};

/// What clients call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    Chat,
    /// The fault server speaks them too.
    Messages,
    /// Messages, where the fault server speaks chat completions.
    Translated,
    /// Chat completions, where the fault server speaks messages.
    OverMessages,
    /// Chat completions, where it speaks Gemini's protocol.
    OverGemini,
    Responses,
    Embeddings,
}

impl Api {
    pub(super) fn path(self) -> &'static str {
        match self {
            Api::Chat | Api::OverMessages | Api::OverGemini => "/v1/chat/completions",
            Api::Messages | Api::Translated => "/v1/messages",
            Api::Responses => "/v1/responses",
            Api::Embeddings => "/v1/embeddings",
        }
    }

    pub(super) fn body(self, case: &Case) -> Value {
        let model = case.model();
        let messages = json!([{"role": "user", "content": "hi"}]);
        match self {
            Api::Chat | Api::OverMessages | Api::OverGemini => {
                json!({"model": model, "stream": case.stream, "messages": messages})
            }
            Api::Messages | Api::Translated => {
                json!({"model": model, "stream": case.stream, "max_tokens": 9, "messages": messages})
            }
            Api::Responses => json!({"model": model, "stream": case.stream, "input": "hi"}),
            Api::Embeddings => json!({"model": model, "input": "hi"}),
        }
    }

    /// The shape that the fault server answers in.
    pub(super) fn shape(self) -> Shape {
        match self {
            Api::Chat | Api::Translated => Shape::Chat,
            Api::Messages | Api::OverMessages => Shape::Messages,
            Api::OverGemini => Shape::Gemini,
            Api::Responses => Shape::Responses,
            Api::Embeddings => Shape::Embeddings,
        }
    }

    /// The protocol that the fault server speaks.
    pub(super) fn protocol(self) -> &'static str {
        match self {
            Api::Messages | Api::OverMessages => "anthropic",
            Api::OverGemini => "gemini",
            _ => "openai",
        }
    }

    /// What a complete stream ends with.
    pub(super) fn end(self) -> &'static str {
        match self {
            Api::Messages | Api::Translated => "finish:end_turn [DONE]",
            Api::Responses => "finish:completed",
            Api::Chat | Api::OverMessages | Api::OverGemini | Api::Embeddings => "finish:stop [DONE]",
        }
    }
}
