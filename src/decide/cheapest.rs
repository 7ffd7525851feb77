//! `pick cheapest`: the members by what this request would cost at most.

use super::pool::Order;
use crate::facts::{Builtin, Facts};
use crate::model::{Model, ModelId, Policy, Pool};
use crate::quantity::Cost;

/// The answer's tokens where the request names no cap: prompts are long and answers short, so that the price of input has
/// its weight.
pub const OUTPUT_WITHOUT_CAP: u64 = 1_000;

/// All members, the cheapest first: the estimated input and the cap on output, at each member's prices. Members without a
/// price come last; ties stand as written.
pub(super) fn order(policy: &Policy, pool: &Pool, facts: &Facts) -> Order {
    let input = count(facts, Builtin::Tokens).unwrap_or(0);
    let output = count(facts, Builtin::MaxTokens).unwrap_or(OUTPUT_WITHOUT_CAP);
    let mut members: Vec<(Option<Cost>, ModelId)> = pool
        .members
        .iter()
        .map(|(id, _)| {
            (
                policy.model(*id).and_then(|model| cost(model, input, output)),
                *id,
            )
        })
        .collect();
    members.sort_by_key(|(cost, _)| (cost.is_none(), *cost));
    members.into_iter().map(|(_, id)| id).collect()
}

fn cost(model: &Model, input: u64, output: u64) -> Option<Cost> {
    let price = model.price.as_ref()?;
    let output = model.max_output.map_or(output, |most| output.min(most));
    Some(price.input.times(input) + price.output.times(output))
}

/// A count of tokens; `None` where it is zero.
fn count(facts: &Facts, builtin: Builtin) -> Option<u64> {
    let count = facts.int(builtin.into());
    u64::try_from(count).ok().filter(|count| *count > 0)
}
