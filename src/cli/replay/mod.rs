//! `replay`: a dry run of a policy on recorded traffic.

mod merge;
mod publish;
mod run;

use self::publish::{Conditions, ReportArguments, write_file};
use super::exit::Exit;
use super::whole_file::written_over;
use super::{Format, PolicyArguments, output, policy};
use crate::compile::Compiled;
use crate::replay::{Importer, Part, Question, Rehearsal, Replay, Shard, Tally};
use crate::traffic::{Source, sources};
use crate::tree::Tree;
use clap::{Args, Subcommand};
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// What `--baseline` calls what was recorded. A policy of that name is `./recorded`.
const RECORDED: &str = "recorded";

/// Most threads that are asked for: beyond, it is a slip of the pen that would take the machine's memory.
const MOST_THREADS: usize = 1024;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,

    /// The traffic: files of JSON lines or CSV (plain, gzip, zstd) or Parquet, directories and globs of them, `-`
    #[arg(value_name = "TRAFFIC", required = true)]
    traffic: Vec<String>,

    /// The policy to try: a directory or a file; repeat it for a list of files
    #[arg(long, value_name = "NEW", required = true)]
    policy: Vec<PathBuf>,

    /// The policy to compare with; `recorded`, as where it is not given: with what was recorded
    #[arg(long, value_name = "OLD")]
    baseline: Vec<PathBuf>,

    /// Traffic that this program logged: `litellm`, `openrouter`, `envoy`, `nginx`, `otel`; `--map` adds to the ready map
    #[arg(long, value_name = "PROGRAM")]
    from: Option<Importer>,

    /// Which column of traffic recorded elsewhere is which fact, or `input`, `output`, `cached`, `target`, `status`,
    /// `ms`, `first_token_ms`, `propensity` (of an export `seed`, `orders`, `prompted` too): `tokens=usage.prompt`, with a unit `now:us=ts`; or a constant: `tier='"gold"'`
    #[arg(long, value_name = "NAME=COLUMN")]
    map: Vec<String>,

    /// Estimate the mean of an outcome under the candidate from what was drawn: `cost_usd`, `output_tokens`, `ms`,
    /// `first_token_ms`, `success`, or a column of the traffic, `score=feedback.score`; repeat it for several
    #[arg(long, value_name = "NAME[=COLUMN]")]
    outcome: Vec<String>,

    /// Let a model fail for whichever policy decides, or all of a provider's with `provider NAME`; repeat it for several
    #[arg(long, value_name = "MODEL")]
    failing: Vec<String>,

    /// Let a model, or all of a provider's, fail for a time: `gpt-mini=2026-11-20T12:00:00Z..2026-11-20T13:00:00Z`
    #[arg(long, value_name = "MODEL=FROM..TO")]
    outage: Vec<String>,

    /// How many threads decide; all processors where it is not given
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,

    /// Decide one of N shards of the traffic, `1/N` to `N/N`, and write its part to `--output`, for `replay merge`
    #[arg(long, value_name = "I/N", requires = "output", conflicts_with_all = ["format", "fail_on"])]
    shard: Option<Shard>,

    #[command(flatten)]
    report: ReportArguments,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// One report of all parts that `replay --shard` wrote
    Merge(merge::Arguments),
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let done = match &arguments.action {
        Some(Action::Merge(arguments)) => merge::run(arguments),
        None => replay(arguments),
    };
    done.unwrap_or_else(|exit| exit)
}

fn replay(arguments: &Arguments) -> Result<Exit, Exit> {
    let with_baseline = !baseline(arguments).is_empty();
    let conditions = Conditions::parse(&arguments.report, with_baseline).map_err(output::usage)?;
    let (candidate, baseline) = policies(arguments)?;
    let mut replay = Replay::of_origin(&candidate, baseline.as_ref(), arguments.from, &arguments.map)
        .map_err(output::usage)?;
    replay.rehearse(&rehearsal(arguments, &candidate, baseline.as_ref()).map_err(output::usage)?);
    replay.measure(&arguments.outcome).map_err(output::usage)?;
    let sources = readable(&arguments.traffic, arguments.report.output.as_deref())?;
    let threads = arguments.threads.map_or(0, NonZeroUsize::get);
    let show_progress = std::io::stderr().is_terminal();
    if let Some(rates) = run::rates(&replay, &sources, threads).map_err(output::usage)? {
        replay.set_rates(rates);
    }
    let work = run::Work {
        replay: &replay,
        sources: &sources,
        shard: arguments.shard,
    };
    let tally = run::run(&work, threads, show_progress).map_err(output::usage)?;
    let names: Vec<String> = sources.iter().map(|source| source.name().to_owned()).collect();
    check(&tally, &names)?;
    let (Some(shard), Some(path)) = (arguments.shard, &arguments.report.output) else {
        let report = replay.report(tally, &names);
        return publish::publish(&arguments.report, &conditions, &report);
    };
    let question = Question {
        policy: candidate.hash().to_string(),
        baseline: baseline.as_ref().map(|tree| tree.hash().to_string()),
        from: arguments.from.map(|from| from.name().to_owned()),
        map: arguments.map.clone(),
        outcome: arguments.outcome.clone(),
        failing: arguments.failing.clone(),
        outage: arguments.outage.clone(),
    };
    let part = Part::new(shard, question, replay.names(&names), tally);
    write_file(path, &part.to_json())?;
    Ok(Exit::Fine)
}

/// The files of the policy to compare with; none where the comparison is with what was recorded.
fn baseline(arguments: &Arguments) -> &[PathBuf] {
    match arguments.baseline.as_slice() {
        [word] if word.as_os_str() == RECORDED => &[],
        files => files,
    }
}

/// A number of threads that a machine can have.
fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number: &NonZeroUsize| number.get() <= MOST_THREADS);
    number.ok_or_else(|| format!("write a number from 1 to {MOST_THREADS}"))
}

/// The failures that are rehearsed, or what is wrong with them.
fn rehearsal(
    arguments: &Arguments,
    candidate: &Tree,
    baseline: Option<&Tree>,
) -> Result<Rehearsal, Vec<String>> {
    let policies: Vec<_> = std::iter::once(candidate)
        .chain(baseline)
        .map(Tree::policy)
        .collect();
    Rehearsal::parse(&arguments.failing, &arguments.outage, &policies)
}

/// The candidate and the baseline, or how to end; both are complained of.
fn policies(arguments: &Arguments) -> Result<(Tree, Option<Tree>), Exit> {
    let candidate = load(&arguments.policy);
    let baseline = match baseline(arguments) {
        [] => Ok(None),
        files => load(files).map(Some),
    };
    let (candidate, baseline) = (candidate?, baseline?);
    policy::warn_of_asserts(&candidate);
    Ok((candidate.tree, baseline.map(|compiled| compiled.tree)))
}

fn load(files: &[PathBuf]) -> Result<Compiled, Exit> {
    let arguments = PolicyArguments {
        policy: files.to_vec(),
    };
    policy::load_or_complain(&arguments, Format::Human)
}

/// The inputs, each of which can be opened, and none of which is to be written over: better to hear of a missing file before
/// an hour of reading than after it.
pub(super) fn readable(traffic: &[String], written: Option<&Path>) -> Result<Vec<Source>, Exit> {
    let sources = sources(traffic).map_err(|error| output::usage([error]))?;
    let mut errors: Vec<_> = sources
        .iter()
        .filter_map(|source| Some(source.check().err()?.to_string()))
        .collect();
    let lost = written.and_then(|path| sources.iter().find(|source| source.is_file(path)));
    errors.extend(lost.map(|source| written_over(source.name())));
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
