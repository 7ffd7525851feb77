//! Requests to hold two policies against each other: what clients can send and callers can be, around the words and
//! numbers that the policies write.

use pointsman::facts::{Builtin, FactId, Facts, Value};
use pointsman::model::Policy;
use pointsman::tree::Tree;
use regex::Regex;
use std::collections::BTreeSet;

/// What of a request does not depend on the policy.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) tenant: String,
    pub(super) user: String,
    /// Tags that the client claims.
    pub(super) claimed: Vec<String>,
    pub(super) model: String,
    pub(super) api: String,
    pub(super) tokens: i64,
    pub(super) max_tokens: i64,
    pub(super) tools: i64,
    pub(super) images: i64,
    pub(super) turns: i64,
    pub(super) stream: bool,
    pub(super) json: bool,
    /// The seed of its draws.
    pub(super) seed: u64,
}

/// What requests are drawn from.
#[derive(Debug)]
pub(super) struct Domain {
    tenants: Vec<String>,
    tags: Vec<String>,
    models: Vec<String>,
    numbers: Vec<i64>,
}

impl Domain {
    /// What two policies know, and their neighbourhood; `texts` are both policies' texts.
    pub(super) fn new(policies: [&Policy; 2], texts: &[&str]) -> Self {
        let tenants: BTreeSet<String> = policies
            .iter()
            .flat_map(|policy| policy.tenants.iter().map(|tenant| tenant.name.clone()))
            .collect();
        let of_tenants = policies.iter().flat_map(|policy| policy.reserved_tags());
        let tags: BTreeSet<String> = of_tenants
            .map(str::to_owned)
            .chain(["claimed".to_owned()])
            .collect();
        let mut models = BTreeSet::from(["".to_owned(), "nothing-serves-it".to_owned()]);
        for policy in policies {
            models.extend(policy.served.exact().map(|(name, _)| name.to_owned()));
            models.extend(policy.served.globs().map(|(glob, _)| glob.replace('*', "x")));
        }
        Domain {
            tenants: tenants.into_iter().collect(),
            tags: tags.into_iter().collect(),
            models: models.into_iter().collect(),
            numbers: numbers(texts),
        }
    }

    /// One request; most of them are plain, so that later rules are reached.
    pub(super) fn draw(&self, random: &mut fastrand::Rng) -> Request {
        let number = |random: &mut fastrand::Rng| match random.u8(..2) {
            0 => 0,
            _ => self.numbers[random.usize(..self.numbers.len())],
        };
        let rarely = |random: &mut fastrand::Rng| random.u8(..4) == 0;
        let claims = if rarely(random) { 2 } else { 0 };
        Request {
            tenant: random.choice(&self.tenants).cloned().unwrap_or_default(),
            user: format!("u{}", random.u16(..500)),
            claimed: random
                .choose_multiple(&self.tags, claims)
                .into_iter()
                .cloned()
                .collect(),
            model: random.choice(&self.models).cloned().unwrap_or_default(),
            api: match random.u8(..12) {
                0 => "embeddings".to_owned(),
                _ => "chat".to_owned(),
            },
            tokens: number(random),
            max_tokens: if rarely(random) { number(random) } else { 0 },
            tools: i64::from(rarely(random)),
            images: if rarely(random) { random.i64(1..4) } else { 0 },
            turns: if rarely(random) { number(random) } else { 0 },
            stream: rarely(random),
            json: rarely(random),
            seed: random.u64(..),
        }
    }
}

/// Numbers of the texts, with those beside them, as far as every number of a request may be so large.
fn numbers(texts: &[&str]) -> Vec<i64> {
    let written = Regex::new(r"\b(\d{1,7})([kM])?\b").unwrap();
    let mut numbers = BTreeSet::new();
    for text in texts {
        for found in written.captures_iter(text) {
            let unit = match found.get(2).map(|unit| unit.as_str()) {
                Some("k") => 1_000,
                Some(_) => 1_000_000,
                None => 1,
            };
            let number = found[1].parse::<i64>().unwrap() * unit;
            numbers.extend(
                [number - 1, number, number + 1]
                    .into_iter()
                    .filter(|number| *number >= 0),
            );
        }
    }
    numbers.into_iter().collect()
}

