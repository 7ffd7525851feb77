//! The columns of an export. Names and types are stable: a column may come, none goes or changes.

use crate::facts::{Builtin, FactId, Register};
use parquet::errors::ParquetError;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;
use std::collections::BTreeSet;

/// What the names of columns of declared facts begin with.
const FACT: &str = "fact_";

/// All columns before those of facts that are asked for.
const COLUMNS: &str = "
  optional int64 ts (TIMESTAMP(MICROS, true));
  optional binary id (STRING);
  optional binary policy (STRING);
  optional binary seed (STRING);
  optional binary tenant (STRING);
  optional binary tier (STRING);
  optional binary region (STRING);
  optional binary user (STRING);
  required group tags (LIST) { repeated group list { optional binary element (STRING); } }
  optional binary model (STRING);
  optional binary requested (STRING);
  optional binary api (STRING);
  optional int64 tokens;
  optional int64 max_tokens;
  optional boolean stream;
  optional boolean json;
  optional int64 tools;
  optional int64 images;
  optional int64 turns;
  optional binary other_facts (JSON);
  optional binary route (STRING);
  optional binary target (STRING);
  required group targets (LIST) { repeated group list { optional binary element (STRING); } }
  required group guards (LIST) { repeated group list { optional binary element (STRING); } }
  required group skipped (LIST) { repeated group list { required group element {
    optional binary target (STRING); optional binary why (STRING); } } }
  optional binary denied (STRING);
  optional int64 denied_status;
  optional binary error (STRING);
  optional int64 output_cap;
  optional double propensity;
  required group attempts (LIST) { repeated group list { required group element {
    optional binary target (STRING); optional int64 status; optional binary class (STRING);
    optional int64 first_token_ms; optional int64 ms; optional boolean cancelled; } } }
  required group passed_over (LIST) { repeated group list { required group element {
    optional binary target (STRING); optional binary class (STRING); } } }
  optional binary answered_by (STRING);
  optional int64 status;
  optional int64 first_token_ms;
  optional int64 ms;
  optional binary outcome (STRING);
  optional int64 input_tokens;
  optional int64 cached_tokens;
  optional int64 cache_write_tokens;
  optional int64 output_tokens;
  optional fixed_len_byte_array(16) cost_usd (DECIMAL(38, 12));
  optional boolean hold_exceeded;
  optional binary orders (JSON);
  optional binary prompted (JSON);";

/// The schema with a column for each of these facts.
pub(super) fn schema(facts: &[String]) -> Result<Type, ParquetError> {
    let mut text = format!("message record {{{COLUMNS}\n");
    for fact in facts {
        text.push_str(&format!("  optional binary {FACT}{fact} (STRING);\n"));
    }
    text.push('}');
    parse_message_type(&text)
}

/// Whether facts of these names can have columns of their own.
///
/// # Errors
/// What is wrong with them, one line each.
pub fn check_facts(names: &[String]) -> Result<(), Vec<String>> {
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for name in names {
        if !is_fact(name) {
            errors.push(format!("`--fact {name}`: this is no name of a fact"));
        } else if has_column(name) {
            errors.push(format!(
                "`--fact {name}`: this fact has the column `{name}` already"
            ));
        } else if !seen.insert(name) {
            errors.push(format!("`--fact {name}` is given twice"));
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

/// Whether it is a fact that has a column whatever is asked for.
pub(super) fn has_column(name: &str) -> bool {
    let register = Register::new();
    let is_own = |id: FactId| {
        ![Builtin::Headers, Builtin::Metadata, Builtin::Prompt, Builtin::Now]
            .into_iter()
            .any(|builtin| FactId::from(builtin) == id)
    };
    register.find(name).is_some_and(is_own)
}

/// Whether a fact can have this name: it is an identifier of CEL.
fn is_fact(name: &str) -> bool {
    let mut letters = name.bytes();
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    letters.next().is_some_and(is_first) && letters.all(|byte| is_first(byte) || byte.is_ascii_digit())
}
