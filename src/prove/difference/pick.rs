//! What the order of a pool's members rests on: two pools for which it is the same put the same members in the same order,
//! for every request and every draw.

use super::rules::Rules;
use crate::facts::Builtin;
use crate::model::{ModelId, Pick, Pool};

/// How a pool picks, and by what; live state is all one.
pub(super) fn way(rules: &Rules<'_, '_>, pool: &Pool) -> String {
    match pool.pick {
        Pick::Sticky(fact) => {
            let caller = rules.half.source(Builtin::Tenant.into());
            format!("sticky by {:?} of {caller:?}", rules.half.source(fact))
        }
        pick if pick.is_live() => "live".to_owned(),
        pick => pick.name().to_owned(),
    }
}

/// The members as written, where that counts: with their weights where the order is drawn from the seed, with their prices
/// where these make it.
pub(super) fn rests_on(rules: &Rules<'_, '_>, pool: &Pool) -> Vec<(String, String)> {
    let member = |(id, weight): &(ModelId, u32)| {
        let what = match pool.pick {
            Pick::Cheapest => {
                let model = rules.policy.model(*id);
                format!("{:?}", model.map(|model| (model.price, model.max_output)))
            }
            _ => weight.to_string(),
        };
        (rules.model_name(*id), what)
    };
    match pool.pick {
        Pick::Random | Pick::Weighted | Pick::Cheapest => pool.members.iter().map(member).collect(),
        _ => Vec::new(),
    }
}
