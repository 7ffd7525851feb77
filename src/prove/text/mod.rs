//! What is known of one string: tests of it, and whether they can come out as wanted.
//!
//! Where a test names the string, or the few that it may be, those are tried. Otherwise guesses come first, then a
//! breadth-first search through the automata of all tests together, which ends in a shortest string or in a proof
//! that there is none. Every string is tried by direct evaluation before it is handed out.

mod alphabet;
mod automaton;
mod counter;
mod guess;
mod part;
mod search;
mod test;
mod theory;

pub(crate) use test::{TextTest, outcome};
pub(crate) use theory::{TextLimits, TextTestId, TextTheory, TextVerdict};

#[cfg(test)]
mod tests;
