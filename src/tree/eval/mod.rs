//! Any CEL expression, evaluated once for `pointsman eval`: untyped, not necessarily total.

mod value;

pub use value::{EvalError, EvalValue};
