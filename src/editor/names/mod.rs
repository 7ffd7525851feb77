//! What the words of a policy stand for: every name with its declaration and its uses, read off the syntax trees, so
//! that it is there for policies with errors, too. Strings in conditions are names where they are compared with what
//! can only be one (`target.model == "gpt-mini"`), also by way of a `let`.

mod blocks;
mod expressions;
mod index;
mod mention;
mod rows;
mod tests_of_policy;

pub(super) use index::{Index, SourceText};
pub(super) use mention::{Domain, Form, Mention, Space, What};
pub(super) use rows::cells;
