//! A record as a row, value by value in the order of the schema.

use super::buffer::Row;
use crate::record::{Record, RecordedAttempt, RecordedFacts, RecordedValue};
use serde::Serialize;
use std::borrow::Cow;

/// Most digits of an exact cost.
const COST_DIGITS: u32 = 38;

/// Writes all values of a record; `facts` have columns of their own at the end.
pub(super) fn write(record: &Record<'_>, facts: &[String], row: &mut Row<'_>) {
    write_head(record, row);
    write_facts(&record.facts, facts, row);
    write_decision(record, row);
    write_attempts(record, row);
    write_end(record, row);
    row.text(object(&record.orders).as_deref());
    row.text(object(&record.prompted).as_deref());
    for name in facts {
        row.text(record.facts.get(name).and_then(text).as_deref());
    }
}

fn write_head(record: &Record<'_>, row: &mut Row<'_>) {
    let micros = record.ts.and_then(|ts| {
        let seconds = ts.seconds().checked_mul(1_000_000)?;
        seconds.checked_add(i64::from(ts.nanoseconds() / 1_000))
    });
    row.int(micros);
    row.text(record.id.as_deref());
    row.text(record.policy.as_deref());
    row.text(record.seed.map(|seed| format!("{seed:016x}")).as_deref());
}

/// The built-in facts. One with a value of another type stands among the others.
fn write_facts(facts: &RecordedFacts<'_>, own: &[String], row: &mut Row<'_>) {
    let mut columns = Columns {
        facts,
        taken: own.iter().map(String::as_str).collect(),
    };
    for name in ["tenant", "tier", "region", "user"] {
        row.text(columns.string(name));
    }
    row.texts(names(columns.list("tags").unwrap_or_default()));
    for name in ["model", "requested", "api"] {
        row.text(columns.string(name));
    }
    for name in ["tokens", "max_tokens"] {
        row.int(columns.int(name));
    }
    for name in ["stream", "json"] {
        row.truth(columns.truth(name));
    }
    for name in ["tools", "images", "turns"] {
        row.int(columns.int(name));
    }
    row.text(others(facts, &columns.taken).as_deref());
}

/// Facts on their way into columns of their own.
struct Columns<'f, 'r> {
    facts: &'f RecordedFacts<'r>,
    /// Those that stand in one.
    taken: Vec<&'f str>,
}

