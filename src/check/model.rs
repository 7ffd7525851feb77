//! `model`: what a request can be sent to.

use super::clauses::Clauses;
use super::items::Items;
use super::names::Names;
use super::report::Report;
use super::{serving, settings};
use crate::diagnostic::Code;
use crate::model::{Capability, Model, Price, Provider, ProviderId};
use crate::quantity::TokenPrice;
use crate::syntax::ast::{Block, Word};

/// Largest context window or completion in tokens.
const MAX_TOKENS: u64 = 1 << 40;

/// The model that a block declares. Parts with errors are left out.
pub(super) fn model(
    block: &Block,
    names: &mut Names<ProviderId>,
    providers: &[Provider],
    report: &mut Report,
) -> Model {
    let mut clauses = Clauses::new(block);
    if !clauses.has("provider") {
        clauses.missing("provider", "provider NAME", report);
    }
    let provider = clauses
        .name_of("provider", "the name of a provider", report)
        .and_then(|name| names.resolve(&name, report))
        .unwrap_or(ProviderId(u32::MAX));
    let at = providers.get(provider.0 as usize);
    let (serves, serves_globs) = serving::served_names(&mut clauses, report);
    let own_tags = clauses.names("tags", "a tag", report);
    let model = Model {
        name: clauses.name().to_owned(),
        provider,
        upstream_name: upstream_name(&mut clauses, report),
        serves,
        serves_globs,
        context: tokens(&mut clauses, "context", report),
        max_output: tokens(&mut clauses, "max-output", report),
        price: clauses.read("price", report, price),
        region: clauses
            .name_of("region", "a region", report)
            .map(|word| word.text)
            .or_else(|| at.and_then(|provider| provider.region.clone())),
        tags: joined(at.map_or(&[], |provider| &provider.tags), own_tags),
        can: capabilities(&mut clauses, report),
        vectors: clauses
            .name_of("vectors", "a name for the space of its embeddings", report)
            .map(|word| word.text),
        timeouts: settings::timeouts(&mut clauses, report),
        breaker: settings::breaker(&mut clauses, report),
        span: clauses.span(),
    };
    clauses.finish(report);
    model
}

fn upstream_name(clauses: &mut Clauses<'_>, report: &mut Report) -> String {
    let Some(name) = clauses.name_of("name", "the provider's name of the model", report) else {
        return clauses.name().to_owned();
    };
    if name.text.is_empty() || name.text.chars().any(char::is_control) {
        report.error(
            Code::BAD_VALUE,
            name.span,
            "this cannot be a model's name",
            "empty, or with control characters",
        );
    }
    name.text
}

fn tokens(clauses: &mut Clauses<'_>, keyword: &'static str, report: &mut Report) -> Option<u64> {
    clauses.read(keyword, report, |items, report| {
        items.count("a number of tokens", 1..=MAX_TOKENS, report)
    })
}

fn price(items: &mut Items<'_>, report: &mut Report) -> Option<Price> {
    const KINDS: [&str; 4] = ["input", "cached", "cache-write", "output"];
    const WANTED: &str = "`input`, `cached`, `cache-write` or `output`";
    let mut prices: [Option<TokenPrice>; 4] = [None; 4];
    while !items.is_empty() {
        let kind = items.name(WANTED, report)?;
        let slot = KINDS
            .iter()
            .zip(&mut prices)
            .find(|(name, _)| **name == kind.text);
        let Some((_, slot)) = slot else {
            settings::unknown_word(&kind, "price", WANTED, KINDS, report);
            items.abandon();
            return None;
        };
        if slot.is_some() {
            let message = format!("`price` names `{}` twice", kind.text);
            report.error(Code::DUPLICATE_ENTRY, kind.span, message, "again here");
        }
        *slot = Some(items.price(report)?);
    }
    let [input, cached, cache_write, output] = prices;
    let (Some(input), Some(output)) = (input, output) else {
        items.refuse("a price of both `input` and `output`", report);
        return None;
    };
    Some(Price {
        input,
        cached,
        cache_write,
        output,
    })
}

fn capabilities(clauses: &mut Clauses<'_>, report: &mut Report) -> Option<Vec<Capability>> {
    const WANTED: &str = "`tools`, `vision`, `json` or `embeddings`";
    let words = clauses.names("can", WANTED, report)?;
    let mut can = Vec::with_capacity(words.len());
    for word in &words {
        match Capability::ALL
            .into_iter()
            .find(|known| known.name() == word.text)
        {
            Some(capability) => can.push(capability),
            None => {
                let names = Capability::ALL.map(Capability::name);
                settings::unknown_word(word, "can", WANTED, names, report);
            }
        }
    }
    Some(can)
}

/// The provider's tags, then the model's own that are not among them.
fn joined(provider: &[String], own: Option<Vec<Word>>) -> Vec<String> {
    let mut tags = provider.to_vec();
    for tag in super::texts(own) {
        if !provider.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}
