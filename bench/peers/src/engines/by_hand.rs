//! The rules written by hand in Rust: a scan, and a hash table on the tenant. Input is what a request would be copied
//! into.

use super::Engine;
use crate::workload::{LIMIT, Request, TAG, Workload};
use std::collections::HashMap;

struct Rule {
    tenant: String,
    limit: i64,
    tag: String,
}

/// What a rule is asked about.
struct Input {
    tenant: String,
    tokens: i64,
    tags: Vec<String>,
}

impl Rule {
    fn new(rule: usize) -> Rule {
        Rule {
            tenant: Workload::tenant(rule),
            limit: LIMIT,
            tag: TAG.to_owned(),
        }
    }

    fn holds(&self, input: &Input) -> bool {
        self.tenant == input.tenant && input.tokens < self.limit && input.tags.contains(&self.tag)
    }
}

impl Input {
    fn new(request: &Request) -> Input {
        Input {
            tenant: request.tenant.clone(),
            tokens: request.tokens,
            tags: request.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        }
    }
}

/// All rules, one after the other.
pub(super) struct Scan(Vec<Rule>);

impl Scan {
    pub(super) fn new(rules: usize) -> Scan {
        Scan((0..rules).map(Rule::new).collect())
    }
}

impl Engine for Scan {
    fn name(&self) -> &'static str {
        "a scan by hand in Rust"
    }

    fn decide(&mut self, request: &Request) -> Option<usize> {
        let input = Input::new(request);
        self.0.iter().position(|rule| rule.holds(&input))
    }
}

/// The rules of each tenant, one after the other.
pub(super) struct Hash(HashMap<String, Vec<(usize, Rule)>>);

impl Hash {
    pub(super) fn new(rules: usize) -> Hash {
        let mut of_tenants: HashMap<String, Vec<(usize, Rule)>> = HashMap::new();
        for at in 0..rules {
            let rule = Rule::new(at);
            of_tenants
                .entry(rule.tenant.clone())
                .or_default()
                .push((at, rule));
        }
        Hash(of_tenants)
    }
}

impl Engine for Hash {
    fn name(&self) -> &'static str {
        "a hash on the tenant by hand"
    }

    fn decide(&mut self, request: &Request) -> Option<usize> {
        let input = Input::new(request);
        let rules = self.0.get(&input.tenant)?;
        rules
            .iter()
            .find(|(_, rule)| rule.holds(&input))
            .map(|(at, _)| *at)
    }
}
