//! The rules on tenants as one would write them in Rust: a scan, and a hash table on the tenant.

use pointsman::facts::{Builtin, Facts};
use std::collections::HashMap;

/// A rule `tenant == … && tokens < … && "a" in tags`.
#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) tenant: String,
    pub(crate) limit: i64,
}

impl Rule {
    fn holds(&self, facts: &Facts) -> bool {
        facts.int(Builtin::Tokens.into()) < self.limit
            && facts.list(Builtin::Tags.into()).iter().any(|tag| tag == "a")
    }
}

/// All rules, one after the other.
pub(crate) struct Scan(Vec<Rule>);

impl Scan {
    pub(crate) fn new(rules: &[Rule]) -> Scan {
        Scan(rules.to_vec())
    }

    /// The first rule that holds.
    pub(crate) fn decide(&self, facts: &Facts) -> Option<usize> {
        let tenant = facts.string(Builtin::Tenant.into());
        self.0
            .iter()
            .position(|rule| rule.tenant == tenant && rule.holds(facts))
    }
}

/// The rules of each tenant, one after the other.
pub(crate) struct Hash(HashMap<String, Vec<(usize, Rule)>>);

impl Hash {
    pub(crate) fn new(rules: &[Rule]) -> Hash {
        let mut of_tenants: HashMap<String, Vec<(usize, Rule)>> = HashMap::new();
        for (at, rule) in rules.iter().enumerate() {
            of_tenants
                .entry(rule.tenant.clone())
                .or_default()
                .push((at, rule.clone()));
        }
        Hash(of_tenants)
    }

    /// The first rule that holds.
    pub(crate) fn decide(&self, facts: &Facts) -> Option<usize> {
        let rules = self.0.get(facts.string(Builtin::Tenant.into()))?;
        rules
            .iter()
            .find(|(_, rule)| rule.holds(facts))
            .map(|(at, _)| *at)
    }
}