impl Request {
    /// The request's facts for a policy; `None` where it does not let the caller in.
    pub(super) fn facts(&self, tree: &Tree) -> Option<Facts> {
        let policy = tree.policy();
        let mut facts = Facts::empty(&policy.facts);
        let mut set = |fact: FactId, value: Value| facts.set(fact, value).unwrap();
        let tenant = policy.tenants.iter().find(|tenant| tenant.name == self.tenant)?;
        let mut tags = tenant.tags.clone();
        let reserved = policy.reserved_tags();
        let free = |tag: &&String| !reserved.contains(tag.as_str());
        tags.extend(self.claimed.iter().filter(free).cloned());
        for (fact, value) in &tenant.facts {
            set(*fact, value.clone());
        }
        let requested = policy.requested(&self.model).map(|named| policy.name_of(named));
        for (fact, text) in [
            (Builtin::Tenant, self.tenant.as_str()),
            (Builtin::User, &self.user),
            (Builtin::Model, &self.model),
            (Builtin::Requested, requested.unwrap_or_default()),
            (Builtin::Api, &self.api),
        ] {
            set(fact.into(), Value::String(text.to_owned()));
        }
        for (fact, number) in [
            (Builtin::Tokens, self.tokens),
            (Builtin::MaxTokens, self.max_tokens),
            (Builtin::Tools, self.tools),
            (Builtin::Images, self.images),
            (Builtin::Turns, self.turns),
        ] {
            set(fact.into(), Value::Int(number));
        }
        set(Builtin::Tags.into(), Value::StringList(tags));
        set(Builtin::Stream.into(), Value::Bool(self.stream));
        set(Builtin::Json.into(), Value::Bool(self.json));
        Some(facts)
    }

    /// Whether two policies' facts are of one request that can come: what the caller says is what each policy knows of the
    /// caller, and the rest is the same.
    pub(super) fn is_one(before: &Facts, old: &Tree, now: &Facts, new: &Tree) -> bool {
        let text = |fact: Builtin| now.string(fact.into()).to_owned();
        let number = |fact: Builtin| now.int(fact.into());
        let sides = [(before, old), (now, new)];
        let mut claimed: Vec<String> = Vec::new();
        for (facts, tree) in sides {
            let reserved = tree.policy().reserved_tags();
            let tags = facts.list(Builtin::Tags.into()).iter();
            claimed.extend(tags.filter(|tag| !reserved.contains(tag.as_str())).cloned());
        }
        claimed.sort();
        claimed.dedup();
        let request = Request {
            tenant: text(Builtin::Tenant),
            user: text(Builtin::User),
            claimed,
            model: text(Builtin::Model),
            api: text(Builtin::Api),
            tokens: number(Builtin::Tokens),
            max_tokens: number(Builtin::MaxTokens),
            tools: number(Builtin::Tools),
            images: number(Builtin::Images),
            turns: number(Builtin::Turns),
            stream: now.boolean(Builtin::Stream.into()),
            json: now.boolean(Builtin::Json.into()),
            seed: 0,
        };
        sides.into_iter().all(|(facts, tree)| {
            let made = request.facts(tree);
            made.is_some_and(|made| by_name(&made, tree) == by_name(facts, tree))
        })
    }
}

/// Facts by name, lists without their order.
fn by_name(facts: &Facts, tree: &Tree) -> Vec<(String, Value)> {
    let named = tree.policy().facts.definitions().map(|(id, definition)| {
        let value = match facts.get(id) {
            Some(Value::StringList(items)) => {
                let mut items = items.clone();
                items.sort();
                Value::StringList(items)
            }
            Some(value) => value.clone(),
            None => definition.default.clone(),
        };
        (definition.name.clone(), value)
    });
    named.collect()
}
