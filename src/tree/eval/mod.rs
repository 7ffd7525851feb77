//! Any CEL expression, evaluated once for `pointsman eval`: untyped, not necessarily total.

mod convert;
mod error;
mod rename;
mod value;

pub use error::EvalError;
pub use value::EvalValue;

use super::dialect;
use super::stack::with_room;
use crate::syntax::{ast, print};
use cel_interpreter::{Context, IdedExpr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Evaluates an expression over these variables; a variable may have dots in its name. The error says in one line why
/// there is no value.
pub fn evaluate(
    expression: &ast::Expression,
    variables: &[(String, EvalValue)],
) -> Result<EvalValue, EvalError> {
    let (renamed, levels) = rename::in_dialect(expression);
    let text = print::expression(&renamed);
    let program = dialect::parse(&text, levels).map_err(EvalError::new)?;
    let evaluate = || with_room(levels, || run(&program, variables));
    catch_unwind(AssertUnwindSafe(evaluate))
        .unwrap_or_else(|_| Err(EvalError::new("the interpreter failed on this expression")))
}

fn run(program: &IdedExpr, variables: &[(String, EvalValue)]) -> Result<EvalValue, EvalError> {
    let mut context = Context::with_env(Arc::clone(dialect::environment()));
    for (name, value) in variables {
        let value = convert::to_interpreter(value)
            .ok_or_else(|| EvalError::new(format!("the value of `{name}` is none of CEL's")))?;
        context.add_variable_as_val(name.as_str(), value);
    }
    let value =
        cel_interpreter::Value::resolve_val(program, &context).map_err(|error| EvalError::from(&error))?;
    convert::from_interpreter(value.as_ref()).map_err(EvalError::new)
}

#[cfg(test)]
mod tests;
