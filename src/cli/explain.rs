//! `explain`: the decision for facts or for a request, and why.

use super::exit::Exit;
use super::{Format, FormatArguments, PolicyArguments, input, orders, output, policy};
use crate::decide::{GivenOrders, decide_with_trace};
use crate::facts::{self, Facts};
use crate::gateway::rehearse;
use crate::tree::Tree;
use crate::wire::endpoint::Endpoint;
use crate::{explain, reload};
use clap::{Args, ValueEnum};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    policy: PolicyArguments,

    /// The facts: a file, `-`, or JSON text that begins with `{`
    #[arg(long, value_name = "F", required_unless_present = "request")]
    facts: Option<String>,

    /// The body of a request: a file, `-`, or JSON text that begins with `{`
    #[arg(long, value_name = "F", conflicts_with = "facts")]
    request: Option<String>,

    /// What the request is sent to, where its body does not tell
    #[arg(long, value_enum, requires = "request")]
    api: Option<Api>,

    /// A header of the request
    #[arg(long, value_name = "NAME: VALUE", conflicts_with = "facts")]
    header: Vec<String>,

    /// The seed that splits and random picks are drawn from, in hexadecimal digits
    #[arg(long, value_name = "HEX", default_value = "0", value_parser = seed)]
    seed: u64,

    /// The orders of pools that pick by live state, as records have them: a file, `-`, or JSON text that begins with `{`
    #[arg(long, value_name = "F")]
    orders: Option<String>,

    #[command(flatten)]
    format: FormatArguments,
}

/// The interfaces that clients call.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Api {
    /// `/v1/chat/completions`
    Chat,
    /// `/v1/responses`
    Responses,
    /// `/v1/messages`
    Messages,
    /// `/v1/embeddings`
    Embeddings,
}

impl Api {
    fn endpoint(self) -> Endpoint {
        match self {
            Api::Chat => Endpoint::Chat,
            Api::Responses => Endpoint::Responses,
            Api::Messages => Endpoint::Messages,
            Api::Embeddings => Endpoint::Embeddings,
        }
    }
}

/// Facts, and tags that were claimed and dropped.
type Observed = (Facts, Vec<String>);

pub(super) fn run(arguments: &Arguments) -> Exit {
    let tree = match policy::load_or_complain(&arguments.policy, arguments.format.format) {
        Ok(compiled) => compiled.tree,
        Err(exit) => return exit,
    };
    let orders = match orders::read(arguments.orders.as_deref(), tree.policy()) {
        Ok(orders) => orders,
        Err(exit) => return exit,
    };
    match observed(arguments, &tree) {
        Ok((facts, dropped_tags)) => {
            report(arguments, &tree, (&facts, &dropped_tags), orders);
            Exit::Fine
        }
        Err(exit) => exit,
    }
}

fn observed(arguments: &Arguments, tree: &Tree) -> Result<Observed, Exit> {
    match (&arguments.facts, &arguments.request) {
        (Some(given), _) => {
            let json = input::json(given).map_err(|error| output::usage([error]))?;
            let facts = facts::json::from_json(&tree.policy().facts, &json).map_err(output::usage)?;
            Ok((facts, Vec::new()))
        }
        (None, Some(given)) => {
            let headers = headers(&arguments.header).map_err(output::usage)?;
            let body = input::read(given).map_err(|error| output::usage([error]))?;
            let asked = arguments.api.map(Api::endpoint);
            let Some(endpoint) = asked.or_else(|| rehearse::endpoint(&headers, &body)) else {
                let ambiguous = "the body may be one of responses or of embeddings: give `--api responses` or `--api embeddings`";
                return Err(output::usage([ambiguous]));
            };
            let observed = rehearse::observe(tree, &headers, endpoint, &body, reload::now());
            let observation = observed.map_err(|problem| {
                refused(
                    problem.status().as_u16(),
                    problem.message(),
                    arguments.format.format,
                )
            })?;
            Ok((observation.facts, observation.dropped_tags))
        }
        (None, None) => Err(output::usage(["give `--facts` or `--request`"])),
    }
}

/// Says that the proxy would not even decide the request.
fn refused(status: u16, message: &str, format: Format) -> Exit {
    output::complain([format!(
        "the proxy would refuse the request with {status}: {message}"
    )]);
    if let Format::Json = format {
        output::json(&json!({ "refused": { "status": status, "message": message } }));
    }
    Exit::NotFine
}

fn report(
    arguments: &Arguments,
    tree: &Tree,
    (facts, dropped_tags): (&Facts, &[String]),
    mut orders: GivenOrders,
) {
    let (decision, trace) = decide_with_trace(tree, facts, arguments.seed, &mut orders);
    match arguments.format.format {
        Format::Json => {
            let mut json = explain::to_json(tree, facts, &decision, &trace);
            if let Some(entries) = json.as_object_mut().filter(|_| !dropped_tags.is_empty()) {
                entries.insert("dropped_tags".to_owned(), dropped_tags.into());
            }
            output::json(&json);
        }
        Format::Human => {
            let colour = output::colour(&std::io::stdout());
            output::line(explain::to_text(tree, facts, &decision, &trace, colour).trim_end());
            if !dropped_tags.is_empty() {
                output::line(&format!(
                    "tags that only tenants can have were claimed and dropped: {}",
                    dropped_tags.join(", ")
                ));
            }
        }
    }
}

/// The headers as given, or everything that is wrong with them.
fn headers(given: &[String]) -> Result<HeaderMap, Vec<String>> {
    let mut headers = HeaderMap::new();
    let mut errors = Vec::new();
    for text in given {
        let parsed = text.split_once(':').and_then(|(name, value)| {
            let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value.trim()).ok()?))
        });
        match parsed {
            Some((name, value)) => {
                headers.append(name, value);
            }
            None => errors.push(format!("`{text}` is no header: write `name: value`")),
        }
    }
    if errors.is_empty() {
        Ok(headers)
    } else {
        Err(errors)
    }
}

fn seed(text: &str) -> Result<u64, String> {
    u64::from_str_radix(text, 16).map_err(|_| "write at most 16 hexadecimal digits".to_owned())
}
