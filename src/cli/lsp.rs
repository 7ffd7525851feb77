//! `pointsman lsp`: the language server on standard input and output.

use super::exit::Exit;
use super::output;
use crate::editor;
use clap::Args;

/// Nothing is asked: editors say what they want in their first message. `--stdio`, which many of them add, is taken.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Use standard input and output, which is what there is
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves until the editor says goodbye.
pub(super) fn run(_: &Arguments) -> Exit {
    match editor::serve(std::io::stdin(), &mut std::io::stdout().lock()) {
        Ok(true) => Exit::Fine,
        Ok(false) => {
            output::complain([
                "the input ended without the `shutdown` and `exit` of the Language Server Protocol, which editors speak with \
                 this command; `pointsman check` checks files",
            ]);
            Exit::NotFine
        }
        Err(error) => output::usage([format!("the editor cannot be answered: {error}")]),
    }
}
