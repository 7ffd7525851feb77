//! A request's facts: from the caller's tenant, the headers, and one pass over the body. Only what the policy reads, or
//! what costs nothing, is built.

use super::callers::Caller;
use super::problem::Problem;
use super::tokenizer;
use crate::facts::{
    ANONYMOUS, Builtin, Definition, Demands, FactId, Facts, Origin, Timestamp, Value, is_credential_header,
};
use crate::model::{Policy, Protocol};
use crate::tree::{RequiredInputs, Tree};
use crate::wire::endpoint::Endpoint;
use crate::wire::exchange::Exchange;
use crate::wire::request::{Keys, MAX_ENTRIES, Scanned, Wanted, scan};
use crate::wire::tokens::Counter;
use crate::wire::translate;
use http::{HeaderMap, HeaderName};
use std::collections::{BTreeMap, BTreeSet};

/// The header by which clients claim tags.
const TAGS_HEADER: &str = "x-pointsman-tags";

/// Longest header value that becomes a fact, in bytes.
const MAX_HEADER_VALUE: usize = 32 * 1024;

/// Bytes of a body whose tokens a tokeniser counts in a few milliseconds.
const QUICKLY_COUNTED: usize = 64 * 1024;

/// What a policy wants to know of requests, settled when it is loaded.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    tokens: Counter,
    /// What counts tokens where an endpoint asks for their number.
    tokenizer: Counter,
    prompt: bool,
    headers: BTreeSet<String>,
    recorded_headers: Vec<String>,
    all_headers: bool,
    metadata: BTreeSet<String>,
    held_metadata: BTreeSet<String>,
    all_metadata: bool,
    from_headers: Vec<(FactId, String)>,
    from_metadata: Vec<(FactId, String)>,
    reserved_tags: BTreeSet<String>,
    /// The endpoints whose requests some provider of the policy's does not take as they are.
    foreign: Vec<Endpoint>,
}

/// What is known of a request before its body is read.
#[derive(Clone, Debug)]
pub struct Head {
    facts: Facts,
    key_name: String,
    claimed_tags: Vec<String>,
}

/// A request as it was observed.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Its facts.
    pub facts: Facts,
    /// Tags that the client claimed and that only tenants can have; they are no part of the facts.
    pub dropped_tags: Vec<String>,
    /// Where in the body things stand.
    pub scanned: Scanned,
}

impl Wishes {
    /// The wishes of a tree. Records, where there are any, hold these headers beside, and the number of tokens, which
    /// another policy may read when they are replayed.
    pub fn new(tree: &Tree, recorded_headers: Option<&[String]>) -> Self {
        let RequiredInputs {
            facts,
            headers,
            all_headers,
            metadata,
            all_metadata,
            conditions: _,
        } = tree.required();
        let counts_tokens = recorded_headers.is_some()
            || facts.contains(&Builtin::Tokens.into())
            || charges_tokens(tree.policy());
        let tokenizer = tokenizer::counter(tree.policy().defaults.tokenizer);
        let mut wishes = Wishes {
            tokens: if counts_tokens { tokenizer } else { Counter::None },
            tokenizer,
            prompt: facts.contains(&Builtin::Prompt.into()),
            headers: headers.clone(),
            recorded_headers: recorded_headers.unwrap_or_default().to_vec(),
            all_headers: *all_headers,
            metadata: metadata.clone(),
            held_metadata: metadata.clone(),
            all_metadata: *all_metadata,
            foreign: foreign(tree.policy()),
            reserved_tags: tree
                .policy()
                .reserved_tags()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            ..Wishes::default()
        };
        for (id, definition) in tree.policy().facts.definitions() {
            match &definition.origin {
                Origin::Header(name) => wishes.from_headers.push((id, name.clone())),
                Origin::Metadata(key) => {
                    wishes.held_metadata.insert(key.clone());
                    wishes.from_metadata.push((id, key.clone()));
                }
                Origin::Builtin(_) | Origin::Tenant => {}
            }
        }
        wishes
    }

