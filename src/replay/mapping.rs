//! Which column of a foreign line is which fact, or which part of its usage: `--map NAME=COLUMN` over what a ready map of
//! `--from` says.

use super::cell::{Cell, cell_of};
use super::importer::Importer;
use super::reading::{Line, Origin, Reading};
use super::unit::Unit;
use crate::diagnostic::did_you_mean;
use crate::facts::{Builtin, Register};
use std::collections::BTreeSet;

/// Most levels of a nested column `a.b.c`.
pub(super) const DEEPEST_COLUMN: usize = 16;

/// What else than a fact a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    Input,
    Output,
    Cached,
    Target,
    /// The status: taken, and of no use to this report.
    Unused,
    /// Milliseconds from the request to the end of its answer.
    Took,
    /// Milliseconds from the request to the first content of its answer.
    FirstToken,
    /// With what probability the target was drawn.
    Propensity,
    /// What splits and random pools were drawn by.
    Seed,
    /// The members of pools that picked by live state, in their order.
    Orders,
    /// What the conditions made of the prompt.
    Prompted,
}

impl Measure {
    /// Whether a fact that a policy declares under its name is meant instead.
    fn gives_way(self) -> bool {
        matches!(self, Measure::Seed | Measure::Orders | Measure::Prompted)
    }
}

/// The names that are no facts.
const MEASURES: [(&str, Measure); 11] = [
    ("input", Measure::Input),
    ("output", Measure::Output),
    ("cached", Measure::Cached),
    ("target", Measure::Target),
    ("status", Measure::Unused),
    ("ms", Measure::Took),
    ("first_token_ms", Measure::FirstToken),
    ("propensity", Measure::Propensity),
    ("seed", Measure::Seed),
    ("orders", Measure::Orders),
    ("prompted", Measure::Prompted),
];

/// What a mapped value is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The fact of this name.
    Fact(String),
    /// Another part of the record. Its name wins over a fact that a policy declares under it, but for what only records of
    /// ours have.
    Measure(Measure),
}

impl Role {
    /// The name in `--map`.
    pub(super) fn name(&self) -> &str {
        match self {
            Role::Fact(name) => name,
            Role::Measure(measure) => MEASURES
                .iter()
                .find(|(_, known)| known == measure)
                .map_or("", |(name, _)| name),
        }
    }

    /// Whether the value is a time or a length of time, so that numbers of it have a unit.
    fn is_timed(&self) -> bool {
        match self {
            Role::Fact(name) => name == Builtin::Now.name(),
            Role::Measure(measure) => matches!(measure, Measure::Took | Measure::FirstToken),
        }
    }
}

/// What a value tells beside the fact that it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// Another part of the record.
    Measure(Measure),
    /// How long the prompt is, where the usage does not tell.
    Tokens,
    /// When the request arrived.
    Now,
}

impl Telling {
    fn of(role: &Role) -> Option<Self> {
        match role {
            Role::Measure(measure) => Some(Telling::Measure(*measure)),
            Role::Fact(name) if name == Builtin::Tokens.name() => Some(Telling::Tokens),
            Role::Fact(name) if name == Builtin::Now.name() => Some(Telling::Now),
            Role::Fact(_) => None,
        }
    }
}

/// One name that is mapped.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) role: Role,
    /// What of it is more than a fact.
    pub(super) telling: Option<Telling>,
    /// Where the value comes from: the first of these that a line has.
    pub(super) readings: Vec<Reading>,
}

impl Entry {
    /// A name whose value is the first of these that a line has.
    pub(super) fn new(role: Role, readings: Vec<Reading>) -> Self {
        Entry {
            telling: Telling::of(&role),
            role,
            readings,
        }
    }

    /// The constant, where it is one.
    pub(super) fn constant(&self) -> Option<&Origin> {
        let constant = self.readings.first().map(|reading| &reading.origin);
        constant.filter(|origin| matches!(origin, Origin::Constant(_)))
    }
}

/// A column that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Of CSV the whole name, of JSON the names between the dots.
    pub(super) name: String,
    /// Whether an input may be without it, since a ready map names it.
    pub(super) optional: bool,
}

/// What is mapped, each name once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mapping {
    pub(super) entries: Vec<Entry>,
    pub(super) columns: Vec<Column>,
    pub(super) importer: Option<Importer>,
    /// Whether records tell what conditions made of prompts that they do not hold.
    pub(super) recalls: bool,
}

