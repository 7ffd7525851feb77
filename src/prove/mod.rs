//! Proofs over policies: which values of the facts a request may have, and which of them contradict each other.
//!
//! The theories at the bottom answer for one fact each: given tests of it and the outcome that each shall have, they
//! find a value, name tests that contradict each other, or say that a bound was hit. They never guess: a value is
//! tried against every test before it is handed out, and a contradiction holds for every value there is.

#[allow(dead_code, unused_imports)]
pub(crate) mod list;
#[allow(dead_code, unused_imports)]
pub(crate) mod relation;
#[allow(dead_code, unused_imports)]
pub(crate) mod shrink;
#[allow(dead_code, unused_imports)]
pub(crate) mod size;
#[allow(dead_code, unused_imports)]
pub(crate) mod text;
#[allow(dead_code, unused_imports)]
pub(crate) mod time;
