//! `--map NAME=COLUMN`: which column of a foreign line is which fact, or which part of its usage.

use super::cell::{Cell, cell_of};
use crate::diagnostic::did_you_mean;
use crate::facts::Register;
use std::collections::BTreeSet;

/// Most levels of a nested column `a.b.c`.
const DEEPEST_COLUMN: usize = 16;

/// What else than a fact a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    Input,
    Output,
    Cached,
    Target,
    /// The status, times and their like: taken, and of no use to this report.
    Unused,
}

/// The names that are no facts.
const MEASURES: [(&str, Measure); 7] = [
    ("input", Measure::Input),
    ("output", Measure::Output),
    ("cached", Measure::Cached),
    ("target", Measure::Target),
    ("status", Measure::Unused),
    ("ms", Measure::Unused),
    ("first_token_ms", Measure::Unused),
];

/// What a mapped value is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The fact of this name.
    Fact(String),
    /// Another part of the record. Its name wins over a fact that a policy declares under it.
    Measure(Measure),
}

impl Role {
    /// The name in `--map`; of what has no use, that of all such.
    pub(super) fn name(&self) -> &str {
        match self {
            Role::Fact(name) => name,
            Role::Measure(measure) => MEASURES
                .iter()
                .find(|(_, known)| known == measure)
                .map_or("", |(name, _)| name),
        }
    }
}

/// Where a mapped value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    /// The same for every record.
    Constant(Cell),
    /// A column: of CSV by its whole name, of JSON by the names between the dots.
    Column(String),
}

/// What the operator mapped, each name once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mapping {
    pub(super) entries: Vec<(Role, Origin)>,
}

impl Mapping {
    /// Reads `NAME=COLUMN` texts against the facts of the policies. Errors are one line each, all of them.
    pub(super) fn parse<S: AsRef<str>>(texts: &[S], registers: &[&Register]) -> Result<Self, Vec<String>> {
        let mut mapping = Mapping::default();
        let mut seen = BTreeSet::new();
        let mut errors = Vec::new();
        for text in texts {
            match entry(text.as_ref(), registers) {
                Ok((name, entry)) if seen.insert(name.to_owned()) => mapping.entries.push(entry),
                Ok((name, _)) => errors.push(format!("`--map` names `{name}` twice")),
                Err(error) => errors.push(error),
            }
        }
        errors.extend(mapping.nested_conflicts());
        if errors.is_empty() {
            Ok(mapping)
        } else {
            Err(errors)
        }
    }

    /// Whether nothing is mapped.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The columns with the entries that they are for.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, &str)> {
        self.entries
            .iter()
            .enumerate()
            .filter_map(|(index, (_, origin))| match origin {
                Origin::Column(column) => Some((index, column.as_str())),
                Origin::Constant(_) => None,
            })
    }

    /// Columns that stand within other columns: one value cannot be both.
    fn nested_conflicts(&self) -> Vec<String> {
        let columns: BTreeSet<&str> = self.columns().map(|(_, column)| column).collect();
        columns
            .iter()
            .flat_map(|inner| {
                let outers = inner.match_indices('.').filter_map(|(at, _)| inner.get(..at));
                outers.map(move |outer| (outer, inner))
            })
            .filter(|(outer, _)| columns.contains(outer))
            .map(|(outer, inner)| {
                format!("`--map` uses the column `{outer}` and `{inner}` within it; take one of them")
            })
            .collect()
    }
}

fn entry<'t>(text: &'t str, registers: &[&Register]) -> Result<(&'t str, (Role, Origin)), String> {
    let usage = || format!("`--map {text}` is not `NAME=COLUMN`");
    let (name, source) = text.split_once('=').ok_or_else(usage)?;
    let (name, source) = (name.trim(), source.trim());
    if name.is_empty() || source.is_empty() {
        return Err(usage());
    }
    let role = role(name, registers)?;
    let origin = match cell_of_literal(source) {
        Some(cell) => {
            check_constant(name, &role, &cell, registers)?;
            Origin::Constant(cell)
        }
        None if source.split('.').count() > DEEPEST_COLUMN => {
            return Err(format!(
                "the column `{source}` is nested deeper than {DEEPEST_COLUMN} levels"
            ));
        }
        None => Origin::Column(source.to_owned()),
    };
    Ok((name, (role, origin)))
}

/// A JSON literal; a bare word is none, so that it can be a column. `null` is a column too: it says nothing.
fn cell_of_literal(text: &str) -> Option<Cell> {
    match serde_json::from_str(text).ok()? {
        serde_json::Value::Null => None,
        value => Some(cell_of(&value)),
    }
}

fn role(name: &str, registers: &[&Register]) -> Result<Role, String> {
    if let Some((_, measure)) = MEASURES.iter().find(|(known, _)| *known == name) {
        return Ok(Role::Measure(*measure));
    }
    if registers.iter().any(|register| register.find(name).is_some()) {
        return Ok(Role::Fact(name.to_owned()));
    }
    let facts = registers
        .iter()
        .flat_map(|register| register.definitions())
        .map(|(_, definition)| definition.name.as_str());
    let known = MEASURES.iter().map(|(known, _)| *known).chain(facts);
    let hint = did_you_mean(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(format!(
        "`--map {name}=…`: there is no fact or measure `{name}`{hint}"
    ))
}

fn check_constant(name: &str, role: &Role, cell: &Cell, registers: &[&Register]) -> Result<(), String> {
    let checked = match role {
        Role::Fact(fact) => registers
            .iter()
            .filter_map(|register| register.get(register.find(fact)?))
            .try_for_each(|definition| match cell.to_value(definition)? {
                Some(_) => Ok(()),
                None => Err(format!("is {}", definition.expected())),
            }),
        Role::Measure(Measure::Target) => cell.to_target().map(drop),
        Role::Measure(Measure::Unused) => Ok(()),
        Role::Measure(_) => cell.to_tokens().map(drop),
    };
    checked.map_err(|reason| format!("`--map {name}=…`: `{name}` {reason}"))
}
