//! Text to a syntax tree: `grammar/policy.pest` parses statements and CEL conditions, with spans, comments and
//! recovery; every bound on depth and size is checked before any recursion.

pub mod ast;
