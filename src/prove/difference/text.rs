//! The difference for people.

use super::group::{Group, grouped};
use super::place::Place;
use super::report::{Change, Decided, Difference, Rule, What};
use super::verdict::{Denied, Step, Verdict};
use crate::explain::Style;
use serde_json::Value as Json;
use std::fmt::Write;

/// Most places of one change that are listed; the rest is counted.
const MAX_PLACES: usize = 8;

/// Width of the names of what changes.
const NAMES: usize = 10;

/// Blanks before what is told of a change, and of one of several.
const MARGIN: usize = 3;
const WITHIN: usize = 5;

impl Difference {
    /// The difference for a terminal; with `color`, styled.
    pub fn to_text(&self, color: bool) -> String {
        let style = Style::new(color);
        let mut text = String::new();
        let groups = grouped(&self.changes);
        for (number, group) in groups.iter().enumerate() {
            let heading = |told: &str| style.heading(&format!("{}. {told}", number + 1));
            let _ = writeln!(text, "{}", heading(&group.heading()));
            match group.changes {
                [change] => alone(&mut text, change),
                changes => together(&mut text, group, changes),
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
        let verdict = match (groups.len(), self.complete) {
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
    let places = places_text(&change.places);
    match &change.who {
        Some(who) => format!("{}: {places}", who.text()),
        None => places,
    }
}

/// Places in words, of many the first.
pub(super) fn places_text(places: &[Place]) -> String {
    let mut shown: Vec<String> = places.iter().take(MAX_PLACES).map(Place::text).collect();
    let more = places.len().saturating_sub(MAX_PLACES);
    if more > 0 {
        shown.push(format!("{more} more such places"));
    }
    shown.join("; or ")
}

/// A change of its own.
fn alone(text: &mut String, change: &Change) {
    match &change.what {
        What::Admission { from, to, .. } => line(text, MARGIN, "admission", &arrow(from, to)),
        What::Decision(decided) => {
            route(text, decided);
            outcome(text, MARGIN, decided);
            rule(text, decided);
            example(text, MARGIN, decided);
        }
    }
}

/// Changes between the same two rules, each with what it has beyond the others.
fn together(text: &mut String, group: &Group<'_>, changes: &[Change]) {
    for (at, change) in changes.iter().enumerate() {
        let What::Decision(decided) = &change.what else {
            continue;
        };
        if at == 0 {
            route(text, decided);
            rule(text, decided);
        }
        let _ = writeln!(text, "   - {}", group.beyond(change));
        outcome(text, WITHIN, decided);
        example(text, WITHIN, decided);
    }
}

fn line(text: &mut String, margin: usize, name: &str, value: &str) {
    let _ = writeln!(text, "{:margin$}{name:NAMES$} {value}", "");
}

fn arrow(from: &str, to: &str) -> String {
    if from == to {
        from.to_owned()
    } else {
        format!("{from} → {to}")
    }
}

fn route(text: &mut String, decided: &Decided) {
    let route = |verdict: &Verdict| verdict.route.clone().unwrap_or_else(|| "none".to_owned());
    let routes = arrow(&route(&decided.from), &route(&decided.to));
    line(text, MARGIN, "route", &routes);
}

/// Refusal, targets, cap and guards.
fn outcome(text: &mut String, margin: usize, decided: &Decided) {
    let (from, to) = (&decided.from, &decided.to);
    let denials = (refusal(from), refusal(to));
    if denials.0 != denials.1 || from.plans.is_empty() != to.plans.is_empty() {
        line(text, margin, "refused", &arrow(&denials.0, &denials.1));
    } else if from.plans.is_empty() {
        line(text, margin, "refused", &denials.0);
    }
    targets(text, margin, from, to);
    if from.shadow != to.shadow {
        line(text, margin, "shadow", &arrow(&shadow(from), &shadow(to)));
    }
    if from.max_tokens != to.max_tokens {
        let cap = |verdict: &Verdict| {
            verdict
                .max_tokens
                .map_or("no cap".to_owned(), |cap| cap.to_string())
        };
        line(text, margin, "max_tokens", &arrow(&cap(from), &cap(to)));
    }
    let (was, is) = &decided.example.guards;
    if was != is {
        let shown = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        line(text, margin, "guards", &arrow(&shown(was), &shown(is)));
    }
}

fn rule(text: &mut String, decided: &Decided) {
    let place = |rule: &Option<Rule>| match rule {
        Some(rule) => format!("{} {} ({})", rule.kind, rule.name, rule.at),
        None => "no rule".to_owned(),
    };
    let rules = arrow(&place(&decided.old_rule), &place(&decided.new_rule));
    line(text, MARGIN, "rule", &rules);
}

fn example(text: &mut String, margin: usize, decided: &Decided) {
    let example = &decided.example;
    let facts = |facts: &serde_json::Map<String, Json>| Json::Object(facts.clone()).to_string();
    let seed = match example.seed {
        0 => String::new(),
        seed => format!(", seed {seed:016x}"),
    };
    let orders = example.orders.iter();
    let orders = orders.map(|(pool, order)| format!(", {pool} in the order {}", order.join(", ")));
    let orders: String = orders.collect();
    let shown = format!("{}{seed}{orders}", facts(&example.facts));
    line(text, margin, "example", &shown);
    if let Some(before) = &example.facts_before {
        line(text, margin, "before", &facts(before));
    }
    if !example.reproduced {
        line(
            text,
            margin,
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

fn targets(text: &mut String, margin: usize, from: &Verdict, to: &Verdict) {
    match (from.plans.as_slice(), to.plans.as_slice()) {
        ([], []) => {}
        ([was], [is]) if was.by_first.is_empty() && is.by_first.is_empty() => {
            let (first, rest) = (head(&was.steps), head(&is.steps));
            line(text, margin, "target", &arrow(&first.0, &rest.0));
            if first.1 != rest.1 {
                line(text, margin, "fallbacks", &arrow(&first.1, &rest.1));
            }
        }
        _ => line(text, margin, "targets", &arrow(&plans(from), &plans(to))),
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
