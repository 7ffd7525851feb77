//! The difference for people.

use super::report::{Change, Decided, Difference, Rule, What};
use super::verdict::{Denied, Step, Verdict};
use crate::explain::Style;
use serde_json::Value as Json;
use std::fmt::Write;

/// Most places of one change that are listed; the rest is counted.
const MAX_PLACES: usize = 8;

/// Width of the names of what changes.
const NAMES: usize = 10;

impl Difference {
    /// The difference for a terminal; with `color`, styled.
    pub fn to_text(&self, color: bool) -> String {
        let style = Style::new(color);
        let mut text = String::new();
        for (number, change) in self.changes.iter().enumerate() {
            let _ = writeln!(
                text,
                "{}",
                style.heading(&format!("{}. {}", number + 1, where_text(change)))
            );
            match &change.what {
                What::Admission { from, to, .. } => line(&mut text, "admission", &arrow(from, to)),
                What::Decision(decided) => decision(&mut text, decided),
            }
            text.push('\n');
        }
        if !self.complete {
            text.push_str("further requests may be decided otherwise");
            let unseen: Vec<String> = self.unseen.iter().map(|part| format!("`{part}`")).collect();
            if unseen.is_empty() {
                text.push_str(": not all could be told\n\n");
            } else {
                let _ = write!(text, ": proofs do not look into {}\n\n", unseen.join(", "));
            }
        }
        if !self.other.is_empty() {
            text.push_str("otherwise different, without a request being decided otherwise:\n");
            for fact in &self.other {
                let _ = writeln!(text, "  {fact}");
            }
            text.push('\n');
        }
        let verdict = match (self.changes.len(), self.complete) {
            (0, true) => "no request is decided otherwise".to_owned(),
            (0, false) => "whether a request is decided otherwise is not known".to_owned(),
            (1, _) => "1 change".to_owned(),
            (count, _) => format!("{count} changes"),
        };
        let _ = writeln!(
            text,
            "{verdict}: policy {} → {}",
            self.old.short(),
            self.new.short()
        );
        text
    }
}

/// Which requests a change is of.
pub(super) fn where_text(change: &Change) -> String {
    if let What::Admission { text, .. } = &change.what {
        return text.clone();
    }
    let mut places: Vec<String> = change
        .places
        .iter()
        .take(MAX_PLACES)
        .map(|place| place.text())
        .collect();
    let more = change.places.len().saturating_sub(MAX_PLACES);
    if more > 0 {
        places.push(format!("{more} more such places"));
    }
    let places = places.join("; or ");
    match &change.who {
        Some(who) => format!("{}: {places}", who.text()),
        None => places,
    }
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "   {name:NAMES$} {value}");
}

fn arrow(from: &str, to: &str) -> String {
    if from == to {
        from.to_owned()
    } else {
        format!("{from} → {to}")
    }
}

fn decision(text: &mut String, decided: &Decided) {
    let (from, to) = (&decided.from, &decided.to);
    let route = |verdict: &Verdict| verdict.route.clone().unwrap_or_else(|| "none".to_owned());
    line(text, "route", &arrow(&route(from), &route(to)));
    let denials = (refusal(from), refusal(to));
    if denials.0 != denials.1 || from.plans.is_empty() != to.plans.is_empty() {
        line(text, "refused", &arrow(&denials.0, &denials.1));
    } else if from.plans.is_empty() {
        line(text, "refused", &denials.0);
    }
    targets(text, from, to);
    if from.shadow != to.shadow {
        line(text, "shadow", &arrow(&shadow(from), &shadow(to)));
    }
    if from.max_tokens != to.max_tokens {
        let cap = |verdict: &Verdict| {
            verdict
                .max_tokens
                .map_or("no cap".to_owned(), |cap| cap.to_string())
        };
        line(text, "max_tokens", &arrow(&cap(from), &cap(to)));
    }
    let (was, is) = &decided.example.guards;
    if was != is {
        let shown = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        line(text, "guards", &arrow(&shown(was), &shown(is)));
    }
    let place = |rule: &Option<Rule>| match rule {
        Some(rule) => format!("{} {} ({})", rule.kind, rule.name, rule.at),
        None => "no rule".to_owned(),
    };
    line(
        text,
        "rule",
        &arrow(&place(&decided.old_rule), &place(&decided.new_rule)),
    );
    let facts = |facts: &serde_json::Map<String, Json>| Json::Object(facts.clone()).to_string();
    let seed = match decided.example.seed {
        0 => String::new(),
        seed => format!(", seed {seed:016x}"),
    };
    let orders = decided.example.orders.iter();
    let orders = orders.map(|(pool, order)| format!(", {pool} in the order {}", order.join(", ")));
    let orders: String = orders.collect();
    line(
        text,
        "example",
        &format!("{}{seed}{orders}", facts(&decided.example.facts)),
    );
    if let Some(before) = &decided.example.facts_before {
        line(text, "before", &facts(before));
    }
    if !decided.example.reproduced {
        line(
            text,
            "",
            "no draw was found with which this request is decided otherwise",
        );
    }
}

