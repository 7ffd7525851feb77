//! Proofs over policies: what every request meets, told for all of them at once.
//!
//! A condition is a formula over atoms, each of which asks one thing of a request (`formula`, `atom`, `encode`). A
//! query asks for a request that meets some formulas: a SAT solver chooses atoms, theories of numbers, strings, lists,
//! times and tenants make a request of them or say what contradicts what (`query`, `axioms`, `request`). A search looks
//! for a request that reaches a rule, by asking the tree where each one found goes (`search`, `fate`). What is told of
//! the policy stands in `verdicts`.
//!
//! Nothing is claimed that was not checked: a request shown has been through the real decision, and "none" is said
//! only where the theories leave none. What they do not look into is a free truth; where it matters, the verdict is
//! that it is not known. So is it where time is up.
//!
//! The way is that of lazy SMT: Nieuwenhuis, Oliveras, Tinelli, "Solving SAT and SAT Modulo Theories" (2006).

mod atom;
mod axioms;
mod callers;
pub mod difference;
mod encode;
mod fate;
mod formula;
mod linear;
mod links;
mod list;
mod opaque;
mod patience;
mod plans;
mod query;
mod range;
mod redraw;
mod refuted;
mod relation;
mod report;
mod request;
mod same;
mod search;
mod shrink;
mod size;
mod space;
mod tenants;
mod text;
mod time;
mod verdicts;
mod witness;

pub use patience::{Patience, Unlimited};
pub use report::{Proofs, Untaken, prove, prove_asserts, untaken};

#[cfg(test)]
mod tests;
