//! Requests as clients send them, and the facts that each policy makes of one.

use pointsman::facts::{ANONYMOUS, Builtin, Facts, Origin, Value};
use pointsman::tree::Tree;
use std::collections::BTreeMap;

/// What of a request does not depend on the policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Request {
    /// The tenant of the key, where the policy declares tenants.
    pub(crate) tenant: String,
    /// What the caller says of itself where the policy declares no tenants: proofs let it be anything.
    pub(crate) own: BTreeMap<String, Value>,
    pub(crate) user: String,
    /// Tags that the client claims.
    pub(crate) claimed: Vec<String>,
    pub(crate) model: String,
    pub(crate) api: String,
    pub(crate) tokens: i64,
    pub(crate) max_tokens: i64,
    pub(crate) tools: i64,
    pub(crate) images: i64,
    pub(crate) turns: i64,
    pub(crate) stream: bool,
    pub(crate) json: bool,
    /// What declared facts from headers and metadata are read from, by the names of these.
    pub(crate) sent: BTreeMap<String, Value>,
    /// The seed of its draws.
    pub(crate) seed: u64,
}

impl Request {
    /// The request's facts for a policy; `None` where it does not let the request in.
    pub(crate) fn facts(&self, tree: &Tree) -> Option<Facts> {
        let policy = tree.policy();
        let mut facts = Facts::empty(&policy.facts);
        let mut tags = Vec::new();
        if policy.tenants.is_empty() {
            facts.set(Builtin::Tenant.into(), text(ANONYMOUS)).unwrap();
            for (name, value) in &self.own {
                if let Some(id) = policy.facts.find(name) {
                    facts.set(id, value.clone()).unwrap();
                }
            }
        } else {
            let tenant = policy.tenants.iter().find(|tenant| tenant.name == self.tenant)?;
            tags.clone_from(&tenant.tags);
            for (fact, value) in &tenant.facts {
                facts.set(*fact, value.clone()).unwrap();
            }
            facts.set(Builtin::Tenant.into(), text(&self.tenant)).unwrap();
        }
        let reserved = policy.reserved_tags();
        let free = |tag: &&String| !reserved.contains(tag.as_str());
        tags.extend(self.claimed.iter().filter(free).cloned());
        facts.set(Builtin::Tags.into(), Value::StringList(tags)).unwrap();
        for (id, definition) in policy.facts.definitions() {
            if let Origin::Header(name) | Origin::Metadata(name) = &definition.origin
                && let Some(value) = self.sent.get(name)
            {
                if !definition.admits(value) {
                    return None;
                }
                facts.set(id, value.clone()).unwrap();
            }
        }
        let requested = policy.requested(&self.model).map(|named| policy.name_of(named));
        for (fact, value) in [
            (Builtin::User, text(&self.user)),
            (Builtin::Model, text(&self.model)),
            (Builtin::Requested, text(requested.unwrap_or_default())),
            (Builtin::Api, text(&self.api)),
            (Builtin::Tokens, Value::Int(self.tokens)),
            (Builtin::MaxTokens, Value::Int(self.max_tokens)),
            (Builtin::Tools, Value::Int(self.tools)),
            (Builtin::Images, Value::Int(self.images)),
            (Builtin::Turns, Value::Int(self.turns)),
            (Builtin::Stream, Value::Bool(self.stream)),
            (Builtin::Json, Value::Bool(self.json)),
        ] {
            facts.set(fact.into(), value).unwrap();
        }
        Some(facts)
    }

    /// The request that two policies' facts are of; `None` where there is none that can come: what a caller says is what
    /// each policy knows of the caller, and the rest is the same.
    pub(crate) fn of([before, now]: [&Facts; 2], [old, new]: [&Tree; 2]) -> Option<Request> {
        let string = |fact: Builtin| now.string(fact.into()).to_owned();
        let number = |fact: Builtin| now.int(fact.into());
        let sides = [(before, old), (now, new)];
        let closed = sides.iter().find(|(_, tree)| !tree.policy().tenants.is_empty());
        let tenant = closed.map(|(facts, _)| facts.string(Builtin::Tenant.into()).to_owned());
        let mut request = Request {
            tenant: tenant.unwrap_or_default(),
            user: string(Builtin::User),
            model: string(Builtin::Model),
            api: string(Builtin::Api),
            tokens: number(Builtin::Tokens),
            max_tokens: number(Builtin::MaxTokens),
            tools: number(Builtin::Tools),
            images: number(Builtin::Images),
            turns: number(Builtin::Turns),
            stream: now.boolean(Builtin::Stream.into()),
            json: now.boolean(Builtin::Json.into()),
            ..Request::default()
        };
        for (facts, tree) in sides {
            request.take(facts, tree);
        }
        let made = |(facts, tree): (&Facts, &Tree)| {
            let made = request.facts(tree)?;
            (by_name(&made, tree) == by_name(facts, tree)).then_some(())
        };
        sides.into_iter().try_for_each(|side| made(side).ok_or(())).ok()?;
        Some(request)
    }

    /// Takes what the client sends out of one policy's facts.
    fn take(&mut self, facts: &Facts, tree: &Tree) {
        let policy = tree.policy();
        let reserved = policy.reserved_tags();
        for tag in facts.list(Builtin::Tags.into()) {
            if !reserved.contains(tag.as_str()) && !self.claimed.contains(tag) {
                self.claimed.push(tag.clone());
            }
        }
        for (id, definition) in policy.facts.definitions() {
            let is_name = definition.origin == Origin::Builtin(Builtin::Tenant);
            let said = |value: &&Value| is_name || **value != definition.default;
            let Some(value) = facts.get(id).filter(said) else {
                continue;
            };
            match &definition.origin {
                Origin::Header(name) | Origin::Metadata(name) => {
                    _ = self.sent.insert(name.clone(), value.clone())
                }
                Origin::Builtin(Builtin::Tenant | Builtin::Tier | Builtin::Region) | Origin::Tenant
                    if policy.tenants.is_empty() =>
                {
                    self.own.insert(definition.name.clone(), value.clone());
                }
                Origin::Builtin(_) | Origin::Tenant => {}
            }
        }
    }
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// Facts by name, lists without their order.
fn by_name(facts: &Facts, tree: &Tree) -> Vec<(String, Value)> {
    let named = tree.policy().facts.definitions().filter_map(|(id, definition)| {
        let value = match facts.get(id)? {
            Value::StringList(items) => {
                let mut items = items.clone();
                items.sort();
                Value::StringList(items)
            }
            value => value.clone(),
        };
        Some((definition.name.clone(), value))
    });
    named.collect()
}
