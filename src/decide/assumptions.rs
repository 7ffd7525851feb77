//! Before anything else: what the policy takes for granted of every request. Proofs rest on it, so that a request which
//! breaks it is refused.

use super::decision::Refusal;
use super::tracer::Tracer;
use crate::model::AssumeId;
use crate::tree::{Request, Tree};

/// Reads all assumptions: the refusal, where the request breaks one.
pub(super) fn read<'a>(tree: &'a Tree, request: &Request<'a>, tracer: &mut impl Tracer) -> Option<Refusal> {
    let mut assumes = Vec::new();
    for (id, _) in (0u32..).map(AssumeId).zip(&tree.policy().assumes) {
        let holds = tree.keeps_to(id, request);
        tracer.assume(id, holds);
        if !holds {
            assumes.push(id);
        }
    }
    (!assumes.is_empty()).then_some(Refusal::AssumptionBroken { assumes })
}
