//! Policies without a last route that takes everything: the request that none takes.

use super::agreement::{Tally, possible};
use super::sketch::Sketch;
use pointsman::decide::{Decision, NoOrders, Outcome, Refusal, decide};
use pointsman::facts::Facts;
use pointsman::prove::{Unlimited, Untaken, untaken};
use pointsman::tree::Tree;

pub(super) fn compare(sketch: &Sketch, draft: &Tree, text: &str, requests: &[Facts], tally: &mut Tally) {
    let falls = |facts: &Facts| is_untaken(&decide(draft, facts, 0, &mut NoOrders));
    let first = requests.iter().find(|facts| falls(facts));
    tally.verdicts += 1;
    match untaken(draft, &Unlimited) {
        Untaken::Request(request) => {
            let facts = possible(sketch, draft, &request, text);
            assert!(falls(&facts), "a route takes {facts:?}\n{text}");
            assert!(
                first.is_some(),
                "no request should fall through: {facts:?}\n{text}"
            );
            tally.found += 1;
            tally.witnesses += 1;
        }
        Untaken::Never => assert_eq!(first, None, "this falls through\n{text}"),
        Untaken::Unknown => {
            assert!(sketch.is_opaque(), "all is looked into\n{text}");
            tally.unknown += 1;
        }
    }
}

fn is_untaken(decision: &Decision) -> bool {
    let nothing = Outcome::Refused(Refusal::NoCapableTarget { context_only: false });
    decision.route.is_none() && decision.outcome == nothing
}
