//! One random policy and random facts, decided by the index, by the plain reading and from memory.

use crate::expressions::Choices;
use crate::random_policies;
use pointsman::decide::{Memo, NoOrders, decide, decide_by_plain_reading};
use pointsman::facts::{Builtin, Demand, Facts, Value};
use pointsman::model::{Capability, ModelId, Policy, RouteAction, Shadow};
use pointsman::quantity::Share;
use pointsman::source::SourceMap;
use pointsman::tree::{PolicyHash, Tree};

/// Draws a policy and the facts of some requests, and compares the ways of deciding. Returns how many requests it
/// compared; none where the policy is beyond the bounds of a tree.
pub(crate) fn check(bytes: &[u8], requests: usize) -> usize {
    // The facts are drawn first, for a policy takes as many bytes as there are.
    let (for_facts, for_policy) = bytes.split_at(bytes.len().min(requests * 24));
    let mut policy = random_policies::policy(&mut Choices::new(for_policy));
    rule_out(&mut policy);
    let Ok(tree) = Tree::new(policy, SourceMap::new(), PolicyHash::of([])) else {
        return 0;
    };
    let mut choices = Choices::new(for_facts);
    let mut memo = Memo::new(&tree);
    for request in 0..requests {
        let mut facts = random_policies::facts(&mut choices, &tree.policy().facts);
        ask_for_more(&mut choices, &mut facts);
        let seed = request as u64;
        let indexed = decide(&tree, &facts, seed, &mut NoOrders);
        let plain = decide_by_plain_reading(&tree, &facts, seed, &mut NoOrders);
        assert_eq!(indexed, plain, "over {facts:?}");
        // Twice: made, and remembered. Then what is remembered of the class, under other seeds.
        for _ in 0..2 {
            let remembered = memo.decide(&facts, seed, &mut NoOrders);
            assert_eq!(*remembered, plain, "from memory over {facts:?}");
        }
        for seed in [!seed, seed + 1_000_000] {
            let plain = decide_by_plain_reading(&tree, &facts, seed, &mut NoOrders);
            let remembered = memo.decide(&facts, seed, &mut NoOrders);
            assert_eq!(*remembered, plain, "from memory by {seed} over {facts:?}");
        }
    }
    requests
}

/// Lets models be unable to take some requests, and sends copies of some.
fn rule_out(policy: &mut Policy) {
    for (index, model) in policy.models.iter_mut().enumerate() {
        model.can = (index == 0).then(|| vec![Capability::Tools, Capability::Json]);
    }
    for route in policy.routes.iter_mut().step_by(3) {
        if let RouteAction::Send(routing) = &mut route.action {
            let span = route.span;
            let share = Share::from_basis_points(5_000);
            routing.shadow = share.map(|share| Shadow {
                model: ModelId(2),
                share,
                span,
            });
        }
    }
}

/// Lets a request need what not every model, provider or protocol has.
fn ask_for_more(choices: &mut Choices<'_>, facts: &mut Facts) {
    let counts = [(Builtin::Tools, 3), (Builtin::Images, 4)];
    for (fact, among) in counts {
        let count = Value::Int(i64::from(choices.pick(among) == 1));
        facts.set(fact.into(), count).expect("a number");
    }
    let api = choices.one_of(&["chat", "chat", "chat", "messages", "embeddings", "other"]);
    let api = Value::String(api.to_owned());
    facts.set(Builtin::Api.into(), api).expect("a text");
    let demand = choices.one_of(&Demand::ALL);
    let demands = [demand].into_iter().filter(|_| choices.pick(4) == 1);
    facts.set_demands(demands.collect());
}
