//! Names, types, totality and lints: syntax trees to the checked policy, with all diagnostics at once.

#[allow(dead_code, reason = "statements are checked on top of expressions")]
mod expression;
