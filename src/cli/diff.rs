//! `diff`: which requests two policies decide otherwise, by proof.

use super::exit::Exit;
use super::{Format, FormatArguments, PolicyArguments, output, policy};
use crate::compile::Compiled;
use crate::prove::Unlimited;
use crate::prove::difference::difference;
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The policy as it is: a directory or a file
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The policy as it is to be: a directory or a file
    #[arg(value_name = "NEW")]
    new: PathBuf,

    #[command(flatten)]
    format: FormatArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let format = arguments.format.format;
    let (old, new) = match (load(&arguments.old, format), load(&arguments.new, format)) {
        (Ok(old), Ok(new)) => (old, new),
        // Unreadable input weighs more than a policy that is not fine.
        (Err(Exit::Usage), _) | (_, Err(Exit::Usage)) => return Exit::Usage,
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let found = difference(&old.tree, &new.tree, &Unlimited);
    policy::warn_of_asserts(&new);
    match format {
        Format::Json => output::json(&found.to_json()),
        Format::Human => output::text(&found.to_text(output::colour(&std::io::stdout()))),
    }
    if found.is_clean() {
        Exit::Fine
    } else {
        Exit::NotFine
    }
}

fn load(path: &Path, format: Format) -> Result<Compiled, Exit> {
    let arguments = PolicyArguments {
        policy: vec![path.to_owned()],
    };
    policy::load_or_complain(&arguments, format)
}
