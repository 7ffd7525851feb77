//! `replay merge`: the parts of a replay as one report, the same to the byte as that of a replay in one piece.

use super::super::exit::Exit;
use super::super::output;
use super::super::whole_file::written_over;
use super::publish::{Conditions, ReportArguments, publish};
use crate::replay::{Part, Report, merge};
use crate::traffic::{is_same_file, reason};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The parts of all shards, in any order
    #[arg(value_name = "PART", required = true)]
    parts: Vec<PathBuf>,

    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let mut parts = Vec::new();
    let mut errors = Vec::new();
    for path in &arguments.parts {
        match read(path) {
            Ok(part) => parts.push((path.display().to_string(), part)),
            Err(error) => errors.push(error),
        }
    }
    let lost = arguments.report.output.as_ref().and_then(|written| {
        let mut parts = arguments.parts.iter();
        parts.find(|part| is_same_file(part, written))
    });
    errors.extend(lost.map(|part| written_over(&part.display().to_string())));
    if !errors.is_empty() {
        return Err(output::usage(errors));
    }
    let (tally, names) = merge(parts).map_err(output::usage)?;
    let conditions =
        Conditions::parse(&arguments.report, !names.against_recorded()).map_err(output::usage)?;
    publish(&arguments.report, &conditions, &Report::new(tally, &names))
}

fn read(path: &Path) -> Result<Part, String> {
    let name = path.display();
    let text = fs::read(path).map_err(|error| format!("cannot read `{name}`: {}", reason(&error)))?;
    Part::parse(&text).map_err(|reason| format!("`{name}` {reason}"))
}