    /// Reads the caller and the headers.
    pub fn head(
        &self,
        policy: &Policy,
        caller: Option<&Caller>,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Head, Problem> {
        let mut facts = Facts::empty(&policy.facts);
        put(&mut facts, Builtin::Now, Value::Timestamp(now));
        set_tenant(&mut facts, policy, caller);
        for (id, name) in &self.from_headers {
            let Some(definition) = policy.facts.get(*id) else {
                continue;
            };
            let text = single(headers, name)
                .map_err(|problem| problem.adding(format!(", as {}", definition.expected())))?;
            if let Some(text) = text {
                let value = definition
                    .read(text)
                    .ok_or_else(|| misfit("header", name, definition))?;
                let _ = facts.set(*id, value);
            }
        }
        put(
            &mut facts,
            Builtin::Headers,
            Value::StringMap(self.headers(headers)?),
        );
        let claimed_tags: Vec<String> = single(headers, TAGS_HEADER)?
            .into_iter()
            .flat_map(|text| text.split(','))
            .map(|tag| tag.trim().to_owned())
            .filter(|tag| !tag.is_empty())
            .collect();
        if claimed_tags.len() > MAX_ENTRIES {
            return Err(Problem::invalid(
                format!("the header `{TAGS_HEADER}` holds more than {MAX_ENTRIES} tags"),
                None,
            ));
        }
        Ok(Head {
            facts,
            key_name: caller.map(|caller| caller.key.clone()).unwrap_or_default(),
            claimed_tags,
        })
    }

    /// The headers that the policy reads or that are recorded, without credentials. One that the policy reads by its
    /// name must not stand twice; of others that do, the values are joined as HTTP has it.
    fn headers(&self, headers: &HeaderMap) -> Result<BTreeMap<String, String>, Problem> {
        let mut found = BTreeMap::new();
        let recorded = self.recorded_headers.iter().map(String::as_str);
        let all = headers
            .keys()
            .map(HeaderName::as_str)
            .filter(|_| self.all_headers);
        for name in recorded.chain(all).filter(|name| !is_credential_header(name)) {
            let values: Vec<_> = headers
                .get_all(name)
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            if !values.is_empty() {
                found.insert(name.to_owned(), cut(&values.join(", ")).to_owned());
            }
        }
        for name in self.headers.iter().filter(|name| !is_credential_header(name)) {
            if let Some(text) = single(headers, name)? {
                found.insert(name.clone(), cut(text).to_owned());
            }
        }
        Ok(found)
    }

    /// The facts of a request without a body, such as one for the list of models.
    pub fn without_body(&self, head: Head) -> Facts {
        let Head {
            mut facts,
            key_name,
            claimed_tags,
        } = head;
        put(&mut facts, Builtin::User, Value::String(key_name));
        self.admit_tags(&mut facts, claimed_tags);
        facts
    }

    /// Whether reading so many bytes of a body may take milliseconds, as it does where tokens are counted exactly.
    pub fn takes_long(&self, endpoint: Endpoint, bytes: usize) -> bool {
        matches!(self.counter(endpoint), Counter::Exact(_)) && bytes > QUICKLY_COUNTED
    }

    fn counter(&self, endpoint: Endpoint) -> Counter {
        match endpoint {
            Endpoint::CountTokens => self.tokenizer,
            _ => self.tokens,
        }
    }

    /// Reads the body and completes the facts.
    pub fn body(
        &self,
        policy: &Policy,
        head: Head,
        endpoint: Endpoint,
        body: &[u8],
    ) -> Result<Observation, Problem> {
        let wanted = Wanted {
            endpoint,
            tokens: self.counter(endpoint),
            prompt: self.prompt,
            tags: true,
            metadata: match self.all_metadata {
                true => Keys::All,
                false => Keys::Of(&self.held_metadata),
            },
        };
        let mut scanned = scan(body, &wanted).map_err(|error| {
            let key = error.key.clone().filter(|key| !key.is_empty());
            Problem::invalid(error.to_string(), key)
        })?;
        let Head {
            mut facts,
            key_name,
            mut claimed_tags,
        } = head;
        for (id, key) in &self.from_metadata {
            if let (Some(definition), Some(text)) = (policy.facts.get(*id), scanned.metadata.get(key)) {
                let value = definition
                    .read(text)
                    .ok_or_else(|| misfit("metadata key", key, definition))?;
                let _ = facts.set(*id, value);
            }
        }
        set_body(&mut facts, policy, &mut scanned, key_name)?;
        facts.set_demands(self.demands(endpoint, body));
        let mut metadata = std::mem::take(&mut scanned.metadata);
        metadata.retain(|key, _| self.all_metadata || self.metadata.contains(key));
        put(&mut facts, Builtin::Metadata, Value::StringMap(metadata));
        claimed_tags.append(&mut scanned.tags);
        let dropped_tags = self.admit_tags(&mut facts, claimed_tags);
        Ok(Observation {
            facts,
            dropped_tags,
            scanned,
        })
    }

    /// What the request asks of a protocol; looked for only where it may have to be translated.
    fn demands(&self, endpoint: Endpoint, body: &[u8]) -> Demands {
        if self.foreign.contains(&endpoint) {
            translate::demands(endpoint, body)
        } else {
            Demands::NONE
        }
    }

    /// Adds claimed tags behind the tenant's; those that only tenants can have are handed back.
    fn admit_tags(&self, facts: &mut Facts, claimed: Vec<String>) -> Vec<String> {
        let mut tags = facts.list(Builtin::Tags.into()).to_vec();
        let (reserved, free): (Vec<_>, Vec<_>) = claimed
            .into_iter()
            .partition(|tag| self.reserved_tags.contains(tag));
        for tag in free {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        put(facts, Builtin::Tags, Value::StringList(tags));
        reserved
    }
}

/// The endpoints whose requests some provider of a policy does not take as they are.
fn foreign(policy: &Policy) -> Vec<Endpoint> {
    let is_native = |endpoint, protocol: &Protocol| {
        Exchange::new(endpoint, protocol).is_some_and(|exchange| !exchange.translates())
    };
    let all_take = |endpoint: Endpoint| {
        let mut providers = policy.providers.iter();
        providers.all(|provider| is_native(endpoint, &provider.protocol))
    };
    let endpoints = Endpoint::CLIENTS.into_iter();
    endpoints.filter(|endpoint| !all_take(*endpoint)).collect()
}

/// Whether a provider of the policy's is one that counts the tokens of its answers itself.
fn charges_tokens(policy: &Policy) -> bool {
    let mut providers = policy.providers.iter();
    providers.any(|provider| matches!(provider.protocol, Protocol::Simulated(_)))
}

/// Facts that only the gateway sets are of their type, so that nothing is handed back.
fn put(facts: &mut Facts, builtin: Builtin, value: Value) {
    let _ = facts.set(builtin.into(), value);
}

fn set_tenant(facts: &mut Facts, policy: &Policy, caller: Option<&Caller>) {
    let Some(tenant) = caller.and_then(|caller| policy.tenant(caller.tenant)) else {
        put(facts, Builtin::Tenant, Value::String(ANONYMOUS.to_owned()));
        return;
    };
    put(facts, Builtin::Tenant, Value::String(tenant.name.clone()));
    put(facts, Builtin::Tags, Value::StringList(tenant.tags.clone()));
    for (id, value) in &tenant.facts {
        let _ = facts.set(*id, value.clone());
    }
}

fn set_body(
    facts: &mut Facts,
    policy: &Policy,
    scanned: &mut Scanned,
    key_name: String,
) -> Result<(), Problem> {
    let requested = policy
        .requested(&scanned.model)
        .map(|named| policy.name_of(named).to_owned())
        .unwrap_or_default();
    put(
        facts,
        Builtin::Api,
        Value::String(scanned.endpoint.api().to_owned()),
    );
    put(facts, Builtin::Requested, Value::String(requested));
    put(facts, Builtin::Model, Value::String(scanned.model.clone()));
    put(
        facts,
        Builtin::User,
        Value::String(scanned.user.take().unwrap_or(key_name)),
    );
    put(facts, Builtin::MaxTokens, Value::Int(scanned.max_tokens()));
    put(facts, Builtin::Stream, Value::Bool(scanned.stream));
    put(facts, Builtin::Json, Value::Bool(scanned.json));
    put(
        facts,
        Builtin::Prompt,
        Value::String(std::mem::take(&mut scanned.prompt)),
    );
    for (builtin, count, what) in [
        (Builtin::Tokens, scanned.tokens(), "messages"),
        (Builtin::Tools, scanned.tools, "tools"),
        (Builtin::Images, scanned.images, "messages"),
        (Builtin::Turns, scanned.turns, "messages"),
    ] {
        let fits = |count: &i64| builtin.range().is_none_or(|range| range.contains(count));
        let count = i64::try_from(count).ok().filter(fits).ok_or_else(|| {
            let message = format!(
                "`{what}` makes the fact `{}` larger than it can be",
                builtin.name()
            );
            Problem::invalid(message, Some(what.to_owned()))
        })?;
        put(facts, builtin, Value::Int(count));
    }
    Ok(())
}

/// The value of a header that must not stand twice.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Problem::invalid(
            format!("the header `{name}` stands twice: send it once"),
            Some(name.to_owned()),
        ));
    }
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(Problem::invalid(
            format!("the header `{name}` is not UTF-8"),
            Some(name.to_owned()),
        )),
    }
}

fn misfit(place: &str, name: &str, definition: &Definition) -> Problem {
    let message = format!("the {place} `{name}` must be {}", definition.expected());
    Problem::invalid(message, Some(name.to_owned()))
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_HEADER_VALUE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
