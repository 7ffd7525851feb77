//! Text to a syntax tree: `grammar/policy.pest` parses statements and CEL conditions, with spans, comments and
//! recovery; every bound on depth and size is checked before any recursion.

pub mod ast;
pub mod bounds;

mod boundary;
mod clauses;
mod expression;
mod grammar;
mod literal;
mod look;
pub mod lookalike;
mod nodes;
mod parse;
mod parts;
mod pass;
mod place;
pub mod print;
mod resume;
mod scan;
mod shapes;
mod slashes;
mod spaces;
mod statement;
mod tokens;
mod trouble;
mod words;

pub use parse::{parse, parse_cel, parse_expression};
pub(crate) use words::{is_field, opens_statement};

#[cfg(test)]
mod tests;
