//! The most that a request can cost at a target.

use super::words::shown_name;
use crate::facts::{Builtin, Facts};
use crate::model::{Model, ModelId, Policy};
use crate::quantity::Cost;

/// All input tokens at the input's price and as many output tokens as the caps let through: the smallest of the
/// request's, the guards' and the model's. An error says what is not known and how to give it.
pub(super) fn worst_case(
    policy: &Policy,
    facts: &Facts,
    guards_cap: Option<i64>,
    target: ModelId,
) -> Result<Cost, String> {
    let Some(model) = policy.model(target) else {
        return Err("a target that the policy does not have".to_owned());
    };
    let name = shown_name(&model.name);
    let Some(price) = &model.price else {
        return Err(format!("no price of {name} is known: give the model a `price`"));
    };
    let Some(output) = output_cap(facts, guards_cap, model) else {
        return Err(format!(
            "nothing bounds the output of {name}: give `max_tokens` in the test or `max-output` in the model, or \
             let a guard set `max_tokens at most`"
        ));
    };
    let tokens = u64::try_from(facts.int(Builtin::Tokens.into())).unwrap_or_default();
    Ok(price.input.times(tokens) + price.output.times(output))
}

fn output_cap(facts: &Facts, guards_cap: Option<i64>, model: &Model) -> Option<u64> {
    let asked = Some(facts.int(Builtin::MaxTokens.into())).filter(|asked| *asked > 0);
    let caps = asked.into_iter().chain(guards_cap);
    caps.filter_map(|cap| u64::try_from(cap).ok())
        .chain(model.max_output)
        .min()
}
