//! `replay`: a dry run of a policy on recorded traffic.

mod run;

use super::exit::Exit;
use super::{Format, FormatArguments, PolicyArguments, output, policy};
use crate::compile::Compiled;
use crate::replay::{Replay, Report, Tally};
use crate::traffic::{Source, sources};
use clap::Args;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The traffic: files of JSON lines or CSV (plain, gzip, zstd), directories of them, `-`
    #[arg(value_name = "TRAFFIC", required = true)]
    traffic: Vec<String>,

    /// The policy to try: a directory or a file; repeat it for a list of files
    #[arg(long, value_name = "NEW", required = true)]
    policy: Vec<PathBuf>,

    /// The policy to compare with, instead of what was recorded
    #[arg(long, value_name = "OLD")]
    baseline: Vec<PathBuf>,

    /// Which column of traffic recorded elsewhere is which fact, or `input`, `output`, `cached`, `target`, `status`,
    /// `ms`, `first_token_ms`: `tokens=usage.prompt`; or a constant: `tier='"gold"'`
    #[arg(long, value_name = "NAME=COLUMN")]
    map: Vec<String>,

    /// How many threads decide; all processors where it is not given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    #[command(flatten)]
    format: FormatArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    match report(arguments) {
        Ok(report) => {
            match arguments.format.format {
                Format::Json => output::text(&report.to_json()),
                Format::Human => output::text(&report.to_text()),
            }
            if report.records == 0 && report.unreadable > 0 {
                return output::usage(["no line of the traffic could be read"]);
            }
            Exit::Fine
        }
        Err(exit) => exit,
    }
}

fn report(arguments: &Arguments) -> Result<Report, Exit> {
    let candidate = load(&arguments.policy);
    let baseline = match arguments.baseline.as_slice() {
        [] => Ok(None),
        files => load(files).map(Some),
    };
    let (candidate, baseline) = (candidate?, baseline?);
    policy::warn_of_asserts(&candidate);
    let (candidate, baseline) = (candidate.tree, baseline.map(|compiled| compiled.tree));
    let replay = Replay::new(&candidate, baseline.as_ref(), &arguments.map).map_err(output::usage)?;
    let sources = readable(&arguments.traffic)?;
    let threads = arguments.threads.map_or(0, NonZeroUsize::get);
    let show_progress = std::io::stderr().is_terminal();
    let tally = run::run(&replay, &sources, threads, show_progress).map_err(output::usage)?;
    let names: Vec<String> = sources.iter().map(|source| source.name().to_owned()).collect();
    check(&tally, &names)?;
    Ok(replay.report(tally, &names))
}

fn load(files: &[PathBuf]) -> Result<Compiled, Exit> {
    let arguments = PolicyArguments {
        policy: files.to_vec(),
    };
    policy::load_or_complain(&arguments, Format::Human)
}

/// The inputs, each of which can be opened: better to hear of a missing file before an hour of reading than after it.
fn readable(traffic: &[String]) -> Result<Vec<Source>, Exit> {
    let sources = sources(traffic).map_err(|error| output::usage([error]))?;
    let errors: Vec<_> = sources.iter().filter_map(|source| source.check().err()).collect();
    if errors.is_empty() {
        Ok(sources)
    } else {
        Err(output::usage(errors))
    }
}

/// What keeps a tally from being a report.
fn check(tally: &Tally, names: &[String]) -> Result<(), Exit> {
    if let Some(place) = tally.undecided() {
        let name = names.get(place.source).map_or("", String::as_str);
        return Err(output::usage([format!(
            "{name}:{}: the record tells no decision; `--baseline OLD` says what to compare with",
            place.line
        )]));
    }
    if tally.overflowed() {
        return Err(output::usage([
            "there are too many different targets; does `--map target=…` name a column of targets?",
        ]));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
