//! The endpoints that clients call here and that are called upstream.

use super::errors::ErrorForm;

/// An endpoint of a provider's interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// OpenAI's chat completions.
    #[default]
    Chat,
    /// OpenAI's embeddings.
    Embeddings,
    /// Anthropic's messages.
    Messages,
    /// Anthropic's count of a message's tokens.
    CountTokens,
}

impl Endpoint {
    /// The endpoints that clients call.
    pub const CLIENTS: [Endpoint; 4] = [
        Endpoint::Chat,
        Endpoint::Embeddings,
        Endpoint::Messages,
        Endpoint::CountTokens,
    ];

    /// The path that clients call, behind the host.
    pub fn path(self) -> &'static str {
        match self {
            Endpoint::Chat => "/v1/chat/completions",
            Endpoint::Embeddings => "/v1/embeddings",
            Endpoint::Messages => "/v1/messages",
            Endpoint::CountTokens => "/v1/messages/count_tokens",
        }
    }

    /// The endpoint of a path that clients call.
    pub fn of_path(path: &str) -> Option<Endpoint> {
        Self::CLIENTS.into_iter().find(|endpoint| endpoint.path() == path)
    }

    /// The value of the fact `api`.
    pub fn api(self) -> &'static str {
        match self {
            Endpoint::Chat => "chat",
            Endpoint::Embeddings => "embeddings",
            Endpoint::Messages | Endpoint::CountTokens => "messages",
        }
    }

    /// Whether an answer has output tokens that can be capped.
    pub fn has_output(self) -> bool {
        matches!(self, Endpoint::Chat | Endpoint::Messages)
    }

    /// The form in which clients of this endpoint read errors.
    pub fn error_form(self) -> ErrorForm {
        match self {
            Endpoint::Chat | Endpoint::Embeddings => ErrorForm::OpenAi,
            Endpoint::Messages | Endpoint::CountTokens => ErrorForm::Anthropic,
        }
    }
}
