//! Splits whose key does not keep a caller on its arm, or has too few values for the shares.

use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Builtin, Definition, FactId, Origin, Type};
use crate::model::{Policy, RouteAction, Split, SplitKey, Target};

/// Fewer draws than this cannot be trusted to meet any shares.
const FEWEST_DRAWS: usize = 10;

/// Reports splits by what changes from request to request, and by what hardly differs. `closed` says whether all
/// tenants are known.
pub(in crate::check) fn split_keys(policy: &Policy, closed: bool, report: &mut Report) {
    for route in &policy.routes {
        if let RouteAction::Send(routing) = &route.action
            && let Target::Split(split) = &routing.target
        {
            examine(policy, split, closed, report);
        }
    }
}

fn examine(policy: &Policy, split: &Split, closed: bool, report: &mut Report) {
    let SplitKey::Fact(id) = split.by else { return };
    let Some(definition) = policy.facts.get(id) else {
        return;
    };
    let name = &definition.name;
    if let Some(what) = changing(id) {
        report.push(
            Diagnostic::warning(
                Code::UNSTABLE_SPLIT_KEY,
                format!("a split by `{name}` does not keep a user on one arm"),
            )
            .at(split.span, format!("{what} differs from request to request"))
            .help("write `split by user`, or `split by request` where each request is drawn by itself"),
        );
    } else if let Some(draws) = draws(policy, id, definition, closed)
        && draws < FEWEST_DRAWS
        && split.arms.len() > 1
    {
        let label = match draws {
            1 => "it is the same for every request, so that all take the same arm".to_owned(),
            _ => format!("{draws} values in all, and every request of one of them takes the same arm"),
        };
        report.push(
            Diagnostic::warning(
                Code::COARSE_SPLIT_KEY,
                format!("a split by `{name}` cannot meet its shares"),
            )
            .at(split.span, label)
            .help("write `split by user`, or `split by request` where each request is drawn by itself"),
        );
    }
}

/// What a fact is that is another one in the same user's next request.
fn changing(id: FactId) -> Option<&'static str> {
    let changes = [
        (Builtin::Tokens, "the length of the prompt"),
        (Builtin::MaxTokens, "the cap on the answer"),
        (Builtin::Turns, "the number of messages"),
        (Builtin::Images, "the number of images"),
        (Builtin::Tools, "the number of tools"),
        (Builtin::Prompt, "the prompt"),
    ];
    changes
        .into_iter()
        .find(|(builtin, _)| FactId::from(*builtin) == id)
        .map(|(_, what)| what)
}

/// How many pairs of tenant and value there are to draw by; `None` where nobody can tell.
fn draws(policy: &Policy, id: FactId, definition: &Definition, closed: bool) -> Option<usize> {
    let tenants = match (closed, policy.tenants.len()) {
        (false, _) => return None,
        // Without tenants every caller is `anonymous`.
        (true, count) => count.max(1),
    };
    if is_of_the_tenant(definition) {
        // Who declares tenants and splits by them knows how many there are.
        return policy.tenants.is_empty().then_some(tenants);
    }
    let values = match (&definition.one_of, definition.ty) {
        (Some(values), _) => values.len(),
        (None, Type::Bool) => 2,
        (None, _) if id == FactId::from(Builtin::Api) => 4,
        (None, _) => return None,
    };
    tenants.checked_mul(values)
}

/// Whether each tenant has one value of the fact.
fn is_of_the_tenant(definition: &Definition) -> bool {
    match definition.origin {
        Origin::Tenant => true,
        Origin::Builtin(builtin) => matches!(builtin, Builtin::Tenant | Builtin::Tier | Builtin::Region),
        Origin::Header(_) | Origin::Metadata(_) => false,
    }
}
