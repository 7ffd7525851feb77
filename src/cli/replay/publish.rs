//! A report given to whoever asked: its form, where it goes, and the conditions that it must not meet.

use super::super::exit::Exit;
use super::super::output;
use super::super::whole_file::write_whole;
use crate::replay::{Gate, GateOutcome, Report};
use clap::{Args, ValueEnum};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How a report is given.
#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// How to report: for people, as one JSON object, in Markdown for a pull request, or as one HTML page
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(super) format: ReportFormat,

    /// Write to this file instead of standard output, which is `-`
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Exit with 1 where this CEL condition over the report's numbers holds: `changed_share > 0.05 || delta_usd > 50`;
    /// repeat it for several
    #[arg(long, value_name = "CONDITION")]
    pub(super) fail_on: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    Human,
    Json,
    Markdown,
    Html,
}

/// The conditions of `--fail-on`.
pub(super) struct Conditions(Vec<Gate>);

impl Conditions {
    /// Reads them all, or says what is wrong with all of them, one line each.
    pub(super) fn parse(arguments: &ReportArguments, with_baseline: bool) -> Result<Self, Vec<String>> {
        let mut gates = Vec::new();
        let mut errors = Vec::new();
        for text in &arguments.fail_on {
            match Gate::parse(text, with_baseline) {
                Ok(gate) => gates.push(gate),
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() {
            Ok(Conditions(gates))
        } else {
            Err(errors)
        }
    }

    /// Says which of them the report meets; one that cannot be told is as bad.
    fn hold_against(&self, report: &Report) -> Exit {
        let mut exit = Exit::Fine;
        for gate in &self.0 {
            let said = match gate.outcome(report) {
                GateOutcome::Passed => continue,
                GateOutcome::Failed => format!("failed on `{}`", gate.text()),
                GateOutcome::Unknown(reason) => {
                    format!("whether `{}` holds cannot be told: {reason}", gate.text())
                }
            };
            output::complain([said]);
            exit = Exit::NotFine;
        }
        exit
    }
}

/// Gives the report, and holds it against the conditions.
pub(super) fn publish(
    arguments: &ReportArguments,
    conditions: &Conditions,
    report: &Report,
) -> Result<Exit, Exit> {
    let text = match arguments.format {
        ReportFormat::Human => report.to_text(),
        ReportFormat::Json => report.to_json(),
        ReportFormat::Markdown => report.to_markdown(),
        ReportFormat::Html => report.to_html(),
    };
    match &arguments.output {
        Some(path) => write_file(path, &text)?,
        None => output::text(&text),
    }
    if report.records == 0 && report.unreadable > 0 {
        return Err(output::usage(["no line of the traffic could be read"]));
    }
    Ok(conditions.hold_against(report))
}

/// Writes a text into a file, whole or not at all, or to standard output where it is called `-`.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), Exit> {
    if path == Path::new("-") {
        output::text(text);
        return Ok(());
    }
    write_whole(path, |file| Ok(file.write_all(text.as_bytes())?))
}