fn shadow(verdict: &Verdict) -> String {
    match &verdict.shadow {
        Some((model, share)) => format!("{model} {share}"),
        None => "none".to_owned(),
    }
}

fn refusal(verdict: &Verdict) -> String {
    match (&verdict.denied, verdict.error) {
        (Some(denied), _) => denial(denied),
        (None, Some(error)) => error.to_owned(),
        (None, None) => "no".to_owned(),
    }
}

fn denial(denied: &Denied) -> String {
    let words = match denied.message.as_str() {
        "" => String::new(),
        message => format!(" {message:?}"),
    };
    format!("by {} {}: {}{words}", denied.rule, denied.by, denied.status)
}

fn targets(text: &mut String, from: &Verdict, to: &Verdict) {
    match (from.plans.as_slice(), to.plans.as_slice()) {
        ([], []) => {}
        ([was], [is]) if was.by_first.is_empty() && is.by_first.is_empty() => {
            let (first, rest) = (head(&was.steps), head(&is.steps));
            line(text, "target", &arrow(&first.0, &rest.0));
            if first.1 != rest.1 {
                line(text, "fallbacks", &arrow(&first.1, &rest.1));
            }
        }
        _ => line(text, "targets", &arrow(&plans(from), &plans(to))),
    }
}

/// The first step of a plan, and the others.
fn head(steps: &[Step]) -> (String, String) {
    let (first, rest) = match steps.split_first() {
        Some((first, rest)) => (step(first), rest),
        None => ("none".to_owned(), steps),
    };
    let rest: Vec<String> = rest.iter().map(step).collect();
    (first, format!("[{}]", rest.join(", ")))
}

fn step(step: &Step) -> String {
    match step {
        Step::Target(name) => name.clone(),
        Step::Picked { pool, members, .. } => {
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            format!("{pool}({})", members.join(", "))
        }
    }
}

/// All plans with their shares.
fn plans(verdict: &Verdict) -> String {
    let mut before = 0;
    let mut all = Vec::with_capacity(verdict.plans.len());
    for plan in &verdict.plans {
        let share = plan.until.saturating_sub(before);
        before = plan.until;
        let steps: Vec<String> = plan.steps.iter().map(step).collect();
        let steps = steps.join(", ");
        if verdict.plans.len() == 1 {
            all.push(steps);
        } else {
            let (whole, part) = (share / 100, share % 100);
            let share = match part {
                0 => format!("{whole}%"),
                part => format!("{whole}.{part:02}%"),
            };
            all.push(format!("{share} [{steps}]"));
        }
    }
    if all.is_empty() {
        return "none".to_owned();
    }
    if verdict.plans.iter().any(|plan| !plan.by_first.is_empty()) {
        all.push("of which those that share vectors with the first".to_owned());
    }
    let by = match &verdict.drawn_by {
        Some(by) => format!(" by {}", by.name),
        None => String::new(),
    };
    format!("{}{by}", all.join(" "))
}
