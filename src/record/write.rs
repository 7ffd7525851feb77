//! A record put into words: one object of JSON, its members always in the same order.

use super::cost::Usage;
use super::decision::{RecordedDecision, RecordedSkip};
use super::facts::RecordedFacts;
use super::json::Json;
use super::line::{Record, RecordedAttempt, RecordedPass, RecordedShadow, VERSION};
use super::propensity::RecordedPropensity;
use super::value::RecordedValue;
use crate::facts::Demand;
use crate::quantity::{Cost, HexDigits};
use std::borrow::Cow;

/// Bytes that are set aside for a line; longer ones grow.
const USUAL_LINE: usize = 1024;

impl Record<'_> {
    /// The record as one line of JSON, without the line end.
    pub fn to_line(&self) -> String {
        let mut json = Json::with_room(USUAL_LINE);
        json.object(|json| self.write(json));
        json.into_text()
    }

    fn write(&self, json: &mut Json) {
        json.key("v").number(VERSION);
        self.write_inputs(json);
        if let Some(decision) = &self.decision {
            json.key("decision").object(|json| decision.write(json));
        }
        self.propensity.write(json);
        json.key("attempts").list(&self.attempts, |json, attempt| {
            json.object(|json| attempt.write(json))
        });
        if let Some(shadow) = &self.shadow {
            json.key("shadow").object(|json| shadow.write(json));
        }
        if !self.passed_over.is_empty() {
            write_passed_over(&self.passed_over, json);
        }
        if let Some(outcome) = self.outcome {
            json.key("outcome").text(outcome.name());
        }
        write_charge(self.usage, self.cost_usd, json);
        if self.hold_exceeded {
            json.key("hold_exceeded").truth(true);
        }
    }

    /// When and what the request was, and what its decision rests on.
    fn write_inputs(&self, json: &mut Json) {
        if let Some(ts) = &self.ts {
            json.key("ts").plain(ts.write(&mut [0; _]));
        }
        write_text("id", self.id.as_ref(), json);
        write_text("policy", self.policy.as_ref(), json);
        if let Some(seed) = self.seed {
            json.key("seed").plain(HexDigits::of(seed).as_str());
        }
        json.key("orders").object(|json| {
            for (pool, members) in &self.orders {
                json.named(pool).texts(texts(members));
            }
        });
        json.key("facts").object(|json| self.facts.write(json));
        if !self.demands.is_empty() {
            json.key("demands").texts(self.demands.iter().map(Demand::name));
        }
        if !self.prompted.is_empty() {
            json.key("prompted").object(|json| {
                for (part, outcome) in &self.prompted {
                    json.named(part).truth(*outcome);
                }
            });
        }
    }
}

impl RecordedFacts<'_> {
    fn write(&self, json: &mut Json) {
        for (name, value) in self.entries() {
            json.named(name);
            value.write(json);
        }
    }
}

impl RecordedValue<'_> {
    fn write(&self, json: &mut Json) {
        match self {
            RecordedValue::Null | RecordedValue::Other => json.null(),
            RecordedValue::Bool(truth) => json.truth(*truth),
            RecordedValue::Int(number) => json.number(*number),
            RecordedValue::String(text) => json.text(text),
            RecordedValue::List(items) => json.texts(texts(items)),
            RecordedValue::Map(entries) => json.object(|json| {
                for (key, value) in entries {
                    json.named(key).text(value);
                }
            }),
        }
    }
}

impl RecordedDecision<'_> {
    fn write(&self, json: &mut Json) {
        match &self.route {
            Some(route) => json.key("route").text(route),
            None => json.key("route").null(),
        }
        json.key("targets").texts(texts(&self.targets));
        write_text("shadow", self.shadow.as_ref(), json);
        json.key("guards").texts(texts(&self.guards));
        json.key("skipped").list(&self.skipped, |json, skip| {
            let RecordedSkip { target, why } = skip;
            json.object(|json| {
                json.key("target").text(target);
                json.key("why").text(why);
            });
        });
        write_text("denied", self.denied.as_ref(), json);
        if let Some(status) = self.status {
            json.key("status").number(status);
        }
        write_text("error", self.error.as_ref(), json);
        match self.max_tokens {
            Some(Some(most)) => json.key("max_tokens").number(most),
            Some(None) => json.key("max_tokens").null(),
            None => {}
        }
    }
}

impl RecordedPropensity<'_> {
    fn write(&self, json: &mut Json) {
        if let Some(taken) = &self.taken {
            json.key("propensity").words(taken);
        }
        if !self.arms.is_empty() {
            json.key("arms").object(|json| {
                for (target, probability) in &self.arms {
                    json.named(target).words(probability);
                }
            });
        }
    }
}

impl RecordedAttempt<'_> {
    fn write(&self, json: &mut Json) {
        json.key("target").text(&self.target);
        if let Some(status) = self.status {
            json.key("status").number(status);
        }
        write_text("class", self.class.as_ref(), json);
        if let Some(first_token) = self.first_token_ms {
            json.key("first_token_ms").number(first_token);
        }
        if let Some(took) = self.ms {
            json.key("ms").number(took);
        }
        if self.cancelled {
            json.key("cancelled").truth(true);
        }
    }
}

impl RecordedShadow<'_> {
    fn write(&self, json: &mut Json) {
        self.attempt.write(json);
        write_text("passed_over", self.passed_over.as_ref(), json);
        write_charge(self.usage, self.cost_usd, json);
    }
}

impl Usage {
    fn write(&self, json: &mut Json) {
        json.key("input").number(self.input);
        json.key("cached").number(self.cached);
        // Most records have none.
        if self.cache_write > 0 {
            json.key("cache_write").number(self.cache_write);
        }
        json.key("output").number(self.output);
    }
}

/// Targets that were passed over, and after which failures where all of these are known.
fn write_passed_over(passed: &[RecordedPass<'_>], json: &mut Json) {
    json.key("passed_over")
        .texts(passed.iter().map(|pass| pass.target.as_ref()));
    let classes: Option<Vec<&str>> = passed.iter().map(|pass| pass.class.as_deref()).collect();
    if let Some(classes) = classes {
        json.key("passed_over_after").texts(classes);
    }
}

/// What was charged: tokens, and money as a decimal string.
fn write_charge(usage: Option<Usage>, cost: Option<Cost>, json: &mut Json) {
    match usage {
        Some(usage) => json.key("usage").object(|json| usage.write(json)),
        None => json.key("usage").null(),
    }
    match cost {
        Some(cost) => json.key("cost_usd").plain(cost.write(&mut [0; _])),
        None => json.key("cost_usd").null(),
    }
}

/// A member that is left out where there is nothing to say.
fn write_text(name: &'static str, text: Option<&Cow<'_, str>>, json: &mut Json) {
    if let Some(text) = text {
        json.key(name).text(text);
    }
}

fn texts<'t>(texts: &'t [Cow<'_, str>]) -> impl Iterator<Item = &'t str> {
    texts.iter().map(|text| text.as_ref())
}
