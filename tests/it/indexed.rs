//! One random policy and random facts, decided by the index, by the plain reading and from memory.

use crate::expressions::Choices;
use crate::random_policies;
use pointsman::decide::{Memo, NoOrders, decide, decide_by_plain_reading};
use pointsman::source::SourceMap;
use pointsman::tree::{PolicyHash, Tree};

/// Draws a policy and the facts of some requests, and compares the ways of deciding. Returns how many requests it
/// compared; none where the policy is beyond the bounds of a tree.
pub(crate) fn check(bytes: &[u8], requests: usize) -> usize {
    // The facts are drawn first, for a policy takes as many bytes as there are.
    let (for_facts, for_policy) = bytes.split_at(bytes.len().min(requests * 24));
    let policy = random_policies::policy(&mut Choices::new(for_policy));
    let Ok(tree) = Tree::new(policy, SourceMap::new(), PolicyHash::of([])) else {
        return 0;
    };
    let mut choices = Choices::new(for_facts);
    let mut memo = Memo::new(&tree);
    for request in 0..requests {
        let facts = random_policies::facts(&mut choices, &tree.policy().facts);
        let seed = request as u64;
        let indexed = decide(&tree, &facts, seed, &mut NoOrders);
        let plain = decide_by_plain_reading(&tree, &facts, seed, &mut NoOrders);
        assert_eq!(indexed, plain, "over {facts:?}");
        // Twice: made, and remembered.
        for _ in 0..2 {
            let remembered = memo.decide(&facts, seed, &mut NoOrders);
            assert_eq!(*remembered, plain, "from memory over {facts:?}");
        }
    }
    requests
}
