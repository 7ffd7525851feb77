//! A value as it stands in a line, and what it is as a fact: foreign lines write numbers as text and text as numbers.

use super::moment;
use super::outcome::PARTS_OF_A_COLUMN;
use super::unit::{self, Unit};
use crate::facts::{Definition, Timestamp, Type, Value};
use crate::quantity::Probability;
use std::collections::BTreeMap;
use std::time::Duration;

/// Most tokens that a record's usage can name, as for the fact `tokens`.
pub(super) const MOST_TOKENS: u64 = 1 << 40;

/// Most characters of a value that are repeated in an error.
const LONGEST_SHOWN: usize = 80;

/// Largest magnitude of a number that is measured.
const LARGEST_MEASURED: f64 = 1e9;

/// Largest magnitude below which every whole number has its own 64-bit float.
const EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// One value of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Uint(u64),
    /// A number below 0.
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    List(Vec<String>),
    Map(BTreeMap<String, String>),
    /// A list or an object that holds more than text, numbers and truths.
    Nested,
    /// A time of a column that holds such; elsewhere it stands as text.
    Moment(Timestamp),
    /// A time since 1970 or a length of time, with the unit of its number.
    Timed(Box<Cell>, Unit),
}

/// The cell of a JSON value; `null` is for the caller to see.
pub(super) fn cell_of(value: &serde_json::Value) -> Cell {
    use serde_json::Value as Json;
    match value {
        Json::Null => Cell::Nested,
        Json::Bool(truth) => Cell::Bool(*truth),
        Json::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(uint), _, _) => Cell::Uint(uint),
            (_, Some(int), _) => Cell::Int(int),
            (_, _, Some(float)) => Cell::Float(float),
            _ => Cell::Nested,
        },
        Json::String(text) => Cell::Text(text.clone()),
        Json::Array(items) => items
            .iter()
            .map(scalar_text)
            .collect::<Option<_>>()
            .map_or(Cell::Nested, Cell::List),
        Json::Object(entries) => entries
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| scalar_text(value).map(|text| (key.clone(), text)))
            .collect::<Option<_>>()
            .map_or(Cell::Nested, Cell::Map),
    }
}

fn scalar_text(value: &serde_json::Value) -> Option<String> {
    cell_of(value).to_text()
}

impl Cell {
    /// The value as the fact that `definition` describes; `None` where it is none of the values that the policy lists
    /// for the fact, so that the record lacks what this policy asks about. The error completes a sentence that begins
    /// with the fact's name.
    pub(super) fn to_value(&self, definition: &Definition) -> Result<Option<Value>, String> {
        let wrong = || format!("is {}, found {}", definition.expected(), self.shown());
        let value = self.read(definition.ty).ok_or_else(wrong)?;
        match &value {
            Value::Int(number) if !definition.range.contains(number) => Err(wrong()),
            value if !definition.admits(value) => Ok(None),
            _ => Ok(Some(value)),
        }
    }

    fn read(&self, ty: Type) -> Option<Value> {
        match ty {
            Type::String => self.to_text().map(Value::String),
            Type::Int => self.whole().map(Value::Int),
            Type::Bool => self.to_bool().map(Value::Bool),
            Type::StringList => self.to_list().map(Value::StringList),
            Type::StringMap => self.to_map().map(Value::StringMap),
            Type::Timestamp => self.to_moment().map(Value::Timestamp),
        }
    }

    /// The value as text; numbers and truths as JSON writes them.
    pub(super) fn to_text(&self) -> Option<String> {
        match self {
            Cell::Text(text) => Some(text.clone()),
            Cell::Int(number) => Some(number.to_string()),
            Cell::Uint(number) => Some(number.to_string()),
            Cell::Float(number) => Some(number.to_string()),
            Cell::Bool(truth) => Some(truth.to_string()),
            Cell::Moment(moment) => Some(moment.to_string()),
            Cell::Timed(number, _) => number.to_text(),
            Cell::List(_) | Cell::Map(_) | Cell::Nested => None,
        }
    }

    /// The value as the name of a target. The error completes a sentence that begins with the value's name.
    pub(super) fn to_target(&self) -> Result<String, String> {
        self.to_text()
            .ok_or_else(|| format!("is a string, found {}", self.shown()))
    }

    /// The value as the probability of something that happened, so that it is not 0. The error is as that of
    /// [`Cell::to_target`].
    pub(super) fn to_propensity(&self) -> Result<Probability, String> {
        let probability = self.to_text().and_then(|text| Probability::parse(&text));
        probability
            .filter(|probability| !probability.is_never())
            .ok_or_else(|| format!("is a probability above 0, found {}", self.shown()))
    }

    /// The value as a number, a truth as 1 or 0, in parts of 10⁻⁹. The error is as that of [`Cell::to_target`].
    pub(super) fn to_parts(&self) -> Result<i64, String> {
        let number = match self {
            Cell::Bool(truth) => Some(f64::from(u8::from(*truth))),
            other => other.to_text().and_then(|text| text.trim().parse().ok()),
        };
        number
            .filter(|number: &f64| number.abs() <= LARGEST_MEASURED)
            .map(|number| (number * PARTS_OF_A_COLUMN as f64).round() as i64)
            .ok_or_else(|| format!("is a number from -10⁹ to 10⁹ or a truth, found {}", self.shown()))
    }

