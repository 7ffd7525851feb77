//! What a request cost.

use crate::model::Price;
use crate::quantity::Cost;

/// Tokens that a provider charged for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input: u64,
    /// The prompt tokens that came from the provider's cache.
    pub cached: u64,
    /// All completion tokens.
    pub output: u64,
}

/// What this usage costs at this price; `None` where either is unknown. Cached tokens cost as input where they have no
/// price of their own; there are never more of them than of prompt tokens.
pub fn cost(price: Option<&Price>, usage: Option<&Usage>) -> Option<Cost> {
    let (price, usage) = (price?, usage?);
    let cached = usage.cached.min(usage.input);
    let uncached = usage.input - cached;
    Some(
        price.input.times(uncached)
            + price.cached.unwrap_or(price.input).times(cached)
            + price.output.times(usage.output),
    )
}
