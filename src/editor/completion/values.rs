//! The names and values that a policy holds, read off its syntax trees and, for tables, off the policy as it loads.

use super::super::analysis::Analysis;
use super::super::names::{Domain, Space};
use crate::facts::{Builtin, Register, Type, Value};
use crate::model::{Capability, TargetAttribute};
use crate::syntax::ast::{BlockKind, Clause, Item, ItemKind, StatementKind};
use std::collections::BTreeSet;

/// What is known of a fact from its declaration.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    /// The name.
    pub(super) name: String,
    /// The type as it is written, such as `string`.
    pub(super) ty: String,
    /// Its values, where they are listed.
    pub(super) values: Vec<String>,
    /// Whether tenants set it.
    pub(super) from_tenant: bool,
}

/// All facts: the declared ones, then the built-in ones.
pub(super) fn facts(analysis: &Analysis) -> Vec<Fact> {
    let statements = analysis
        .index()
        .files()
        .iter()
        .flat_map(|file| &file.document.statements);
    let mut facts: Vec<Fact> = statements
        .filter_map(|statement| match &statement.kind {
            StatementKind::Fact { name, clauses } => Some(declared(&name.text, clauses)),
            _ => None,
        })
        .collect();
    for (_, definition) in Register::new().definitions() {
        if facts.iter().all(|fact| fact.name != definition.name) {
            let from_tenant = [Builtin::Tier, Builtin::Region].map(Builtin::name);
            facts.push(Fact {
                name: definition.name.clone(),
                ty: definition.ty.to_string(),
                values: definition.one_of.clone().unwrap_or_default(),
                from_tenant: from_tenant.contains(&definition.name.as_str()),
            });
        }
    }
    facts
}

fn declared(name: &str, clauses: &[Clause]) -> Fact {
    let clause = |keyword: &str| clauses.iter().find(|clause| clause.keyword.text == keyword);
    let items = clause("type").map_or(&[][..], |clause| clause.items.as_slice());
    let word = items.first().and_then(text);
    let values: Vec<String> = items
        .iter()
        .flat_map(texts)
        .skip(usize::from(word.is_some()))
        .collect();
    let is_choice = word == Some("one");
    Fact {
        name: name.to_owned(),
        ty: match is_choice {
            true => Type::String.to_string(),
            false => word.unwrap_or("string").to_owned(),
        },
        values: match is_choice {
            true => values.into_iter().filter(|value| value != "of").collect(),
            false => Vec::new(),
        },
        from_tenant: clause("from")
            .and_then(|clause| clause.items.first())
            .and_then(text)
            == Some("tenant"),
    }
}

/// The facts that tenants set.
pub(super) fn tenant_facts(analysis: &Analysis) -> Vec<String> {
    facts(analysis)
        .into_iter()
        .filter(|fact| fact.from_tenant)
        .map(|fact| fact.name)
        .collect()
}

/// The values of a domain that the policy knows, in order.
pub(super) fn of(analysis: &Analysis, domain: &Domain) -> Vec<String> {
    if let Some(space) = domain.space() {
        return match space {
            Space::Tenant => tenants(analysis),
            _ => names(analysis, space, models_only(domain)),
        };
    }
    match domain {
        Domain::Fact(name) => of_fact(analysis, name),
        Domain::Attribute(attribute) => of_attribute(analysis, *attribute),
        Domain::Fallbacks => Vec::new(),
    }
}

/// Targets of an attempt are models; only `requested` may be a pool.
fn models_only(domain: &Domain) -> bool {
    matches!(domain, Domain::Attribute(_) | Domain::Fallbacks)
}

/// The names of a space, in order; without pools where only models are asked for.
pub(super) fn names(analysis: &Analysis, space: Space, models_only: bool) -> Vec<String> {
    let index = analysis.index();
    let is_pool = |name: &str| {
        index
            .block(space, name)
            .is_some_and(|block| block.kind == BlockKind::Pool)
    };
    index
        .names(space)
        .filter(|name| !models_only || !is_pool(name))
        .map(str::to_owned)
        .collect()
}

fn tenants(analysis: &Analysis) -> Vec<String> {
    let mut names: BTreeSet<String> = analysis.index().names(Space::Tenant).map(str::to_owned).collect();
    let known = analysis.policy().into_iter().flat_map(|policy| &policy.tenants);
    names.extend(known.map(|tenant| tenant.name.clone()));
    names.into_iter().collect()
}

fn of_fact(analysis: &Analysis, name: &str) -> Vec<String> {
    let listed = facts(analysis).into_iter().find(|fact| fact.name == name);
    if let Some(fact) = listed.filter(|fact| !fact.values.is_empty()) {
        return fact.values;
    }
    let mut values = clause_texts(analysis, &[BlockKind::Tenant], name);
    for tenant in analysis.policy().into_iter().flat_map(|policy| &policy.tenants) {
        if name == Builtin::Tags.name() {
            values.extend(tenant.tags.iter().cloned());
        }
        let set = tenant.facts.iter().filter(|(id, _)| {
            let fact = analysis.policy().and_then(|policy| policy.facts.get(*id));
            fact.is_some_and(|fact| fact.name == name)
        });
        for (_, value) in set {
            match value {
                Value::String(text) => values.extend([text.clone()]),
                Value::StringList(texts) => values.extend(texts.iter().cloned()),
                _ => {}
            }
        }
    }
    if name == Builtin::Model.name() {
        values.extend(clause_texts(
            analysis,
            &[BlockKind::Model, BlockKind::Pool],
            "serves",
        ));
        values.retain(|value| !value.contains('*'));
    }
    values.into_iter().collect()
}

fn of_attribute(analysis: &Analysis, attribute: TargetAttribute) -> Vec<String> {
    let blocks = [BlockKind::Provider, BlockKind::Model];
    match attribute {
        TargetAttribute::Can => Capability::ALL
            .map(Capability::name)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        TargetAttribute::Region => clause_texts(analysis, &blocks, "region").into_iter().collect(),
        TargetAttribute::Tags => clause_texts(analysis, &blocks, "tags").into_iter().collect(),
        TargetAttribute::Protocol => clause_texts(analysis, &blocks, "protocol").into_iter().collect(),
        TargetAttribute::Name => clause_texts(analysis, &[BlockKind::Model], "name")
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// The texts that clauses of this keyword hold.
pub(super) fn clause_texts(analysis: &Analysis, kinds: &[BlockKind], keyword: &str) -> BTreeSet<String> {
    analysis
        .index()
        .blocks()
        .filter(|block| kinds.contains(&block.kind))
        .flat_map(|block| &block.clauses)
        .filter(|clause| clause.keyword.text == keyword)
        .flat_map(|clause| &clause.items)
        .flat_map(texts)
        .filter(|text| !text.is_empty())
        .collect()
}

fn text(item: &Item) -> Option<&str> {
    match &item.kind {
        ItemKind::Bare(text) | ItemKind::Quoted(text) => Some(text),
        _ => None,
    }
}

/// The texts of an item: its own, or those of a list.
fn texts(item: &Item) -> Vec<String> {
    match &item.kind {
        ItemKind::List(entries) => entries
            .iter()
            .filter_map(|entry| text(entry.first()?))
            .map(str::to_owned)
            .collect(),
        _ => text(item).map(str::to_owned).into_iter().collect(),
    }
}