    /// The value as a number of tokens, 0 to 2⁴⁰. The error is as that of [`Cell::to_target`].
    pub(super) fn to_tokens(&self) -> Result<u64, String> {
        self.whole()
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| *number <= MOST_TOKENS)
            .ok_or_else(|| format!("is an int from 0 to {MOST_TOKENS}, found {}", self.shown()))
    }

    /// The value as a time: a time stamp, or a number since 1970.
    pub(super) fn to_moment(&self) -> Option<Timestamp> {
        match self {
            Cell::Text(text) => {
                let text = text.trim();
                moment::parse(text).or_else(|| unit::moment(text, None))
            }
            Cell::Uint(_) | Cell::Float(_) => unit::moment(&self.to_text()?, None),
            Cell::Moment(moment) => Some(*moment),
            Cell::Timed(cell, unit) => match &**cell {
                Cell::Moment(moment) => Some(*moment),
                Cell::Text(text) => {
                    let text = text.trim();
                    moment::parse(text).or_else(|| unit::moment(text, Some(*unit)))
                }
                number => unit::moment(&number.to_text()?, Some(*unit)),
            },
            _ => None,
        }
    }

    /// The value as a length of time; `unit` is that of a number that has none. The error is as that of
    /// [`Cell::to_target`].
    pub(super) fn to_duration(&self, unit: Unit) -> Result<Duration, String> {
        let unit = match self {
            Cell::Timed(_, unit) => *unit,
            _ => unit,
        };
        let parts = self.to_text().and_then(|text| unit::seconds(text.trim(), unit));
        let duration = parts.and_then(|(seconds, nanoseconds)| {
            Some(Duration::new(u64::try_from(seconds).ok()?, nanoseconds))
        });
        duration.ok_or_else(|| format!("is a length of time, found {}", self.shown()))
    }

    /// The time from this one to the other; `None` where one of them is none, or the other is before it.
    pub(super) fn until(&self, other: &Cell) -> Option<Cell> {
        let nanoseconds = |moment: Timestamp| {
            i128::from(moment.seconds()) * 1_000_000_000 + i128::from(moment.nanoseconds())
        };
        let length = nanoseconds(other.to_moment()?) - nanoseconds(self.to_moment()?);
        let length = u64::try_from(length).ok()?;
        Some(Cell::Timed(Box::new(Cell::Uint(length)), Unit::Nanoseconds))
    }

    fn whole(&self) -> Option<i64> {
        match self {
            Cell::Int(number) => Some(*number),
            Cell::Uint(number) => i64::try_from(*number).ok(),
            // A column that once held an empty cell comes out of many tools as floats.
            Cell::Float(number) if number.fract() == 0.0 && number.abs() < EXACT_FLOAT => {
                Some(*number as i64)
            }
            Cell::Text(text) => match text.trim().parse() {
                Ok(number) => Some(number),
                Err(_) => text.trim().strip_suffix(".0")?.parse().ok(),
            },
            _ => None,
        }
    }

    fn to_bool(&self) -> Option<bool> {
        match self {
            Cell::Bool(truth) => Some(*truth),
            Cell::Uint(0) => Some(false),
            Cell::Uint(1) => Some(true),
            Cell::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value as a list; text is a list of JSON, or taken apart at `;`, or at `,` where it has no `;`.
    fn to_list(&self) -> Option<Vec<String>> {
        match self {
            Cell::List(items) => Some(items.clone()),
            Cell::Text(text) if text.starts_with('[') => match serde_json::from_str(text) {
                Ok(list) => cell_of(&list).to_list(),
                Err(_) => None,
            },
            Cell::Text(text) => {
                let separator = if text.contains(';') { ';' } else { ',' };
                let items = text.split(separator).map(str::trim);
                Some(items.filter(|item| !item.is_empty()).map(str::to_owned).collect())
            }
            Cell::Moment(moment) => Some(vec![moment.to_string()]),
            _ => None,
        }
    }

    /// The value as a map; text is an object of JSON.
    fn to_map(&self) -> Option<BTreeMap<String, String>> {
        match self {
            Cell::Map(entries) => Some(entries.clone()),
            Cell::Text(text) if text.starts_with('{') => match serde_json::from_str(text) {
                Ok(object) => cell_of(&object).to_map(),
                Err(_) => None,
            },
            _ => None,
        }
    }

    /// The value in few words.
    pub(super) fn shown(&self) -> String {
        match self {
            Cell::Text(text) if text.chars().count() > LONGEST_SHOWN => "a long string".to_owned(),
            Cell::List(_) => "a list".to_owned(),
            Cell::Map(_) => "an object".to_owned(),
            Cell::Nested => "nested values".to_owned(),
            scalar => format!("`{}`", scalar.to_text().unwrap_or_default()),
        }
    }
}
