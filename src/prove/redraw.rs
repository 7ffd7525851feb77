//! Requests that differ from one in what a split is drawn by, so that another arm may be drawn.

use super::space::Space;
use crate::facts::{Builtin, FactId, Facts, Value};
use crate::model::TenantId;

/// How much further up ints are tried where there are none below.
const FAR: i64 = 1_000;

/// The request of another who differs in the fact that a split is drawn by: of the first, the second, … there is;
/// `None` behind the last. Of what the tenant says there are the values of the tenants that are declared.
pub(super) fn other(space: &Space<'_>, facts: &Facts, fact: FactId, number: u64) -> Option<Facts> {
    if space.tenants.says(fact) {
        return of_tenant(space, facts, TenantId(u32::try_from(number).ok()?));
    }
    let definition = space.policy.facts.get(fact)?;
    let at = usize::try_from(number).ok()?;
    let step = i64::try_from(number).ok()?.checked_add(1)?;
    let other = match (facts.get(fact)?, &definition.one_of) {
        (Value::String(_), Some(values)) => Value::String(values.get(at)?.clone()),
        (Value::String(text), None) => Value::String(text_like(text, number)),
        (Value::Int(start), _) => {
            // In turn above it and below; where none is below, far above.
            let above = |step: i64| start.checked_add(step).map(Value::Int);
            let below = start.checked_sub(step / 2).map(Value::Int);
            let near = match number % 2 {
                0 => above(step / 2 + 1),
                _ => below,
            };
            let fits = |value: &Value| definition.admits(value);
            near.filter(fits)
                .or_else(|| above(step.saturating_mul(FAR)).filter(fits))?
        }
        (Value::Bool(truth), _) if number == 0 => Value::Bool(!truth),
        _ => return None,
    };
    let mut changed = facts.clone();
    if fact == FactId::from(Builtin::Requested) {
        return None;
    }
    if let (Value::String(asked), true) = (&other, fact == FactId::from(Builtin::Model)) {
        let serving = space.policy.requested(asked);
        let name = serving.map(|named| space.policy.name_of(named).to_owned());
        changed
            .set(Builtin::Requested.into(), Value::String(name.unwrap_or_default()))
            .ok()?;
    }
    let set = definition.admits(&other) && changed.set(fact, other).is_ok();
    set.then_some(changed)
}

/// A request that differs in all of these facts that has another value still; `None` where none has.
pub(super) fn others(space: &Space<'_>, facts: &Facts, keys: &[FactId], number: u64) -> Option<Facts> {
    let mut changed = None;
    for key in keys {
        let from = changed.as_ref().unwrap_or(facts);
        changed = other(space, from, *key, number).or(changed);
    }
    changed
}

/// A string that ends, or begins, as another does.
fn text_like(text: &str, number: u64) -> String {
    let count = number / 2 + 1;
    match (text, number % 2) {
        ("", _) => format!("u{number}"),
        (text, 0) => format!("{text}-{count}"),
        (text, _) => format!("{count}-{text}"),
    }
}

/// A request of another tenant; the tags that the client claims stay.
fn of_tenant(space: &Space<'_>, facts: &Facts, id: TenantId) -> Option<Facts> {
    let tenant = space.policy.tenant(id)?;
    let mut changed = facts.clone();
    for fact in space.tenants.derived() {
        changed.set(fact, space.tenants.value(id, fact)?).ok()?;
    }
    let tags = Builtin::Tags.into();
    let claimed = facts.list(tags).iter();
    let claimed = claimed.filter(|tag| !space.tenants.reserved().contains(tag.as_str()));
    let all = tenant.tags.iter().chain(claimed).cloned().collect();
    changed.set(tags, Value::StringList(all)).ok()?;
    Some(changed)
}
