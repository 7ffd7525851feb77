//! How a simulated provider behaves: `latency`, `first-token`, `rate`, `fault`.

use super::clauses::Clauses;
use super::items::Items;
use super::report::Report;
use super::settings::unknown_word;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{FailureClass, SimulatedBehaviour, SimulatedFault};
use crate::quantity::Share;
use crate::syntax::ast::{Clause, ItemKind};
use std::time::Duration;

/// Most tokens a second.
const MAX_RATE: f64 = 1_000_000.0;

/// The clauses that only a simulated provider has.
const CLAUSES: [&str; 4] = ["latency", "first-token", "rate", "fault"];

/// The behaviour that a provider's clauses describe.
pub(super) fn behaviour(clauses: &mut Clauses<'_>, report: &mut Report) -> SimulatedBehaviour {
    SimulatedBehaviour {
        latency: duration(clauses, "latency", report),
        first_token: duration(clauses, "first-token", report),
        rate: clauses.read("rate", report, rate),
        faults: faults(clauses, report),
    }
}

/// Reports the clauses where the provider is of another protocol; only asks for them where that is not `known`.
pub(super) fn refuse(clauses: &mut Clauses<'_>, known: bool, report: &mut Report) {
    for keyword in CLAUSES {
        if !clauses.has(keyword) {
            continue;
        }
        for clause in clauses.all(keyword).filter(|_| known) {
            let message = format!("only a simulated provider has `{keyword}`");
            report.push(
                Diagnostic::error(Code::UNKNOWN_CLAUSE, message)
                    .at(clause.keyword.span, "")
                    .help("write `protocol simulated`, or leave it out"),
            );
        }
    }
}

fn duration(clauses: &mut Clauses<'_>, keyword: &'static str, report: &mut Report) -> Duration {
    let duration = clauses.read(keyword, report, |items, report| match items.word("0s") {
        true => Some(Duration::ZERO),
        false => items.duration(report),
    });
    duration.unwrap_or_default()
}

fn rate(items: &mut Items<'_>, report: &mut Report) -> Option<f64> {
    let wanted = "a number of tokens above 0, as in `80 tokens per second`";
    let rate = items.take(wanted, report, |item| match &item.kind {
        ItemKind::Bare(text) if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => text
            .parse::<f64>()
            .ok()
            .filter(|rate| *rate > 0.0 && *rate <= MAX_RATE),
        _ => None,
    })?;
    for word in ["tokens", "per", "second"] {
        items.expect_word(word, report)?;
    }
    Some(rate)
}

fn faults(clauses: &mut Clauses<'_>, report: &mut Report) -> Vec<SimulatedFault> {
    let mut faults: Vec<SimulatedFault> = Vec::new();
    for clause in clauses.all("fault") {
        let Some(fault) = fault(clause, report) else {
            continue;
        };
        if faults.iter().any(|other| other.class == fault.class) {
            let message = format!("the fault `{}` stands twice", fault.class);
            report.error(Code::DUPLICATE_ENTRY, clause.span, message, "again here");
        }
        faults.push(fault);
        let sum: u32 = faults
            .iter()
            .map(|fault| u32::from(fault.share.basis_points()))
            .sum();
        if sum > u32::from(Share::WHOLE) {
            let message = "the faults of a provider sum to more than 100%";
            report.error(Code::SPLIT_SUM, clause.span, message, "too much with this one");
        }
    }
    faults
}

fn fault(clause: &Clause, report: &mut Report) -> Option<SimulatedFault> {
    const WANTED: &str = "a single class of failures such as `rate-limit`";
    let mut items = Items::of(clause);
    let word = items.name(WANTED, report)?;
    let Some(class) = FailureClass::from_name(&word.text) else {
        let names = FailureClass::ALL.map(FailureClass::name);
        unknown_word(&word, "fault", WANTED, names, report);
        return None;
    };
    let share = items.percent(report)?;
    items.finish(report);
    Some(SimulatedFault { class, share })
}
