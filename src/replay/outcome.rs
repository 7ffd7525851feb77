//! What of records is measured, so that its mean under the candidate can be estimated: `--outcome`.

use super::mapping::{DEEPEST_COLUMN, Mapping};
use super::reading::{Line, Unread};
use super::side::Side;
use super::told::Told;
use crate::diagnostic::did_you_mean;
use crate::quantity::Cost;
use crate::record::RecordedOutcome;

/// Most outcomes of one replay: each has its own sums.
const MOST_OUTCOMES: usize = 16;

/// The parts of one that a column's numbers are held in.
pub(super) const PARTS_OF_A_COLUMN: u64 = 1_000_000_000;

/// The parts of a dollar that costs are held in.
const PARTS_OF_A_DOLLAR: u64 = 1_000_000_000_000;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measured {
    Cost,
    Output,
    Took,
    FirstToken,
    Success,
    /// The column of this number in the mapping.
    Column(usize),
}

/// The outcomes that have a name.
const NAMED: [(&str, Measured); 5] = [
    ("cost_usd", Measured::Cost),
    ("output_tokens", Measured::Output),
    ("ms", Measured::Took),
    ("first_token_ms", Measured::FirstToken),
    ("success", Measured::Success),
];

/// An outcome by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) name: String,
    measured: Measured,
}

impl Outcome {
    /// Reads what was given for `--outcome`, each a name or `NAME=COLUMN`; columns are added to those that are looked for.
    /// Errors are one line each.
    pub(super) fn parse_all<S: AsRef<str>>(
        texts: &[S],
        mapping: &mut Mapping,
    ) -> Result<Vec<Self>, Vec<String>> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut errors = Vec::new();
        for text in texts {
            match Self::parse(text.as_ref(), mapping) {
                Ok(outcome) if outcomes.iter().any(|known| known.name == outcome.name) => {
                    errors.push(format!("`--outcome` names `{}` twice", outcome.name));
                }
                Ok(outcome) => outcomes.push(outcome),
                Err(reason) => errors.push(format!("`--outcome {}`: {reason}", text.as_ref())),
            }
        }
        if outcomes.len() > MOST_OUTCOMES {
            errors.push(format!("there are more than {MOST_OUTCOMES} outcomes"));
        }
        errors.extend(mapping.nested_conflicts());
        if errors.is_empty() {
            Ok(outcomes)
        } else {
            Err(errors)
        }
    }

    fn parse(text: &str, mapping: &mut Mapping) -> Result<Self, String> {
        let (name, column) = match text.split_once('=') {
            Some((name, column)) => (name.trim(), Some(column.trim())),
            None => (text.trim(), None),
        };
        let known = NAMED.iter().find(|(known, _)| *known == name);
        let measured = match (known, column) {
            (Some((_, measured)), None) => *measured,
            (Some(_), Some(_)) => return Err(format!("`{name}` is measured already; take another name")),
            (None, Some(column)) if name.is_empty() || column.is_empty() => {
                return Err("it is a name or `NAME=COLUMN`".to_owned());
            }
            (None, Some(column)) if column.split('.').count() > DEEPEST_COLUMN => {
                return Err(format!(
                    "the column `{column}` is nested deeper than {DEEPEST_COLUMN} levels"
                ));
            }
            (None, Some(column)) => Measured::Column(mapping.column(column, false)),
            (None, None) => return Err(unknown(name)),
        };
        Ok(Outcome {
            name: name.to_owned(),
            measured,
        })
    }

    /// How many parts make one: numbers are held as whole parts, so that their sums are exact.
    pub(super) fn parts(&self) -> u64 {
        match self.measured {
            Measured::Cost => PARTS_OF_A_DOLLAR,
            Measured::Column(_) => PARTS_OF_A_COLUMN,
            _ => 1,
        }
    }

    /// The number in the outcome's column, in parts; `None` for another outcome, and where the line has none.
    pub(super) fn in_column(&self, line: &impl Line) -> Result<Option<i64>, Unread> {
        let Measured::Column(at) = self.measured else {
            return Ok(None);
        };
        let number = line.cell(at).map(|cell| cell.to_parts()).transpose();
        number.map_err(|reason| Unread::Fault(format!("`{}` {reason}", self.name)))
    }

    /// What it was in a record, in parts; `None` where that is not known. `column` is what stands in its column.
    pub(super) fn of(&self, told: &Told<'_>, side: &Side<'_>, column: Option<i64>) -> Option<i128> {
        let number = match self.measured {
            Measured::Cost => return cost(told, side).map(Cost::picodollars),
            Measured::Output => i64::try_from(told.output?).ok()?,
            Measured::Took => i64::try_from(told.took_ms()?).ok()?,
            Measured::FirstToken => i64::try_from(told.first_token_ms()?).ok()?,
            Measured::Success => success(told.outcome?)?,
            Measured::Column(_) => column?,
        };
        Some(i128::from(number))
    }
}

/// What was paid, or what the usage costs at the target that answered.
fn cost(told: &Told<'_>, side: &Side<'_>) -> Option<Cost> {
    told.cost
        .or_else(|| side.cost_at(told.answered(side)?, told.usage().as_ref()))
}

/// 1 for a whole answer; what a client that went away would have got is not known.
fn success(outcome: RecordedOutcome) -> Option<i64> {
    match outcome {
        RecordedOutcome::Ok => Some(1),
        RecordedOutcome::Failed | RecordedOutcome::Truncated | RecordedOutcome::Damaged => Some(0),
        RecordedOutcome::Denied | RecordedOutcome::ClientClosed => None,
    }
}

fn unknown(name: &str) -> String {
    let names = || NAMED.iter().map(|(known, _)| *known);
    let hint =
        did_you_mean(name, names()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let listed: Vec<String> = names().map(|known| format!("`{known}`")).collect();
    format!(
        "there is no outcome `{name}`{hint}; it is {} or `NAME=COLUMN`",
        listed.join(", ")
    )
}
