//! What is known of one list of strings: tests of it, and whether they can come out as wanted.
//!
//! Tests that ask for an element each get one, those that hold of every element are asked of each; what one element
//! is, the theory of strings says. Where the size is bounded, elements are found that serve several tests at once.

mod body;
mod element;
mod solve;
mod test;
mod theory;

pub(crate) use test::{Body, ListTest};
pub(crate) use theory::{ListTheory, ListVerdict};

#[cfg(test)]
mod tests;
