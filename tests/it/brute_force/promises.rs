//! Asserts, and targets that guards leave.

use super::agreement::{Case, Tally};
use super::truth::{breaking, decisions, targets};
use pointsman::decide::{Decision, NoOrders, Outcome, SkipReason, decide};
use pointsman::diagnostic::{Code, Diagnostic};
use pointsman::facts::Facts;
use pointsman::model::{Assert, AssertId, ModelId, RouteAction, RouteId, Target};
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

/// Decides the request of a refutation again: with the seed shown it leads to the target at the place in the plan that
/// is shown, or, where nobody was found who draws the arm, does so with the splits drawn otherwise.
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
    let undrawn = line("where that arm").is_some();
    let shows = |tree: &Tree, decision: &Decision| {
        let name = |model: &ModelId| tree.policy().model(*model).expect("a model").name.clone();
        let names: Vec<String> = targets(decision).iter().map(name).collect();
        let at = |target: &ModelId| {
            names
                .iter()
                .position(|known| *known == name(target))
                .expect("a place")
        };
        names.join(", ") == plan
            && breaking(tree, id, &facts, decision).iter().any(|target| {
                place.starts_with(&format!(
                    "{} of {}, {}",
                    at(target) + 1,
                    names.len(),
                    name(target)
                ))
            })
    };
    let shown = if undrawn {
        decisions(&case.drawn, &facts)
            .iter()
            .any(|decision| shows(&case.drawn, decision))
    } else {
        super::truth::decisions_of(&case.tree, &facts, request.seed)
            .iter()
            .any(|decision| shows(&case.tree, decision))
    };
    case.holds(shown, || {
        format!("what is shown of {id:?} does not come out again")
    });
}
