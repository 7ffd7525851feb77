//! What of a decision was drawn or picked, without the rest of its trace.

use super::trace::PoolTrace;
use super::tracer::{OrderSource, SplitTrace, Tracer};
use crate::model::{ModelId, PoolId};

/// What of a decision another seed or other orders could change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draws {
    /// How the route's split was drawn, where it has one.
    pub split: Option<SplitTrace>,
    /// The pools that were put in order, in the order of the plan.
    pub pools: Vec<PoolTrace>,
}

impl Tracer for Draws {
    fn split(&mut self, build: impl FnOnce() -> SplitTrace) {
        self.split = Some(build());
    }

    fn pool(&mut self, pool: PoolId, order: &[ModelId], source: OrderSource) {
        self.pools.push(PoolTrace {
            pool,
            order: order.to_vec(),
            source,
        });
    }
}
