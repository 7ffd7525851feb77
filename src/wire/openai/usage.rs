//! Tokens as the provider counted them.

/// Token counts of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input: u64,
    /// Prompt tokens that were read from the provider's cache.
    pub cached: u64,
    /// Completion tokens.
    pub output: u64,
}
