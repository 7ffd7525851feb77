//! `--fail-on CONDITION`: a CEL condition over a report's numbers that must not hold, so that a pipeline can stop an
//! edit.

use super::report::Report;
use crate::diagnostic::did_you_mean;
use crate::quantity::Cost;
use crate::source::SourceMap;
use crate::syntax::ast::{Expression, ExpressionKind};
use crate::syntax::parse_cel;
use crate::tree::eval::{EvalValue, evaluate};
use std::collections::BTreeSet;

/// The macros that name a variable of their own.
const MACROS: [&str; 5] = ["all", "exists", "exists_one", "filter", "map"];

const UNPRICED: &str = "no record's cost is known there";

/// A condition that a report must not meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    text: String,
    condition: Expression,
}

/// What became of a [`Gate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateOutcome {
    /// The condition does not hold.
    Passed,
    /// The condition holds.
    Failed,
    /// Whether it holds cannot be told: why, in one line. What cannot be told has not passed.
    Unknown(String),
}

impl Gate {
    /// Reads a condition. `with_baseline` says that the comparison is with a policy, so that there is no `agreement`.
    /// Errors are one line each.
    pub fn parse(text: &str, with_baseline: bool) -> Result<Self, Vec<String>> {
        let named = |reason: String| format!("`--fail-on {text}`: {reason}");
        let file = SourceMap::new().add("condition", text);
        let condition = parse_cel(file, text).map_err(|diagnostics| {
            let reasons = diagnostics
                .iter()
                .map(|diagnostic| diagnostic.message().to_owned());
            reasons.map(named).collect::<Vec<_>>()
        })?;
        let errors = unknown_names(&condition, with_baseline);
        if !errors.is_empty() {
            return Err(errors.into_iter().map(named).collect());
        }
        let gate = Gate {
            text: text.to_owned(),
            condition,
        };
        match gate.misfit() {
            Some(reason) => Err(vec![named(reason)]),
            None => Ok(gate),
        }
    }

    /// Why the condition is none whatever the report: that shows on any numbers of the right types. One that divides by a
    /// number shows nothing on 0, nor does one that leads into its range.
    fn misfit(&self) -> Option<String> {
        let stand_in = |(name, value): (&str, Result<EvalValue, _>)| {
            (name.to_owned(), value.unwrap_or(EvalValue::Double(0.0)))
        };
        let numbers: Vec<_> = numbers(&Report::default()).into_iter().map(stand_in).collect();
        match evaluate(&self.condition, &numbers) {
            Ok(EvalValue::Bool(_)) => None,
            Ok(value) => Some(format!("it is true or false, found `{}`", value.to_cel_literal())),
            Err(error) => error.is_of_types().then(|| error.to_string()),
        }
    }

    /// The condition as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Holds the report against the condition.
    pub fn outcome(&self, report: &Report) -> GateOutcome {
        match self.evaluate(report) {
            Ok(EvalValue::Bool(true)) => GateOutcome::Failed,
            Ok(EvalValue::Bool(false)) => GateOutcome::Passed,
            Ok(value) => {
                GateOutcome::Unknown(format!("it is true or false, found `{}`", value.to_cel_literal()))
            }
            Err(error) => GateOutcome::Unknown(error),
        }
    }

    fn evaluate(&self, report: &Report) -> Result<EvalValue, String> {
        let mut known = Vec::new();
        let mut absent = Vec::new();
        for (name, value) in numbers(report) {
            match value {
                Ok(value) => known.push((name.to_owned(), value)),
                Err(reason) => absent.push((name, reason)),
            }
        }
        let used = names(&self.condition);
        evaluate(&self.condition, &known).map_err(|error| {
            let missing = absent.iter().find(|(name, _)| used.contains(name));
            missing.map_or_else(
                || error.to_string(),
                |(name, reason)| format!("`{name}`: {reason}"),
            )
        })
    }
}

/// The report's numbers by the names that a condition has for them, or why it lacks one.
fn numbers(report: &Report) -> [(&'static str, Result<EvalValue, &'static str>); 12] {
    let whole = |number: u64| Ok(EvalValue::Int(i64::try_from(number).unwrap_or(i64::MAX)));
    let listed = |number: usize| whole(u64::try_from(number).unwrap_or(u64::MAX));
    let dollars =
        |cost: Option<Cost>, absent| cost.map(|cost| EvalValue::Double(cost.dollars())).ok_or(absent);
    let agreement = report.agreement.map(EvalValue::Double);
    [
        ("records", whole(report.records)),
        ("unreadable", whole(report.unreadable)),
        ("changed", whole(report.changed)),
        ("unreached", listed(report.unreached.len())),
        ("missing", listed(report.missing.len())),
        ("unpriced", whole(report.unpriced)),
        ("estimated", whole(report.estimated)),
        ("changed_share", Ok(EvalValue::Double(report.changed_share()))),
        ("agreement", agreement.ok_or("there is none beside `--baseline`")),
        ("baseline_usd", dollars(report.cost.baseline, UNPRICED)),
        ("candidate_usd", dollars(report.cost.candidate, UNPRICED)),
        (
            "delta_usd",
            dollars(report.cost.delta, "no record's cost is known before and after"),
        ),
    ]
}

/// What is wrong with the names in a condition, one line each.
fn unknown_names(condition: &Expression, with_baseline: bool) -> Vec<String> {
    let known = numbers(&Report::default()).map(|(name, _)| name);
    let complain = |name: &str| match name {
        "agreement" if with_baseline => {
            Some("`agreement` is held against what was recorded: leave out `--baseline`".to_owned())
        }
        name if known.contains(&name) => None,
        name => {
            let hint = did_you_mean(name, known).map_or_else(
                || format!("there are {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            Some(format!("there is no number `{name}`; {hint}"))
        }
    };
    names(condition).into_iter().filter_map(complain).collect()
}

/// The names that a condition uses, without those of its macros' own variables.
fn names(condition: &Expression) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    let mut own = BTreeSet::new();
    condition.walk(&mut |part| match &part.kind {
        ExpressionKind::Identifier(name) => {
            used.insert(name.as_str());
        }
        ExpressionKind::Call {
            receiver: Some(_),
            function,
            arguments,
        } if MACROS.contains(&function.text.as_str()) => {
            if let Some(ExpressionKind::Identifier(name)) = arguments.first().map(|first| &first.kind) {
                own.insert(name.as_str());
            }
        }
        _ => {}
    });
    used.difference(&own).copied().collect()
}
