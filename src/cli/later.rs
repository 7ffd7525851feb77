//! Commands of a later version: refused by name.

use super::exit::Exit;
use super::output;
use clap::Args;

/// Anything: the command is refused whatever it was given.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _anything: Vec<String>,
}

/// Says that this version does not have the command.
pub(super) fn refuse(command: &str) -> Exit {
    output::usage([format!(
        "`pointsman {command}` is not in this version: it has serve, check, explain, eval, replay, fmt, test and lsp"
    )])
}