impl<'f, 'r> Columns<'f, 'r> {
    /// A fact as its column holds it; `None` where it has a value of another type.
    fn take<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&'f RecordedValue<'r>) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.facts.get(name)?)?;
        self.taken.push(name);
        Some(value)
    }

    fn string(&mut self, name: &'static str) -> Option<&'f str> {
        self.take(name, |value| match value {
            RecordedValue::String(text) => Some(text.as_ref()),
            _ => None,
        })
    }

    fn int(&mut self, name: &'static str) -> Option<i64> {
        self.take(name, |value| match value {
            RecordedValue::Int(number) => Some(*number),
            _ => None,
        })
    }

    fn truth(&mut self, name: &'static str) -> Option<bool> {
        self.take(name, |value| match value {
            RecordedValue::Bool(truth) => Some(*truth),
            _ => None,
        })
    }

    fn list(&mut self, name: &'static str) -> Option<&'f [Cow<'r, str>]> {
        self.take(name, |value| match value {
            RecordedValue::List(items) => Some(items.as_slice()),
            _ => None,
        })
    }
}

/// All facts that have no column, as an object of JSON; nothing where there are none.
fn others(facts: &RecordedFacts<'_>, taken: &[&str]) -> Option<String> {
    let entries = facts
        .entries()
        .filter(|(name, value)| !taken.contains(name) && !matches!(value, RecordedValue::Null));
    let others: serde_json::Map<String, serde_json::Value> = entries
        .filter_map(|(name, value)| Some((name.to_owned(), serde_json::to_value(value).ok()?)))
        .collect();
    (!others.is_empty()).then(|| serde_json::Value::Object(others).to_string())
}

/// A value as text: of a list or a map its JSON.
fn text<'v>(value: &'v RecordedValue<'_>) -> Option<Cow<'v, str>> {
    match value {
        RecordedValue::Null | RecordedValue::Other => None,
        RecordedValue::String(text) => Some(Cow::Borrowed(text)),
        other => serde_json::to_string(other).ok().map(Cow::Owned),
    }
}

fn write_decision(record: &Record<'_>, row: &mut Row<'_>) {
    let decision = record.decision.as_ref();
    row.text(decision.and_then(|decision| decision.route.as_deref()));
    let targets = decision
        .map(|decision| decision.targets.as_slice())
        .unwrap_or_default();
    row.text(targets.first().map(AsRef::as_ref));
    row.texts(names(targets));
    row.texts(names(
        decision
            .map(|decision| decision.guards.as_slice())
            .unwrap_or_default(),
    ));
    let skipped = decision
        .map(|decision| decision.skipped.as_slice())
        .unwrap_or_default();
    row.texts(skipped.iter().map(|skip| Some(skip.target.as_ref())));
    row.texts(skipped.iter().map(|skip| Some(skip.why.as_ref())));
    row.text(decision.and_then(|decision| decision.denied.as_deref()));
    row.int(decision.and_then(|decision| decision.status).map(i64::from));
    row.text(decision.and_then(|decision| decision.error.as_deref()));
    row.int(decision.and_then(|decision| decision.max_tokens).flatten());
    row.double(record.propensity.taken.map(|taken| taken.to_f64()));
}

fn write_attempts(record: &Record<'_>, row: &mut Row<'_>) {
    let attempts = &record.attempts;
    row.texts(attempts.iter().map(|attempt| Some(attempt.target.as_ref())));
    row.ints(attempts.iter().map(|attempt| attempt.status.map(i64::from)));
    row.texts(attempts.iter().map(|attempt| attempt.class.as_deref()));
    row.ints(attempts.iter().map(|attempt| count(attempt.first_token_ms)));
    row.ints(attempts.iter().map(|attempt| count(attempt.ms)));
    row.truths(attempts.iter().map(|attempt| Some(attempt.cancelled)));
    row.texts(record.passed_over.iter().map(|pass| Some(pass.target.as_ref())));
    row.texts(record.passed_over.iter().map(|pass| pass.class.as_deref()));
    // The attempt that the client's answer came from, else the last one that was made.
    let answered = |attempt: &&RecordedAttempt<'_>| attempt.class.is_none() && !attempt.cancelled;
    let answer = attempts.iter().rfind(answered);
    let last = answer.or(attempts.last());
    row.text(answer.map(|answer| answer.target.as_ref()));
    row.int(last.and_then(|last| last.status).map(i64::from));
    row.int(last.and_then(|last| count(last.first_token_ms)));
    row.int(last.and_then(|last| count(last.ms)));
}

fn write_end(record: &Record<'_>, row: &mut Row<'_>) {
    row.text(record.outcome.map(|outcome| outcome.name()));
    let usage = record.usage.as_ref();
    row.int(usage.and_then(|usage| count(Some(usage.input))));
    row.int(usage.and_then(|usage| count(Some(usage.cached))));
    row.int(usage.and_then(|usage| count(Some(usage.cache_write))));
    row.int(usage.and_then(|usage| count(Some(usage.output))));
    let fits = |cost: &i128| cost.unsigned_abs() < 10_u128.pow(COST_DIGITS);
    row.decimal(record.cost_usd.map(|cost| cost.picodollars()).filter(fits));
    row.truth(Some(record.hold_exceeded));
}

/// Named values as an object of JSON; nothing where there are none.
fn object(entries: &[(Cow<'_, str>, impl Serialize)]) -> Option<String> {
    let values = entries
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), serde_json::to_value(value).ok()?)));
    let object: serde_json::Map<String, serde_json::Value> = values.collect();
    (!object.is_empty()).then(|| serde_json::Value::Object(object).to_string())
}

fn names<'n>(names: &'n [Cow<'_, str>]) -> impl Iterator<Item = Option<&'n str>> {
    names.iter().map(|name| Some(name.as_ref()))
}

fn count(number: Option<u64>) -> Option<i64> {
    number.and_then(|number| i64::try_from(number).ok())
}
