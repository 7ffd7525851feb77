//! The endpoint that a client calls, and the one that answers upstream: the same where the provider speaks the client's
//! protocol, else one that is translated from and to.

use super::endpoint::Endpoint;
use crate::model::Protocol;

/// Client's and provider's endpoint of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What the client called.
    pub client: Endpoint,
    /// What is called upstream.
    pub upstream: Endpoint,
}

impl Exchange {
    /// The exchange with a provider of this protocol; `None` where it has no endpoint for that.
    pub fn new(client: Endpoint, protocol: &Protocol) -> Option<Self> {
        let upstream = match (client, protocol) {
            (client, Protocol::Simulated(_)) => client,
            (Endpoint::Chat | Endpoint::Responses | Endpoint::Embeddings, Protocol::OpenAi) => client,
            (Endpoint::Messages, Protocol::OpenAi) => Endpoint::Chat,
            // Where the protocol has nothing for it, the count is made here.
            (Endpoint::CountTokens, _) | (Endpoint::Messages, Protocol::Anthropic) => client,
            (Endpoint::Chat | Endpoint::Responses, Protocol::Anthropic) => Endpoint::Messages,
            (Endpoint::Chat | Endpoint::Responses | Endpoint::Messages, Protocol::Gemini) => {
                Endpoint::Generate
            }
            // Clients do not call the last one.
            (Endpoint::Embeddings | Endpoint::Generate, _) => return None,
        };
        Some(Exchange { client, upstream })
    }

    /// Whether requests and answers have to be translated.
    pub fn translates(self) -> bool {
        self.client != self.upstream
    }
}
