//! How a condition came to its outcome: its comparisons, what each read and what came of it.

use crate::facts::Value;
use crate::source::Span;
use std::fmt;

/// A condition's outcome and the comparisons that led to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConditionTrace {
    /// Whether the condition holds.
    pub outcome: bool,
    /// Its comparisons (what stands between `&&`, `||`, `!` and `?:`; `let`s of truth are looked into), in the order
    /// in which they are read.
    pub parts: Vec<PartTrace>,
}

/// One comparison of a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct PartTrace {
    /// Where it stands.
    pub span: Span,
    /// The comparison in canonical CEL.
    pub text: String,
    /// What came of it; `None` where the outcome was settled before it was looked at.
    pub outcome: Option<bool>,
    /// What it reads, by the name it has in CEL (`tier`, `headers["x-team"]`, `target.region`), each once; empty where
    /// it was not looked at. A map's key that is absent is left out.
    pub values: Vec<(String, Observed)>,
}

/// A value that a comparison read.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// A fact, a map's entry, or an attribute of the target.
    Value(Value),
    /// A price of the target, USD per million tokens.
    Double(f64),
}

impl fmt::Display for Observed {
    /// The value as a CEL literal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Observed::Value(value) => value.fmt(f),
            Observed::Double(number) => write!(f, "{number:?}"),
        }
    }
}
