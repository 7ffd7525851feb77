//! `eval`: one CEL expression over facts and variables.

use super::exit::Exit;
use super::{Format, FormatArguments, input, output};
use crate::facts::{self, Register};
use crate::source::SourceMap;
use crate::syntax::{ast, parse_cel};
use crate::tree::eval::{EvalValue, evaluate};
use clap::Args;
use serde_json::{Map, Value};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The expression
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    expression: String,

    /// Facts and variables: a file, `-`, or JSON text that begins with `{`
    #[arg(long, value_name = "F", default_value = "{}")]
    facts: String,

    #[command(flatten)]
    format: FormatArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let expression = match parse(&arguments.expression) {
        Ok(expression) => expression,
        Err(exit) => return exit,
    };
    let variables = match input::json(&arguments.facts)
        .map_err(|error| vec![error])
        .and_then(variables)
    {
        Ok(variables) => variables,
        Err(errors) => return output::usage(errors),
    };
    match evaluate(&expression, &variables) {
        Ok(value) => {
            match arguments.format.format {
                Format::Human => output::line(&value.to_cel_literal()),
                Format::Json => output::line(&value.to_json().to_string()),
            }
            Exit::Fine
        }
        Err(error) => {
            output::complain([error]);
            Exit::NotFine
        }
    }
}

/// The expression, or what is wrong with its text on standard error.
fn parse(text: &str) -> Result<ast::Expression, Exit> {
    let mut sources = SourceMap::new();
    let file = sources.add("expression", text);
    parse_cel(file, text).map_err(|diagnostics| {
        output::diagnostics(&diagnostics, &sources);
        Exit::Usage
    })
}

/// All facts, at their empty value where none is given, and the names that are no facts as variables of their JSON
/// type.
fn variables(given: Value) -> Result<Vec<(String, EvalValue)>, Vec<String>> {
    let Value::Object(given) = given else {
        return Err(vec!["facts are a JSON object of names and values".to_owned()]);
    };
    let register = Register::new();
    let (known, others): (Map<_, _>, Map<_, _>) = given
        .into_iter()
        .partition(|(name, _)| register.find(name).is_some());
    let facts = facts::json::from_json(&register, &Value::Object(known))?;
    let of_facts = register
        .definitions()
        .filter_map(|(id, definition)| Some((definition.name.clone(), EvalValue::from(facts.get(id)?))));
    let of_others = others
        .iter()
        .map(|(name, value)| (name.clone(), EvalValue::from(value)));
    Ok(of_facts.chain(of_others).collect())
}
