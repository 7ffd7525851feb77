//! `<`, `<=`, `>` and `>=` as CEL has them, for the interpreter: NaN is neither less nor greater, where the `cel` crate
//! has an error.

use crate::cel::BinaryOperator;
use cel_interpreter::common::functions::Function;
use cel_interpreter::common::types::{CelBool, CelDouble, CelInt, CelUInt, DYN_TYPE};
use cel_interpreter::common::value::{CowVal, Val};
use cel_interpreter::{DeclarationError, Env, ExecutionError};
use std::cmp::Ordering;

/// The functions, and the names that errors have for them.
const FUNCTIONS: [(&str, Function); 4] = [
    ("__less", |values| order("_<_", values, Ordering::is_lt)),
    ("__less_or_equal", |values| order("_<=_", values, Ordering::is_le)),
    ("__greater", |values| order("_>_", values, Ordering::is_gt)),
    ("__greater_or_equal", |values| {
        order("_>=_", values, Ordering::is_ge)
    }),
];

/// The function that stands for an operator; `None` for those that order nothing.
pub(super) fn function(operator: BinaryOperator) -> Option<&'static str> {
    let index = match operator {
        BinaryOperator::Less => 0,
        BinaryOperator::LessOrEqual => 1,
        BinaryOperator::Greater => 2,
        BinaryOperator::GreaterOrEqual => 3,
        _ => return None,
    };
    FUNCTIONS.get(index).map(|(name, _)| *name)
}

/// Declares the functions.
pub(super) fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    FUNCTIONS
        .iter()
        .try_for_each(|(name, function)| env.add_overload(name, name, vec![DYN_TYPE, DYN_TYPE], *function))
}

fn order<'b, 'v>(
    operator: &str,
    values: Vec<CowVal<'b, 'v>>,
    wanted: fn(Ordering) -> bool,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [left, right] = values.as_slice() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    let (left, right) = (left.as_ref(), right.as_ref());
    let compared = left.as_comparer().map(|comparer| comparer.compare(right));
    let outcome = match compared {
        Some(Ok(ordering)) => wanted(ordering),
        _ if is_number(left) && is_number(right) => false,
        _ => {
            let types = [left, right].map(|value| value.get_type().name().to_owned());
            return Err(ExecutionError::no_such_overload(operator, types.to_vec()));
        }
    };
    Ok(CowVal::owned(CelBool::from(outcome)))
}

/// Numbers without an order are such because one is NaN.
fn is_number(value: &dyn Val) -> bool {
    value.downcast_ref::<CelDouble>().is_some()
        || value.downcast_ref::<CelInt>().is_some()
        || value.downcast_ref::<CelUInt>().is_some()
}
