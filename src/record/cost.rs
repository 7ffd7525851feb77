//! What a request cost.

use crate::model::Price;
use crate::quantity::Cost;

/// Tokens that a provider charged for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input: u64,
    /// The prompt tokens that came from the provider's cache.
    pub cached: u64,
    /// The prompt tokens that were written to the provider's cache.
    pub cache_write: u64,
    /// All completion tokens.
    pub output: u64,
}

/// What this usage costs at this price; `None` where either is unknown. Tokens read from the cache or written to it cost
/// as input where they have no price of their own; there are never more of them than of prompt tokens.
pub fn cost(price: Option<&Price>, usage: Option<&Usage>) -> Option<Cost> {
    let (price, usage) = (price?, usage?);
    let cached = usage.cached.min(usage.input);
    let written = usage.cache_write.min(usage.input - cached);
    let plain = usage.input - cached - written;
    let all = price.input.times(plain) + price.output.times(usage.output);
    if cached == 0 && written == 0 {
        return Some(all);
    }
    Some(
        all + price.cache_write.unwrap_or(price.input).times(written)
            + price.cached.unwrap_or(price.input).times(cached),
    )
}

/// What an attempt costs that was broken off before it had content: its prompt, which is that of the answer; `None` where
/// price or usage is unknown.
pub fn cancelled_cost(price: Option<&Price>, answer: Option<&Usage>) -> Option<Cost> {
    Some(price?.input.times(answer?.input))
}
