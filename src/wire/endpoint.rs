//! The endpoints that clients call here and that are called upstream.

/// An endpoint of a provider's interface. Clients call all of them but [`Endpoint::Generate`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// OpenAI's chat completions.
    #[default]
    Chat,
    /// OpenAI's embeddings.
    Embeddings,
}

impl Endpoint {
    /// The endpoints that clients call.
    pub const CLIENTS: [Endpoint; 2] = [Endpoint::Chat, Endpoint::Embeddings];

    /// The path that clients call, behind the host.
    pub fn path(self) -> &'static str {
        match self {
            Endpoint::Chat => "/v1/chat/completions",
            Endpoint::Embeddings => "/v1/embeddings",
        }
    }

    /// The value of the fact `api`.
    pub fn api(self) -> &'static str {
        match self {
            Endpoint::Chat => "chat",
            Endpoint::Embeddings => "embeddings",
        }
    }
}
