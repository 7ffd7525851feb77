//! A test made ready: all facts of its request, and what fails meanwhile.

use crate::facts::{ANONYMOUS, Builtin, Facts, Origin, Value};
use crate::model::{Failing, ModelId, Named, Policy, PoolId, Tenant, TestCase};
use crate::tree::Tree;
use std::collections::BTreeSet;

/// A test of a tree's policy.
pub(super) struct Case<'t> {
    pub(super) tree: &'t Tree,
    pub(super) facts: Facts,
    pub(super) failing: BTreeSet<ModelId>,
}

impl<'t> Case<'t> {
    /// Gathers the facts and the targets that fail.
    pub(super) fn new(tree: &'t Tree, test: &TestCase) -> Self {
        Case {
            tree,
            facts: facts(tree.policy(), test),
            failing: failing(tree.policy(), &test.failing),
        }
    }

    /// The policy that is tested.
    pub(super) fn policy(&self) -> &'t Policy {
        self.tree.policy()
    }

    /// A pool's members as written, those that fail before the others.
    pub(super) fn failing_first(&self, pool: PoolId) -> Vec<ModelId> {
        let mut members = self.policy().members(Named::Pool(pool));
        members.sort_by_key(|model| !self.failing.contains(model));
        members
    }
}

/// The facts that the test gives, over those that follow from the given tenant, headers, metadata and model, over the
/// facts' defaults.
fn facts(policy: &Policy, test: &TestCase) -> Facts {
    let mut facts = Facts::empty(&policy.facts);
    if policy.tenants.is_empty() {
        let _ = facts.set(Builtin::Tenant.into(), Value::String(ANONYMOUS.to_owned()));
    }
    // The checker has held every value against its fact's type, so that nothing is handed back here.
    let give = |facts: &mut Facts| {
        for given in &test.given {
            let _ = facts.set(given.fact, given.value.clone());
        }
    };
    let is_given = |fact| test.given.iter().any(|given| given.fact == fact);
    give(&mut facts);
    let name = facts.string(Builtin::Tenant.into()).to_owned();
    if let Some(tenant) = policy.tenants.iter().find(|tenant| tenant.name == name) {
        follow_tenant(&mut facts, tenant);
    }
    follow_entries(&mut facts, policy);
    give(&mut facts);
    if is_given(Builtin::Model.into()) && !is_given(Builtin::Requested.into()) {
        let requested = policy.requested(facts.string(Builtin::Model.into()));
        let name = requested.map_or("", |named| policy.name_of(named)).to_owned();
        let _ = facts.set(Builtin::Requested.into(), Value::String(name));
    }
    facts
}

fn follow_tenant(facts: &mut Facts, tenant: &Tenant) {
    let _ = facts.set(Builtin::Tags.into(), Value::StringList(tenant.tags.clone()));
    for (fact, value) in &tenant.facts {
        let _ = facts.set(*fact, value.clone());
    }
}

/// Declared facts that the given headers or the given metadata hold.
fn follow_entries(facts: &mut Facts, policy: &Policy) {
    for (id, definition) in policy.facts.definitions() {
        let text = match &definition.origin {
            Origin::Header(name) => facts.entry(Builtin::Headers.into(), name),
            Origin::Metadata(key) => facts.entry(Builtin::Metadata.into(), key),
            Origin::Builtin(_) | Origin::Tenant => None,
        };
        if let Some(value) = text.and_then(|text| definition.read(text)) {
            let _ = facts.set(id, value);
        }
    }
}

fn failing(policy: &Policy, failing: &[Failing]) -> BTreeSet<ModelId> {
    let at = |provider| {
        (0u32..)
            .zip(&policy.models)
            .filter(move |(_, model)| model.provider == provider)
            .map(|(index, _)| ModelId(index))
            .collect()
    };
    failing
        .iter()
        .flat_map(|failing| match failing {
            Failing::Named(named) => policy.members(*named),
            Failing::Provider(provider) => at(*provider),
        })
        .collect()
}
