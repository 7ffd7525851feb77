//! Targets that can take no request of their route: it asks for more than they can, or guards remove them from all of
//! its requests.

use super::super::patience::Patience;
use super::super::plans;
use super::super::search::{Found, Goal, find};
use super::super::space::{Space, routes};
use super::reach::Reach;
use crate::decide::is_eligible;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Builtin, Facts};
use crate::model::{Capability, Choice, Model, ModelId, Named, RouteAction, RouteId, Routing, Target};

/// Says which targets can take nothing that their route lets through.
pub(in super::super) fn targets(
    space: &mut Space<'_>,
    reached: &[Reach],
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) {
    let policy = space.policy;
    for (route, reach) in routes(policy).zip(reached) {
        let (Some(RouteAction::Send(routing)), Reach::By(example)) =
            (policy.route(route).map(|route| &route.action), reach)
        else {
            continue;
        };
        let untargeted = |found: &Diagnostic| {
            let of_route = policy.route(route).map(|route| route.span);
            found.code() == Code::NO_TARGET_LEFT && of_route == found.primary().map(|label| label.span)
        };
        if found.iter().any(untargeted) {
            continue;
        }
        for choice in choices(routing) {
            if patience.is_over() {
                return;
            }
            let members = policy.members(choice.named);
            if members
                .iter()
                .any(|model| is_eligible(space.tree, example, *model))
            {
                continue;
            }
            if members
                .iter()
                .all(|model| takes_nothing(space, route, *model, patience))
            {
                found.extend(diagnostic(space, route, &choice, example));
            }
        }
    }
}

fn choices(routing: &Routing) -> Vec<Choice> {
    let mut choices: Vec<Choice> = match &routing.target {
        Target::Split(split) => {
            let drawn = split.arms.iter().filter(|arm| arm.share.basis_points() > 0);
            drawn.map(|arm| arm.choice).collect()
        }
        target => target.choices().into_iter().copied().collect(),
    };
    choices.extend(plans::fallbacks(routing));
    choices.extend(plans::shadow(routing).map(|shadow| Choice {
        named: Named::Model(shadow.model),
        span: shadow.span,
    }));
    choices
}

fn takes_nothing(space: &mut Space<'_>, route: RouteId, model: ModelId, patience: &dyn Patience) -> bool {
    let eligible = space.eligible(model);
    let found = find(space, &[eligible], Goal::Route(route), patience, |_, _| Some(()));
    matches!(found, Found::None { .. })
}

fn diagnostic(space: &Space<'_>, route: RouteId, choice: &Choice, example: &Facts) -> Option<Diagnostic> {
    let policy = space.policy;
    let route = policy.route(route)?;
    let first = policy.members(choice.named).into_iter().next()?;
    let reason = reason(space, first, example);
    let message = format!(
        "`{}` can take no request of the route `{}`",
        policy.name_of(choice.named),
        route.name
    );
    Some(
        Diagnostic::warning(Code::INCAPABLE_TARGET, message)
            .at(choice.span, reason)
            .help("choose another target, or correct what the model says of itself"),
    )
}

/// Why a model does not take a request.
fn reason(space: &Space<'_>, id: ModelId, facts: &Facts) -> String {
    let Some(model) = space.policy.model(id) else {
        return String::new();
    };
    let removing = super::super::space::guards(space.policy).find(|(guard, _)| {
        space.tree.guard_matches(*guard, facts) && !space.tree.guard_allows(*guard, facts, id)
    });
    if let Some((_, guard)) = removing {
        return format!("the guard `{}` removes `{}`", guard.name, model.name);
    }
    match lacking(model, facts) {
        Some(word) => format!("`{}` lacks `{}`", model.name, word.name()),
        None => match model.context {
            Some(context) => format!("the context of `{}` is {context}", model.name),
            None => format!("`{}` cannot", model.name),
        },
    }
}

fn lacking(model: &Model, facts: &Facts) -> Option<Capability> {
    let asked = [
        (Capability::Tools, facts.int(Builtin::Tools.into()) > 0),
        (Capability::Vision, facts.int(Builtin::Images.into()) > 0),
        (Capability::Json, facts.boolean(Builtin::Json.into())),
        (
            Capability::Embeddings,
            facts.string(Builtin::Api.into()) == "embeddings",
        ),
    ];
    let can = model.can.as_ref()?;
    let missing = asked
        .into_iter()
        .find(|(word, asked)| *asked && !can.contains(word));
    missing.map(|(word, _)| word)
}
