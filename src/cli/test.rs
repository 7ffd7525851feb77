//! `test`: the tests in the policy, and what of the policy they reach.

use super::exit::Exit;
use super::{Format, FormatArguments, PolicyArguments, output, policy};
use crate::quantity::Share;
use crate::scenario::{self, Options, Report};
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    policy: PolicyArguments,

    /// Only the tests whose name contains this
    #[arg(long, value_name = "SUBSTRING")]
    filter: Option<String>,

    /// Say which rules, split arms and conditions the tests reach
    #[arg(long)]
    coverage: bool,

    /// Fail where less of the policy is covered; measures the coverage
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    fail_under: Option<Share>,

    #[command(flatten)]
    format: FormatArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let tree = match policy::load_or_complain(&arguments.policy, arguments.format.format) {
        Ok(compiled) => compiled.tree,
        Err(exit) => return exit,
    };
    let options = Options {
        filter: arguments.filter.as_deref(),
        coverage: arguments.coverage || arguments.fail_under.is_some(),
    };
    let report = scenario::run(&tree, options);
    if let (Some(filter), true) = (&arguments.filter, report.tests.is_empty())
        && !tree.policy().tests.is_empty()
    {
        return output::usage([format!("no test of this policy has `{filter}` in its name")]);
    }
    let missed = missed(&report, arguments.fail_under);
    let ok = report.failed() == 0 && missed.is_none();
    match arguments.format.format {
        Format::Json => output::json(&scenario::to_json(&tree, &report, ok)),
        Format::Human => {
            let colour = output::colour(&std::io::stdout());
            output::text(&scenario::to_text(&tree, &report, colour));
        }
    }
    if let Some(missed) = missed {
        output::complain([missed]);
    }
    if ok { Exit::Fine } else { Exit::NotFine }
}

/// What to say where less is covered than is asked for.
fn missed(report: &Report, least: Option<Share>) -> Option<String> {
    let (least, covered) = (least?, report.coverage.as_ref()?.share());
    (covered < least).then(|| format!("the tests cover {covered} of the policy, less than {least}"))
}

fn percent(text: &str) -> Result<Share, String> {
    Share::parse_percent(text.trim_end_matches('%'))
        .ok_or_else(|| "write a percentage from 0 to 100, with at most two decimals".to_owned())
}
