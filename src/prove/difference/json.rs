//! The difference as one JSON object.

use super::report::{Change, Decided, Difference, Rule, What};
use super::text::where_text;
use super::verdict::{Drawn, Step, Verdict};
use serde_json::{Map, Value as Json, json};

impl Difference {
    /// The difference for machines.
    pub fn to_json(&self) -> Json {
        let regions: Vec<Json> = self.changes.iter().map(change).collect();
        json!({
            "changed": !self.changes.is_empty(),
            "complete": self.complete,
            "unseen": self.unseen,
            "old": self.old.to_string(),
            "new": self.new.to_string(),
            "regions": regions,
            "other": self.other,
        })
    }
}

fn change(change: &Change) -> Json {
    let text = where_text(change);
    match &change.what {
        What::Admission { facts, from, to, .. } => json!({
            "where": text,
            "facts": facts,
            "from": { "admission": from },
            "to": { "admission": to },
        }),
        What::Decision(decided) => decision(change, decided, text),
    }
}

fn decision(change: &Change, decided: &Decided, text: String) -> Json {
    let example = &decided.example;
    let places: Vec<Json> = change
        .places
        .iter()
        .map(|place| Json::Object(place.json()))
        .collect();
    let mut object = json!({
        "where": text,
        "facts": places.first(),
        "or": places.get(1..).unwrap_or_default(),
        "from": verdict(&decided.from, decided.caps_vary),
        "to": verdict(&decided.to, decided.caps_vary),
        "rules": {
            "old": decided.old_rule.as_ref().map(rule),
            "new": decided.new_rule.as_ref().map(rule),
        },
        "example": example.facts,
        "seed": format!("{:016x}", example.seed),
        "reproduced": example.reproduced,
    });
    if let Some(object) = object.as_object_mut() {
        if !example.orders.is_empty() {
            let orders: Map<String, Json> = example
                .orders
                .iter()
                .map(|(pool, order)| (pool.clone(), json!(order)))
                .collect();
            object.insert("orders".to_owned(), Json::Object(orders));
        }
        if let Some(before) = &example.facts_before {
            object.insert("example_old".to_owned(), json!(before));
        }
        if let Some(who) = &change.who {
            object.insert("tenants".to_owned(), json!(who.names));
            object.insert("tenants_change".to_owned(), json!(who.says));
        }
    }
    object
}

fn rule(rule: &Rule) -> Json {
    json!({ "kind": rule.kind, "name": rule.name, "at": rule.at })
}

fn verdict(verdict: &Verdict, caps_vary: bool) -> Json {
    let mut object = json!({
        "route": verdict.route,
        "targets": verdict.targets(),
        "denied": verdict.denied.as_ref().map(|denied| json!({
            "by": denied.by,
            "rule": denied.rule,
            "status": denied.status,
            "message": denied.message,
        })),
        "error": verdict.error,
        "max_tokens": verdict.max_tokens,
    });
    if let (Some((model, share)), Some(object)) = (&verdict.shadow, object.as_object_mut()) {
        object.insert(
            "shadow".to_owned(),
            json!({ "target": model, "share": share.to_string() }),
        );
    }
    if caps_vary && let Some(object) = object.as_object_mut() {
        object.remove("max_tokens");
    }
    if verdict.plans.iter().any(|plan| !plan.by_first.is_empty())
        && let Some(object) = object.as_object_mut()
    {
        object.insert("shares_vectors".to_owned(), json!(true));
    }
    let picked = verdict
        .plans
        .iter()
        .flat_map(|plan| &plan.steps)
        .any(|step| matches!(step, Step::Picked { .. }));
    if (verdict.plans.len() > 1 || picked)
        && let Some(object) = object.as_object_mut()
    {
        object.insert("plans".to_owned(), plans(&verdict.plans));
    }
    object
}

/// Plans with the share of the draws that lead to each; members of a pool in the order of its pick stand in a list of
/// their own.
fn plans(plans: &[Drawn]) -> Json {
    let mut before = 0;
    let mut all = Vec::with_capacity(plans.len());
    for plan in plans {
        let share = f64::from(plan.until.saturating_sub(before)) / 10_000.0;
        before = plan.until;
        let steps: Vec<Json> = plan
            .steps
            .iter()
            .map(|step| match step {
                Step::Target(name) => json!(name),
                Step::Picked { members, .. } => json!(members),
            })
            .collect();
        all.push(json!({ "share": share, "targets": steps }));
    }
    Json::Array(all)
}
