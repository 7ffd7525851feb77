//! Requests that one of the policies does not let in at all: callers without a key, values that a fact cannot have.

use super::callers::Callers;
use super::report::{Change, What};
use crate::facts::{Definition, Origin, Register};
use crate::model::Policy;
use serde_json::{Map, Value as Json, json};

/// What a caller is told whose key is not taken.
const UNKNOWN_CALLER: &str = "401 invalid_api_key";

/// What a request is told of which a fact cannot have its value.
const BAD_VALUE: &str = "400";

/// What is not refused before it is decided.
const LET_IN: &str = "let in";

/// Callers that are let in by one of the policies only.
pub(super) fn of_callers(callers: &Callers) -> Vec<Change> {
    let mut changes = Vec::new();
    for (names, from, to) in [
        (&callers.removed, LET_IN, UNKNOWN_CALLER),
        (&callers.added, UNKNOWN_CALLER, LET_IN),
    ] {
        if !names.is_empty() {
            let noun = if names.len() == 1 { "tenant" } else { "tenants" };
            let text = format!("{noun} {}", names.join(", "));
            changes.push(change(text, "tenant", json!({ "in": names }), from, to));
        }
    }
    let keyless = "requests without a key of a tenant".to_owned();
    match callers.open {
        (true, false) => changes.push(change(
            keyless,
            "tenant",
            json!({ "in": [] }),
            LET_IN,
            UNKNOWN_CALLER,
        )),
        (false, true) => changes.push(change(
            keyless,
            "tenant",
            json!({ "in": [] }),
            UNKNOWN_CALLER,
            LET_IN,
        )),
        _ => {}
    }
    changes
}

fn change(text: String, fact: &str, set: Json, from: &str, to: &str) -> Change {
    Change {
        who: None,
        places: Vec::new(),
        what: What::Admission {
            text,
            facts: Map::from_iter([(fact.to_owned(), set)]),
            from: from.to_owned(),
            to: to.to_owned(),
        },
    }
}

/// Facts of the client that can have other values than before; whether one of them is of another type.
pub(super) fn of_facts(old: &Policy, new: &Policy) -> (Vec<Change>, bool) {
    let mut changes = Vec::new();
    let mut retyped = false;
    for (name, was, is) in shared(&old.facts, &new.facts) {
        if was.origin != is.origin {
            continue;
        }
        if was.ty != is.ty {
            retyped = true;
            let text = format!("the fact {name}, {} → {}", was.expected(), is.expected());
            changes.push(change(
                text,
                name,
                json!({ "type": is.ty.name() }),
                &format!("{BAD_VALUE} where it is not {}", was.expected()),
                &format!("{BAD_VALUE} where it is not {}", is.expected()),
            ));
            continue;
        }
        let missing = |from: &Definition, of: &Definition| -> Vec<String> {
            let (Some(from), of) = (&from.one_of, &of.one_of) else {
                return Vec::new();
            };
            let known = |value: &String| of.as_ref().is_none_or(|of| of.contains(value));
            from.iter().filter(|value| !known(value)).cloned().collect()
        };
        for (values, from, to) in [
            (missing(was, is), LET_IN, BAD_VALUE),
            (missing(is, was), BAD_VALUE, LET_IN),
        ] {
            if !values.is_empty() {
                let text = format!("{name} {}", values.join(", "));
                changes.push(change(text, name, json!({ "in": values }), from, to));
            }
        }
        if was.one_of.is_some() != is.one_of.is_some() || was.range != is.range {
            let (from, to) = match was.one_of.is_some() {
                true => (BAD_VALUE, LET_IN),
                false => (LET_IN, BAD_VALUE),
            };
            let text = format!("the fact {name}, {} → {}", was.expected(), is.expected());
            changes.push(change(text, name, json!({}), from, to));
        }
    }
    (changes, retyped)
}

/// Declared facts of one name that the client gives.
fn shared<'p>(old: &'p Register, new: &'p Register) -> Vec<(&'p str, &'p Definition, &'p Definition)> {
    let claimed =
        |definition: &&Definition| matches!(definition.origin, Origin::Header(_) | Origin::Metadata(_));
    let definitions = old
        .definitions()
        .map(|(_, definition)| definition)
        .filter(claimed);
    definitions
        .filter_map(|was| {
            let is = new.find(&was.name).and_then(|id| new.get(id))?;
            Some((was.name.as_str(), was, is))
        })
        .collect()
}
