//! How far a clause reaches: for each kind of block its clauses' keywords, and the words that go on a clause.
//!
//! A clause is its keyword, one value, and then whatever cannot begin a clause (anything but a word) together with the
//! continuing words listed here and as many values as they take. Any other word begins the next clause. What values
//! mean is checked later; here only the ends of clauses count.

use super::ast::BlockKind;

/// A word that goes on a clause, and how many items behind it are its own whatever they are.
pub(super) struct Continuing {
    /// The word.
    pub(super) word: &'static str,
    /// The items that it takes.
    pub(super) takes: usize,
}

/// A clause's keyword and its continuing words.
pub(super) struct ClauseShape {
    /// The keyword.
    pub(super) keyword: &'static str,
    /// The words that go on it.
    pub(super) continuing: &'static [Continuing],
    /// All words up to the next keyword of the block belong to it: a clause of a later version.
    pub(super) greedy: bool,
}

impl ClauseShape {
    /// How many items the word takes where it goes on this clause.
    pub(super) fn continued_by(&self, word: &str) -> Option<usize> {
        self.continuing
            .iter()
            .find(|continuing| continuing.word == word)
            .map(|continuing| continuing.takes)
    }
}

macro_rules! shapes {
    ($($keyword:literal $(: $($word:literal $takes:literal)*)?;)*) => {
        &[$(ClauseShape {
            keyword: $keyword,
            continuing: &[$($(Continuing { word: $word, takes: $takes }),*)?],
            greedy: false,
        }),*]
    };
}

macro_rules! later {
    ($($keyword:literal)*) => {
        &[$(ClauseShape { keyword: $keyword, continuing: &[], greedy: true }),*]
    };
}

const PROVIDER: &[ClauseShape] = shapes! {
    "protocol";
    "url";
    "key": "env" 1 "file" 1 "in" 2;
    "header";
    "forward";
    "region";
    "tags";
    "timeout": "connect" 1 "headers" 1 "first-token" 1 "idle" 1 "total" 1;
    "breaker": "in" 1 "open" 1;
    "check": "every" 1;
    "latency";
    "first-token";
    "rate": "tokens" 0 "per" 1;
    "fault";
};

const MODEL: &[ClauseShape] = shapes! {
    "provider";
    "name";
    "serves";
    "context";
    "max-output";
    "price": "input" 1 "cached" 1 "cache-write" 1 "output" 1;
    "region";
    "tags";
    "can";
    "vectors";
    "timeout": "connect" 1 "headers" 1 "first-token" 1 "idle" 1 "total" 1;
    "breaker": "in" 1 "open" 1;
};

const POOL: &[ClauseShape] = shapes! {
    "pick": "by" 1;
    "members";
    "serves";
};

const TENANT: &[ClauseShape] = shapes! {
    "key": "sha256" 1 "env" 1 "until" 1;
    "tier";
    "region";
    "tags";
};

const GUARD: &[ClauseShape] = shapes! {
    "when";
    "require";
    "deny";
    "set": "at" 2;
    "record": "content" 0;
};

const ROUTE: &[ClauseShape] = shapes! {
    "when";
    "deny";
    "target": "by" 1 "after" 1;
    "shadow";
    "fallback": "on" 1;
    "retry": "on" 1;
    "timeout": "connect" 1 "headers" 1 "first-token" 1 "idle" 1 "total" 1;
    "commit": "after" 1;
    "attempts";
    "record": "content" 0 "up" 2 "redact" 1;
};

const DEFAULTS: &[ClauseShape] = shapes! {
    "fallback": "on" 1;
    "retry": "on" 1;
    "attempts";
    "timeout": "connect" 1 "headers" 1 "first-token" 1 "idle" 1 "total" 1;
    "commit": "after" 1;
    "breaker": "in" 1 "open" 1;
    "tokenizer";
    "hold";
};

const ASSERT: &[ClauseShape] = shapes! {
    "when";
    "that";
};

const ASSUME: &[ClauseShape] = shapes! {
    "that";
};

const TEST: &[ClauseShape] = shapes! {
    "given";
    "failing": "provider" 1;
    "expect";
};

const LATER_GUARD: &[ClauseShape] = later! { "limit" "budget" "cache" "warn" "redact" };
const LATER_ROUTE: &[ClauseShape] = later! { "hedge" "breaker" "check" };
const LATER_ELSEWHERE: &[ClauseShape] = later! { "record" };

/// The clauses of a block and those of later versions.
fn tables(kind: BlockKind) -> [&'static [ClauseShape]; 2] {
    match kind {
        BlockKind::Provider => [PROVIDER, LATER_ELSEWHERE],
        BlockKind::Model => [MODEL, LATER_ELSEWHERE],
        BlockKind::Pool => [POOL, LATER_ELSEWHERE],
        BlockKind::Tenant => [TENANT, &[]],
        BlockKind::Guard => [GUARD, LATER_GUARD],
        BlockKind::Route => [ROUTE, LATER_ROUTE],
        BlockKind::Defaults => [DEFAULTS, LATER_ELSEWHERE],
        BlockKind::Assert => [ASSERT, &[]],
        BlockKind::Assume => [ASSUME, &[]],
        BlockKind::Test => [TEST, &[]],
    }
}

/// The shape of a clause of this keyword; `None` where the block has no such clause.
pub(super) fn shape(kind: BlockKind, keyword: &str) -> Option<&'static ClauseShape> {
    tables(kind)
        .into_iter()
        .flatten()
        .find(|shape| shape.keyword == keyword)
}
