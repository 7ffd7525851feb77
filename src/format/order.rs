//! The order of clauses within a block: what a reader looks for first stands first. Clauses of one word keep the order
//! in which they were written, since for some of them it has meaning.

use crate::syntax::ast::{Block, BlockKind, Clause};

const PROVIDER: &[&str] = &[
    "protocol",
    "url",
    "key",
    "header",
    "forward",
    "latency",
    "first-token",
    "rate",
    "fault",
    "region",
    "tags",
    "timeout",
    "breaker",
    "check",
];

const MODEL: &[&str] = &[
    "provider",
    "name",
    "serves",
    "context",
    "max-output",
    "price",
    "region",
    "tags",
    "can",
    "vectors",
    "timeout",
    "breaker",
];

const POOL: &[&str] = &["pick", "members", "serves"];

const TENANT: &[&str] = &["key", "tier", "region", "tags"];

const GUARD: &[&str] = &["when", "deny", "require", "set", "record"];

const ROUTE: &[&str] = &[
    "when", "deny", "target", "shadow", "fallback", "retry", "timeout", "commit", "attempts", "record",
];

const DEFAULTS: &[&str] = &[
    "fallback",
    "retry",
    "attempts",
    "timeout",
    "commit",
    "hold",
    "breaker",
    "tokenizer",
];

const PROMISE: &[&str] = &["when", "that"];

const TEST: &[&str] = &["given", "failing", "expect"];

/// The indices of a block's clauses in the order in which they are written; clauses without a place of their own, such
/// as those of a tenant's facts, stand last.
pub(super) fn canonical(block: &Block) -> Vec<usize> {
    let words = words(block.kind);
    let place = |clause: &Clause| {
        let place = words.iter().position(|word| *word == clause.keyword.text);
        place.unwrap_or(words.len())
    };
    let mut order: Vec<(usize, usize)> = block.clauses.iter().map(place).zip(0..).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| index).collect()
}

fn words(kind: BlockKind) -> &'static [&'static str] {
    match kind {
        BlockKind::Provider => PROVIDER,
        BlockKind::Model => MODEL,
        BlockKind::Pool => POOL,
        BlockKind::Tenant => TENANT,
        BlockKind::Guard => GUARD,
        BlockKind::Route => ROUTE,
        BlockKind::Defaults => DEFAULTS,
        BlockKind::Assert | BlockKind::Assume => PROMISE,
        BlockKind::Test => TEST,
    }
}