impl Mapping {
    /// Reads `NAME=COLUMN` texts against the facts of the policies; what they name stands over what the ready map says of
    /// it. Errors are one line each, all of them.
    pub(super) fn parse<S: AsRef<str>>(
        importer: Option<Importer>,
        texts: &[S],
        registers: &[&Register],
    ) -> Result<Self, Vec<String>> {
        let mut mapping = Mapping {
            importer,
            ..Mapping::default()
        };
        let mut seen = BTreeSet::new();
        let mut errors = Vec::new();
        for text in texts {
            match mapping.entry(text.as_ref(), registers) {
                Ok((name, entry)) if seen.insert(name.to_owned()) => mapping.entries.push(entry),
                Ok((name, _)) => errors.push(format!("`--map` names `{name}` twice")),
                Err(error) => errors.push(error),
            }
        }
        errors.extend(mapping.nested_conflicts());
        if let Some(importer) = importer {
            importer.complete(&mut mapping, registers);
        }
        let prompted = Role::Measure(Measure::Prompted);
        mapping.recalls =
            mapping.entries.iter().any(|entry| entry.role == prompted) && !mapping.has_fact(Builtin::Prompt);
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

    /// Whether this fact is mapped.
    pub(super) fn has_fact(&self, builtin: Builtin) -> bool {
        let named = |role: &Role| matches!(role, Role::Fact(name) if name == builtin.name());
        self.entries.iter().any(|entry| named(&entry.role))
    }

    /// Whether a line says of what kind it is.
    pub(super) fn has_kind(&self, line: &impl Line) -> bool {
        let readings = self.entries.iter().flat_map(|entry| &entry.readings);
        let mut kinds = readings.filter(|reading| reading.words.is_some());
        kinds.any(|kind| matches!(kind.origin, Origin::Column(at) if line.cell(at).is_some()))
    }

    /// Whether a name is mapped to the column of this number: those of outcomes alone are not.
    pub(super) fn reads(&self, column: usize) -> bool {
        let readings = self.entries.iter().flat_map(|entry| &entry.readings);
        readings.into_iter().any(|reading| match reading.origin {
            Origin::Constant(_) => false,
            Origin::Column(at) => at == column,
            Origin::Between(from, to) => from == column || to == column,
        })
    }

    /// The number of the column of this name, among those that are looked for.
    pub(super) fn column(&mut self, name: &str, optional: bool) -> usize {
        let known = self
            .columns
            .iter_mut()
            .enumerate()
            .find(|(_, column)| column.name == name);
        if let Some((at, column)) = known {
            column.optional &= optional;
            return at;
        }
        self.columns.push(Column {
            name: name.to_owned(),
            optional,
        });
        self.columns.len() - 1
    }

    /// Columns that stand within other columns: one value cannot be both.
    pub(super) fn nested_conflicts(&self) -> Vec<String> {
        let columns: BTreeSet<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
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

    fn entry<'t>(&mut self, text: &'t str, registers: &[&Register]) -> Result<(&'t str, Entry), String> {
        let usage = || format!("`--map {text}` is not `NAME=COLUMN`");
        let (name, source) = text.split_once('=').ok_or_else(usage)?;
        let (name, source) = (name.trim(), source.trim());
        if name.is_empty() || source.is_empty() {
            return Err(usage());
        }
        let (name, unit) = match name.split_once(':') {
            Some((name, unit)) => (name.trim(), Some(unit.trim())),
            None => (name, None),
        };
        let role = role(name, registers)?;
        let unit = unit
            .map(|unit| Unit::parse(unit, name, role.is_timed()))
            .transpose()?;
        let origin = match cell_of_literal(source) {
            Some(cell) => {
                check_constant(name, &role, &cell, registers)?;
                Origin::Constant(cell)
            }
            None if source.starts_with(['"', '{']) || source.starts_with("[\"") => {
                return Err(format!(
                    "`--map {name}=…`: `{source}` begins like a JSON literal and is none"
                ));
            }
            None if source.split('.').count() > DEEPEST_COLUMN => {
                return Err(format!(
                    "the column `{source}` is nested deeper than {DEEPEST_COLUMN} levels"
                ));
            }
            None => Origin::Column(self.column(source, false)),
        };
        let readings = vec![Reading {
            unit,
            ..Reading::plain(origin)
        }];
        Ok((name, Entry::new(role, readings)))
    }
}

/// A JSON literal; a bare word is none, so that it can be a column. `null` is a column too: it says nothing.
fn cell_of_literal(text: &str) -> Option<Cell> {
    match serde_json::from_str(text).ok()? {
        serde_json::Value::Null => None,
        value => Some(cell_of(&value)),
    }
}

/// What a name stands for in these policies.
pub(super) fn find_role(name: &str, registers: &[&Register]) -> Option<Role> {
    let measure = MEASURES.iter().find(|(known, _)| *known == name);
    let is_fact = registers.iter().any(|register| register.find(name).is_some());
    match measure {
        Some((_, measure)) if !(is_fact && measure.gives_way()) => Some(Role::Measure(*measure)),
        _ => is_fact.then(|| Role::Fact(name.to_owned())),
    }
}

fn role(name: &str, registers: &[&Register]) -> Result<Role, String> {
    if let Some(role) = find_role(name, registers) {
        return Ok(role);
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
        Role::Measure(Measure::Propensity) => cell.to_propensity().map(drop),
        Role::Measure(Measure::Seed) => cell.to_seed().map(drop),
        Role::Measure(Measure::Orders) => cell.to_orders().map(drop),
        Role::Measure(Measure::Prompted) => cell.to_prompted().map(drop),
        Role::Measure(Measure::Took | Measure::FirstToken) => cell.to_duration(Unit::Milliseconds).map(drop),
        Role::Measure(Measure::Input | Measure::Output | Measure::Cached) => cell.to_tokens().map(drop),
    };
    checked.map_err(|reason| format!("`--map {name}=…`: `{name}` {reason}"))
}
