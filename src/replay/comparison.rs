//! A replay: two policies, or one and what was recorded, and how lines become facts.

use super::columns::{CsvColumns, JsonColumns};
use super::condition;
use super::importer::Importer;
use super::mapping::{Mapping, Role};
use super::names::{Names, OutcomeName};
use super::outcome::Outcome;
use super::rates::Rates;
use super::rehearsal::Rehearsal;
use super::report::Report;
use super::side::Side;
use super::tally::Tally;
use crate::facts::{Builtin, FactId};
use crate::tree::Tree;
use std::collections::BTreeSet;

/// How the lines of one input are laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values with these columns.
    Csv(CsvColumns),
}

/// The header of a CSV input and what it takes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The layout of the rows.
    pub layout: Layout,
    /// Bytes of the header with its line end.
    pub bytes: usize,
    /// Line ends in it.
    pub lines: u64,
}

/// A fact by its ids: the candidate's and the baseline's, where their registers have it.
#[derive(Clone, Debug)]
pub(super) struct FactPlace {
    pub(super) candidate: Option<FactId>,
    pub(super) baseline: Option<FactId>,
    /// Its position among the facts that are read.
    pub(super) read: Option<usize>,
    /// Whether it can be the same under both policies, so that a value is read once for both.
    pub(super) alike: bool,
}

/// A dry run: the candidate policy against a baseline policy or against what was recorded.
#[derive(Debug)]
pub struct Replay<'t> {
    pub(super) candidate: Side<'t>,
    pub(super) baseline: Option<Side<'t>>,
    pub(super) mapping: Mapping,
    pub(super) json: JsonColumns,
    /// For each entry of the mapping the fact that it is for.
    pub(super) mapped: Vec<Option<FactPlace>>,
    /// Whether foreign lines name models, so that it can be told what serves them.
    pub(super) names_models: bool,
    /// The facts that a condition of either policy reads, by name.
    pub(super) read: Vec<(String, FactPlace)>,
    /// How often targets failed, for requests that go where they were not sent.
    pub(super) rates: Option<Rates>,
    /// What is measured, so that its mean under the candidate is estimated.
    pub(super) outcomes: Vec<Outcome>,
}

impl<'t> Replay<'t> {
    /// A replay with these `--map` texts. Errors are one line each.
    pub fn new<S: AsRef<str>>(
        candidate: &'t Tree,
        baseline: Option<&'t Tree>,
        map: &[S],
    ) -> Result<Self, Vec<String>> {
        Self::of_origin(candidate, baseline, None, map)
    }

    /// A replay of what another program logged, with these `--map` texts over the ready map. Errors are one line each.
    pub fn of_origin<S: AsRef<str>>(
        candidate: &'t Tree,
        baseline: Option<&'t Tree>,
        importer: Option<Importer>,
        map: &[S],
    ) -> Result<Self, Vec<String>> {
        let registers: Vec<_> = std::iter::once(candidate)
            .chain(baseline)
            .map(|tree| &tree.policy().facts)
            .collect();
        let mapping = Mapping::parse(importer, map, &registers)?;
        let names: BTreeSet<&str> = std::iter::once(candidate)
            .chain(baseline)
            .flat_map(|tree| tree.required().conditions.iter().map(|id| name_of(tree, *id)))
            .collect();
        let find = |tree: &'t Tree, name: &str| tree.policy().facts.find(name);
        let definition = |tree: &'t Tree, name: &str| tree.policy().facts.get(find(tree, name)?);
        let place = |name: &str| FactPlace {
            candidate: find(candidate, name),
            baseline: baseline.and_then(|tree| find(tree, name)),
            read: names.iter().position(|read| *read == name),
            alike: baseline
                .and_then(|tree| definition(tree, name).zip(definition(candidate, name)))
                .is_some_and(|(own, other)| {
                    own.ty == other.ty && own.range == other.range && own.one_of == other.one_of
                }),
        };
        let rules = names_of_rules(std::iter::once(candidate).chain(baseline));
        Ok(Replay {
            candidate: Side::new(candidate, &rules),
            baseline: baseline.map(|tree| Side::new(tree, &rules)),
            json: JsonColumns::new(&mapping),
            mapped: mapping
                .entries
                .iter()
                .map(|entry| match &entry.role {
                    Role::Fact(name) => Some(place(name)),
                    Role::Measure(_) => None,
                })
                .collect(),
            read: names
                .iter()
                .map(|name| ((*name).to_owned(), place(name)))
                .collect(),
            names_models: mapping.has_fact(Builtin::Model) && !mapping.has_fact(Builtin::Requested),
            mapping,
            rates: None,
            outcomes: Vec::new(),
        })
    }

