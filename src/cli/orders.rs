//! Orders of pools on the command line: what live state says, as records have it.

use super::exit::Exit;
use super::{input, output};
use crate::decide::GivenOrders;
use crate::model::{ModelId, Named, Policy, PoolId};
use serde_json::Value as Json;

/// The orders that an argument gives; none without one.
pub(super) fn read(argument: Option<&str>, policy: &Policy) -> Result<GivenOrders, Exit> {
    let Some(argument) = argument else {
        return Ok(GivenOrders::default());
    };
    let json = input::json(argument).map_err(|error| output::usage([error]))?;
    let Some(pools) = json.as_object() else {
        return Err(output::usage([
            "`--orders` takes an object of pools and their members, such as {\"small\":[\"a\",\"b\"]}",
        ]));
    };
    let mut given = GivenOrders::default();
    let mut errors = Vec::new();
    for (name, members) in pools {
        match order(policy, name, members) {
            Ok((pool, order)) => _ = given.0.insert(pool, order),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(given)
    } else {
        Err(output::usage(errors))
    }
}

/// A pool and the order of its members.
fn order(policy: &Policy, name: &str, members: &Json) -> Result<(PoolId, Vec<ModelId>), String> {
    let Some(Named::Pool(id)) = policy.find_named(name) else {
        return Err(format!("there is no pool `{name}`"));
    };
    if !policy.pool(id).is_some_and(|pool| pool.pick.is_live()) {
        return Err(format!(
            "the pool `{name}` does not pick by live state: its order is not given"
        ));
    }
    let names = members.as_array().map(Vec::as_slice).unwrap_or_default();
    let order: Vec<ModelId> = names
        .iter()
        .filter_map(|name| match policy.find_named(name.as_str()?)? {
            Named::Model(model) => Some(model),
            Named::Pool(_) => None,
        })
        .collect();
    if order.is_empty() || order.len() < names.len() {
        return Err(format!("the order of `{name}` is no list of models: {members}"));
    }
    Ok((id, order))
}
