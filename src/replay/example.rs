//! One record of each transition with why it is decided so: the first of the traffic, whatever thread came upon it.

use super::buffer::Buffer;
use super::comparison::Replay;
use super::end::End;
use super::side::Side;
use super::tally::Place;
use super::told::Told;
use crate::decide::decide_with_trace;
use crate::explain::to_short_text;
use crate::facts::Facts;
use crate::model::RouteId;
use crate::record::RecordedFacts;
use crate::tree::Tree;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A record that a transition takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Example {
    pub(super) place: Place,
    /// The request's id, where it was recorded.
    pub(super) id: Option<String>,
    /// The facts that say anything, as `explain --facts` takes them.
    pub(super) facts: Map<String, Value>,
    /// Why the baseline policy decides as it does.
    pub(super) before: Option<String>,
    /// Why the candidate does.
    pub(super) after: String,
}

impl Example {
    /// The record at a place, and why it goes from the one end to the other.
    pub(super) fn new(
        replay: &Replay<'_>,
        buffer: &Buffer,
        told: &Told<'_>,
        place: Place,
        (from, to): &(End, End),
    ) -> Self {
        let before = replay.baseline.as_ref().zip(buffer.baseline());
        Example {
            place,
            id: told.id.as_deref().map(str::to_owned),
            facts: telling(replay.candidate.tree, &buffer.candidate),
            before: before.map(|(side, facts)| explained(side, facts, told, to)),
            after: explained(&replay.candidate, &buffer.candidate, told, from),
        }
    }
}

/// The decision in short, and beside its own route the one that takes the request on the other side.
fn explained(side: &Side<'_>, facts: &Facts, told: &Told<'_>, other: &End) -> String {
    let (decision, trace) = side.with_orders(&told.orders, |orders| {
        decide_with_trace(side.tree, facts, told.seed, orders)
    });
    let also: Vec<RouteId> = route_of(side.tree, other).into_iter().collect();
    to_short_text(side.tree, facts, &decision, &trace, &also, false)
}

fn route_of(tree: &Tree, end: &End) -> Option<RouteId> {
    let name = end.route.as_deref()?;
    let routes = (0_u32..).zip(&tree.policy().routes);
    routes
        .filter(|(_, route)| route.name == name)
        .map(|(at, _)| RouteId(at))
        .next()
}

/// The facts but for those that are empty.
fn telling(tree: &Tree, facts: &Facts) -> Map<String, Value> {
    let recorded = RecordedFacts::of(tree, facts, &[]);
    match serde_json::to_value(&recorded) {
        Ok(Value::Object(facts)) => facts.into_iter().filter(|(_, value)| !is_empty(value)).collect(),
        _ => Map::new(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(truth) => !truth,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
    }
}
