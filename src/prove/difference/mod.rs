//! The difference of two policies: all requests that are decided otherwise, by proof.
//!
//! Both policies become rules over one request (`joint`, `translate`, `rewrite`, `rules`); callers whom they do not see
//! alike are looked at by themselves (`callers`). A request can only be decided otherwise where a rule acts that is not
//! the same in both (`suspects`); such a one is sought, what each policy does with it is told by names (`class`,
//! `verdict`), and around it as wide a region as is proved to change alike (`cube`, `place`). The region is kept out
//! and the next request sought, until there is none (`walk`).
//!
//! Two decisions are held against each other as in a replay: route, targets in order, denial with its words, refusal,
//! and what guards set. Draws and the orders of pools are the same for both; a split that moves callers is told as its
//! plans with their shares.

mod admission;
mod attempts;
mod callers;
mod class;
mod cube;
mod draw;
mod example;
mod group;
mod holds;
mod joint;
mod json;
mod met;
mod pick;
mod place;
mod plans;
mod recording;
mod report;
mod rewrite;
mod rules;
mod suspects;
mod text;
mod translate;
mod unite;
mod verdict;
mod walk;
mod words;

pub use example::Example;
pub use place::Place;
pub use report::{Change, Decided, Difference, Rule, What, Who, difference};
pub use verdict::{Denied, Drawn, DrawnBy, Step, Verdict};

#[cfg(test)]
mod tests;