    /// Whether columns are mapped, as traffic of other origin needs it.
    pub fn is_mapped(&self) -> bool {
        !self.mapping.is_empty()
    }

    /// Lets these failures happen to whichever policy decides.
    pub fn rehearse(&mut self, rehearsal: &Rehearsal) {
        for side in std::iter::once(&mut self.candidate).chain(&mut self.baseline) {
            side.rehearsed = rehearsal.of(side.tree.policy());
        }
    }

    /// Estimates the means of these outcomes under the candidate: `cost_usd`, `output_tokens`, `ms`, `first_token_ms`,
    /// `success`, or `NAME=COLUMN`. Errors are one line each.
    pub fn measure<S: AsRef<str>>(&mut self, outcomes: &[S]) -> Result<(), Vec<String>> {
        self.outcomes = Outcome::parse_all(outcomes, &mut self.mapping)?;
        self.json = JsonColumns::new(&self.mapping);
        Ok(())
    }

    /// Takes how often targets failed. Without it, a target that was not asked counts as one that answers.
    pub fn set_rates(&mut self, rates: Rates) {
        self.rates = Some(rates);
    }

    /// The columns that are mapped, by name, and whether an input may be without them.
    pub fn columns(&self) -> impl Iterator<Item = (&str, bool)> {
        let columns = self.mapping.columns.iter();
        columns.map(|column| (column.name.as_str(), column.optional))
    }

    /// The layout of a CSV input that begins with these bytes; an empty one has no rows. Errors are one line each: the
    /// columns that are mapped and not there, or that none is.
    pub fn csv_header(&self, bytes: &[u8]) -> Result<Header, Vec<String>> {
        if self.mapping.is_empty() && !bytes.trim_ascii().is_empty() {
            return Err(vec![
                "neither a traffic record nor mapped: lines of other origin need `--map` or `--from`"
                    .to_owned(),
            ]);
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
        let mut header = csv::StringRecord::new();
        if reader.read_record(&mut header).is_err() {
            let reason = "it begins neither like JSON nor like CSV in UTF-8; of packed files those of gzip and zstd are read";
            return Err(vec![reason.to_owned()]);
        }
        if header.is_empty() {
            return Ok(Header {
                layout: Layout::Csv(CsvColumns::default()),
                bytes: bytes.len(),
                lines: 0,
            });
        }
        let length = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
        // The reader stops between the two bytes of `\r\n`.
        let length = length + usize::from(bytes.get(length) == Some(&b'\n'));
        let taken = bytes.get(..length).unwrap_or(bytes);
        Ok(Header {
            layout: Layout::Csv(CsvColumns::new(&self.mapping, &header)?),
            bytes: taken.len(),
            lines: memchr::memchr_iter(b'\n', taken).count() as u64,
        })
    }

    /// A tally of nothing.
    pub fn tally(&self) -> Tally {
        let policy = self.candidate.tree.policy();
        Tally::new(
            policy.routes.len(),
            policy.models.len(),
            policy.guards.len(),
            self.read.len(),
        )
        .measuring(self.outcomes.len())
    }

    /// The names of what its tallies count, over inputs of these names.
    pub fn names(&self, sources: &[String]) -> Names {
        let facts = self.read.iter().map(|(name, _)| name.clone()).collect();
        Names::new(
            self.candidate.tree.policy(),
            facts,
            sources,
            self.baseline.is_none(),
        )
        .measuring(self.outcomes.iter().map(OutcomeName::of).collect())
        .reading(condition::conditions(self), condition::inexact(self))
    }

    /// The report of a tally over inputs of these names.
    pub fn report(&self, tally: Tally, sources: &[String]) -> Report {
        Report::new(tally, &self.names(sources))
    }
}

/// The names of routes and models.
fn names_of_rules<'t>(trees: impl Iterator<Item = &'t Tree>) -> BTreeSet<&'t str> {
    let names = |tree: &'t Tree| {
        let policy = tree.policy();
        let routes = policy.routes.iter().map(|route| route.name.as_str());
        routes.chain(policy.models.iter().map(|model| model.name.as_str()))
    };
    trees.flat_map(names).collect()
}

fn name_of(tree: &Tree, id: FactId) -> &str {
    tree.policy()
        .facts
        .get(id)
        .map_or("", |definition| definition.name.as_str())
}
