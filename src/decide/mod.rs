//! Tree, facts, seed and orders to a decision: synchronous, total, deterministic.
//!
//! The steps are those of the language's "From facts to plan", one file each: `assumptions`, `guards`, `route`, `targets`,
//! `eligibility`, `split` and `pool`, `assemble`; `steps` runs them. A tracer looks on,
//! so that a decision and its trace come from one code path. Two short cuts lie beside it, to the same outcome: the tree's
//! index finds rules, and `simple` makes the plan of a route whose targets all stay. A property test holds them to it, and
//! `memo`, which remembers decisions for those who make many of them.

mod assemble;
mod assumptions;
mod cheapest;
mod decision;
mod draw;
mod draws;
mod eligibility;
mod guards;
mod memo;
mod orders;
mod plan;
mod pool;
mod propensity;
mod rendezvous;
mod route;
mod shadow;
mod simple;
mod split;
mod steps;
mod targets;
mod trace;
mod tracer;
mod usable;

pub use cheapest::OUTPUT_WITHOUT_CAP;
pub use decision::{ASSUMPTION_STATUS, Decision, Outcome, Refusal, SkipReason, Skipped};
pub use draws::Draws;
pub use eligibility::is_eligible;
pub use memo::Memo;
pub use orders::{GivenOrders, NoOrders, Orders};
pub use plan::{Group, Hedging, Plan};
pub use pool::order_by_facts;
pub use propensity::{FirstTarget, first_targets};
pub use rendezvous::rendezvous;
pub use shadow::seed_of_shadow;
pub use split::seeds_of_arms;
pub use steps::{decide, decide_by_plain_reading, decide_with_draws, decide_with_trace};
pub use trace::{AssumeTrace, GuardTrace, PoolTrace, RequireTrace, RouteTrace, TargetTrace, Trace};
pub use tracer::{ArmTrace, Clause, OrderSource, ShadowTrace, SplitTrace};
pub use usable::{is_usable, near_names, usable_names};

#[cfg(test)]
pub(crate) mod tests;
