//! The command line: one file per command, an enum of exit codes.
//!
//! Reports in JSON go to standard output and are one object. For people, a command's result goes to standard output,
//! diagnostics and errors to standard error.
#![allow(
    clippy::disallowed_methods,
    reason = "commands read the files that they are given"
)]

mod check;
mod diff;
mod eval;
mod exit;
mod explain;
mod export;
mod fmt;
mod input;
mod lsp;
mod orders;
mod output;
mod policy;
mod process;
mod replay;
mod serve;
mod test;
mod whole_file;

pub use exit::Exit;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Routes LLM requests by policy.
#[derive(Debug, Parser)]
#[command(name = "pointsman", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the policy: the proxy and its admin listener
    Serve(serve::Arguments),
    /// Say everything that loading the policy would say
    Check(check::Arguments),
    /// Decide one request and say why
    Explain(explain::Arguments),
    /// Evaluate one CEL expression
    Eval(eval::Arguments),
    /// Try a policy on recorded traffic: what would change, and what it would cost
    Replay(replay::Arguments),
    /// Write recorded traffic as Parquet, for analysts
    Export(export::Arguments),
    /// Write policy files in canonical form, or show what would change
    Fmt(fmt::Arguments),
    /// Run the tests in the policy
    Test(test::Arguments),
    /// Prove which requests two policies decide otherwise
    Diff(diff::Arguments),
    /// Serve an editor: the language server on standard input and output
    Lsp(lsp::Arguments),
}

/// The policy that a command works on.
#[derive(Debug, Args)]
struct PolicyArguments {
    /// The policy: a directory or files
    #[arg(value_name = "POLICY", required = true)]
    policy: Vec<PathBuf>,
}

/// How a command reports.
#[derive(Debug, Args)]
struct FormatArguments {
    /// How to report: for people, or as one JSON object
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

/// Runs the command that the process was started with.
pub fn run() -> Exit {
    let exit = match Cli::parse().command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Lsp(arguments) => lsp::run(&arguments),
    };
    output::settled(exit)
}
