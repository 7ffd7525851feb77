//! Asserts, and targets that guards leave.

use super::agreement::{Case, Tally};
use super::truth::{breaking, decisions, targets};
use pointsman::decide::{Decision, GivenOrders, NoOrders, Outcome, SkipReason, decide};
use pointsman::diagnostic::{Code, Diagnostic, Request};
use pointsman::facts::Facts;
use pointsman::model::{Assert, AssertId, ModelId, Named, RouteAction, RouteId, Target};
use pointsman::tree::Tree;

pub(super) fn compare(case: &Case<'_>, tally: &mut Tally) {
    asserts(case, tally);
    let policy = case.tree.policy();
    for (id, route) in (0..).map(RouteId).zip(&policy.routes) {
        let RouteAction::Send(routing) = &route.action else {
            continue;
        };
        if matches!(routing.target, Target::Requested(_)) {
            continue;
        }
        let bare = |decision: &&Decision| decision.route == Some(id) && guards_removed_all(decision);
        let is_bare = case.decisions.iter().any(|decision| bare(&decision));
        let told = case.of(Code::NO_TARGET_LEFT, route.span);
        tally.verdicts += 1;
        if let Some(told) = told {
            tally.found += 1;
            let facts = case.request(told.request().expect("a request"));
            let decision = decide(&case.tree, &facts, 0, &mut NoOrders);
            case.holds(bare(&&decision), || {
                format!("guards leave {facts:?} a target of {}", route.name)
            });
            case.holds(is_bare, || format!("guards leave {} a target", route.name));
        } else if case.of(Code::MAY_LEAVE_NO_TARGET, route.span).is_some() {
            case.holds(case.sketch.is_opaque(), || "all is looked into".to_owned());
            tally.unknown += 1;
        } else {
            case.holds(!is_bare, || format!("guards leave {} no target", route.name));
        }
    }
}

fn guards_removed_all(decision: &Decision) -> bool {
    matches!(decision.outcome, Outcome::Refused(_))
        && !decision.skipped.is_empty()
        && decision
            .skipped
            .iter()
            .all(|skipped| matches!(skipped.reason, SkipReason::Guard(_)))
}

fn asserts(case: &Case<'_>, tally: &mut Tally) {
    let asserts: Vec<(AssertId, &Assert)> = (0..).map(AssertId).zip(&case.tree.policy().asserts).collect();
    if asserts.is_empty() {
        return;
    }
    let mut broken: Vec<Option<&Facts>> = vec![None; asserts.len()];
    for (facts, decision) in case.requests.iter().zip(&case.decisions) {
        let open = |(at, (id, _)): &(usize, &(AssertId, &Assert))| {
            broken[*at].is_none() && case.tree.assert_applies(*id, facts)
        };
        let asked: Vec<usize> = asserts
            .iter()
            .enumerate()
            .filter(open)
            .map(|(at, _)| at)
            .collect();
        if asked.is_empty() || targets(decision).is_empty() {
            continue;
        }
        for decision in decisions(&case.drawn, facts) {
            for at in &asked {
                if !breaking(&case.drawn, asserts[*at].0, facts, &decision).is_empty() {
                    broken[*at] = Some(facts);
                }
            }
        }
    }
    for ((id, assert), broken) in asserts.into_iter().zip(broken) {
        tally.verdicts += 1;
        if let Some(told) = case.of(Code::ASSERT_REFUTED, assert.that.span) {
            tally.found += 1;
            case.holds(broken.is_some(), || format!("{} holds", assert.name));
            refuted(case, id, told);
        } else if case.of(Code::ASSERT_UNKNOWN, assert.that.span).is_some() {
            // Nobody was found who draws what breaks it.
            tally.undrawn += 1;
            case.holds(broken.is_some(), || format!("{} holds", assert.name));
        } else if case.of(Code::ASSERT_UNKNOWN, assert.span).is_some() {
            tally.unknown += 1;
            case.holds(case.sketch.is_opaque(), || "all is looked into".to_owned());
        } else {
            case.holds(broken.is_none(), || {
                format!("{} is broken by {broken:?}", assert.name)
            });
        }
    }
}

/// Decides the request of a refutation again: with the seed and the orders shown it leads to the target at the place in the
/// plan that is shown.
fn refuted(case: &Case<'_>, id: AssertId, told: &Diagnostic) {
    let request = told.request().expect("a request");
    let facts = case.request(request);
    let line = |start: &str| {
        let mut lines = told.help_lines().iter();
        lines.find_map(|line| line.strip_prefix(start)).map(str::to_owned)
    };
    let way = line("its way: ").expect("a way");
    let plan = way.rsplit_once("plan ").expect("a plan").1.to_owned();
    let place = line("the attempt: ").expect("an attempt");
    let name = |model: &ModelId| case.tree.policy().model(*model).expect("a model").name.clone();
    let decision = decide(&case.tree, &facts, request.seed, &mut orders(&case.tree, request));
    let names: Vec<String> = targets(&decision).iter().map(name).collect();
    let breaks = breaking(&case.tree, id, &facts, &decision);
    let shown = breaks.iter().map(name).any(|target| {
        let at = names.iter().position(|known| *known == target).expect("a place") + 1;
        place.starts_with(&format!("{at} of {}, {target}", names.len()))
    });
    case.holds(shown && names.join(", ") == plan, || {
        format!("what is shown of {id:?} does not come out again")
    });
}

/// The orders of a request that is shown.
fn orders(tree: &Tree, request: &Request) -> GivenOrders {
    let policy = tree.policy();
    let mut given = GivenOrders::default();
    for (pool, members) in &request.orders {
        let Some(Named::Pool(pool)) = policy.find_named(pool) else {
            panic!("`{pool}` is no pool");
        };
        let models = members.iter().filter_map(|name| match policy.find_named(name)? {
            Named::Model(model) => Some(model),
            Named::Pool(_) => None,
        });
        given.0.insert(pool, models.collect());
    }
    given
}
