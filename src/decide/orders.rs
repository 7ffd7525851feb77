//! Live state of pools, as a decision asks for it.

use crate::model::{ModelId, PoolId};
use std::collections::BTreeMap;

/// Live state of pools, asked for while a decision is made.
pub trait Orders {
    /// The members of a pool whose `pick` asks for live state, first choice first; `None` where it is not known, so
    /// that the seed decides. What is not among the members is ignored, members left out come last as written.
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>>;

    /// An order in the place of the one that the seed draws, for a pool whose `pick` draws; `None`, as always where
    /// requests are served, leaves it to the seed. Tests of a policy hand in every order that some seed would draw.
    fn drawn(&mut self, _pool: PoolId) -> Option<Vec<ModelId>> {
        None
    }
}

/// No live state: every pool takes its order from the seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoOrders;

impl Orders for NoOrders {
    fn order(&mut self, _pool: PoolId) -> Option<Vec<ModelId>> {
        None
    }
}

/// Orders that are handed in; pools that are not among them take theirs from the seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenOrders(pub BTreeMap<PoolId, Vec<ModelId>>);

impl Orders for GivenOrders {
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        self.0.get(&pool).cloned()
    }
}
