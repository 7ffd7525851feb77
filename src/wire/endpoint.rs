//! The endpoints that clients call here and that are called upstream.

use super::errors::ErrorForm;

/// An endpoint of a provider's interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// OpenAI's chat completions.
    #[default]
    Chat,
    /// OpenAI's responses.
    Responses,
    /// OpenAI's embeddings.
    Embeddings,
    /// Anthropic's messages.
    Messages,
    /// Anthropic's count of a message's tokens.
    CountTokens,
    /// Gemini's generated content, which is only called upstream.
    Generate,
}

impl Endpoint {
    /// The endpoints that clients call.
    pub const CLIENTS: [Endpoint; 5] = [
        Endpoint::Chat,
        Endpoint::Responses,
        Endpoint::Embeddings,
        Endpoint::Messages,
        Endpoint::CountTokens,
    ];

    /// The path that clients call, behind the host; of one that they do not call, the one upstream.
    pub fn path(self) -> &'static str {
        match self {
            Endpoint::Chat => "/v1/chat/completions",
            Endpoint::Responses => "/v1/responses",
            Endpoint::Embeddings => "/v1/embeddings",
            Endpoint::Messages => "/v1/messages",
            Endpoint::CountTokens => "/v1/messages/count_tokens",
            Endpoint::Generate => "/v1beta/models",
        }
    }

    /// The endpoint of a path that clients call.
    pub fn of_path(path: &str) -> Option<Endpoint> {
        Self::CLIENTS.into_iter().find(|endpoint| endpoint.path() == path)
    }

    /// The value of the fact `api`.
    pub fn api(self) -> &'static str {
        match self {
            Endpoint::Chat | Endpoint::Generate => "chat",
            Endpoint::Responses => "responses",
            Endpoint::Embeddings => "embeddings",
            Endpoint::Messages | Endpoint::CountTokens => "messages",
        }
    }

    /// Whether an answer has output tokens that can be capped.
    pub fn has_output(self) -> bool {
        !matches!(self, Endpoint::Embeddings | Endpoint::CountTokens)
    }

    /// The form in which clients of this endpoint read errors.
    pub fn error_form(self) -> ErrorForm {
        match self {
            Endpoint::Chat | Endpoint::Embeddings | Endpoint::Generate => ErrorForm::OpenAi,
            Endpoint::Responses => ErrorForm::Responses,
            Endpoint::Messages | Endpoint::CountTokens => ErrorForm::Anthropic,
        }
    }
}
