//! Whom the two policies let in, and who is another to them: callers that both see alike are looked at together, each
//! other one, or each group that no condition tells apart, by itself.

use super::joint::in_both;
use crate::cel::{BinaryOperator, Literal};
use crate::facts::{ANONYMOUS, Builtin, FactId, Origin, Value};
use crate::model::{
    Expression, ExpressionKind, GuardEffect, Pick, Policy, Pool, Route, RouteAction, SplitKey, Target, Tenant,
};
use crate::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// Most groups of callers that are looked at one by one.
const MAX_GROUPS: usize = 64;

/// What a policy knows of a caller.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Caller {
    /// The facts that the caller says, by the policy's ids.
    pub(super) values: BTreeMap<FactId, Value>,
    /// The caller's tags.
    pub(super) tags: Vec<String>,
}

/// The callers of one comparison.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Tenants that both policies see alike; none where both are open to everyone.
    pub(super) tenants: Vec<String>,
    /// What each policy knows of the caller, where they differ.
    pub(super) fixed: Option<(Caller, Caller)>,
    /// The callers that the second stands for.
    pub(super) names: Vec<String>,
    /// What is another about them, in words.
    pub(super) says: Vec<String>,
}

/// All callers of two policies.
#[derive(Clone, Debug, Default)]
pub(super) struct Callers {
    /// Comparisons to make.
    pub(super) scopes: Vec<Scope>,
    /// Tenants that are not let in any longer.
    pub(super) removed: Vec<String>,
    /// Tenants that were not let in before.
    pub(super) added: Vec<String>,
    /// Whether everyone was let in, and is.
    pub(super) open: (bool, bool),
    /// Whether there are groups of callers that are not looked at.
    pub(super) more: bool,
}

impl Caller {
    /// What a policy knows of a tenant, or of the one that everybody is where it declares none.
    pub(super) fn of(policy: &Policy, tenant: Option<&Tenant>) -> Self {
        let value = |id: FactId, default: &Value| {
            let own = tenant.and_then(|tenant| tenant.facts.iter().find(|(known, _)| *known == id));
            own.map_or_else(|| default.clone(), |(_, value)| value.clone())
        };
        let name = tenant.map_or(ANONYMOUS, |tenant| tenant.name.as_str());
        let mut values = BTreeMap::new();
        for (id, definition) in policy.facts.definitions() {
            match definition.origin {
                Origin::Builtin(Builtin::Tenant) => {
                    values.insert(id, Value::String(name.to_owned()));
                }
                Origin::Builtin(Builtin::Tier | Builtin::Region) | Origin::Tenant => {
                    values.insert(id, value(id, &definition.default));
                }
                _ => {}
            }
        }
        Caller {
            values,
            tags: tenant.map(|tenant| tenant.tags.clone()).unwrap_or_default(),
        }
    }

    /// Its facts by name.
    fn named<'p>(&'p self, policy: &'p Policy) -> BTreeMap<&'p str, &'p Value> {
        let name = |(id, value): (&FactId, &'p Value)| Some((policy.facts.get(*id)?.name.as_str(), value));
        self.values.iter().filter_map(name).collect()
    }
}

/// Sorts the callers of two policies.
pub(super) fn callers(old: &Tree, new: &Tree) -> Callers {
    let (before, now) = (old.policy(), new.policy());
    let open = (before.tenants.is_empty(), now.tenants.is_empty());
    let mut found = Callers {
        open,
        ..Callers::default()
    };
    if open == (true, true) {
        found.scopes = everybody(before, now);
        return found;
    }
    let by_name = |policy: &'_ Policy| -> BTreeMap<String, usize> {
        let names = policy.tenants.iter().map(|tenant| tenant.name.clone());
        names.zip(0..).collect()
    };
    let (old_names, new_names) = (by_name(before), by_name(now));
    if !open.0 && !open.1 {
        let missing = |of: &BTreeMap<String, usize>, from: &BTreeMap<String, usize>| {
            of.keys()
                .filter(|name| !from.contains_key(*name))
                .cloned()
                .collect()
        };
        found.removed = missing(&old_names, &new_names);
        found.added = missing(&new_names, &old_names);
    }
    let pairs = pairs((before, &old_names), (now, &new_names));
    let alike = pairs.iter().filter(|pair| pair.says.is_empty());
    let alike: Vec<String> = alike.map(|pair| pair.name.to_owned()).collect();
    if !alike.is_empty() {
        found.scopes.push(Scope {
            tenants: alike,
            ..Scope::default()
        });
    }
    let mut asked = Asked::of(before, now);
    let mut groups = groups(&pairs, &asked);
    if asked.drawn && groups.len() > MAX_GROUPS {
        asked.drawn = false;
        groups = self::groups(&pairs, &asked);
    }
    found.more = groups.len() > MAX_GROUPS;
    found.scopes.extend(groups.into_iter().take(MAX_GROUPS));
    found
}

/// A caller as both policies know it.
struct Pair<'n> {
    name: &'n str,
    was: Caller,
    is: Caller,
    /// What is another, in words.
    says: Vec<String>,
}

/// Callers whom both policies let in.
fn pairs<'n>(
    (before, old_names): (&Policy, &'n BTreeMap<String, usize>),
    (now, new_names): (&Policy, &'n BTreeMap<String, usize>),
) -> Vec<Pair<'n>> {
    let names: BTreeSet<&String> = old_names.keys().chain(new_names.keys()).collect();
    let pair = |name: &'n String| {
        let tenant = |policy: &Policy, names: &BTreeMap<String, usize>| {
            let tenant = names.get(name).and_then(|at| policy.tenants.get(*at));
            (policy.tenants.is_empty() || tenant.is_some()).then(|| Caller::of(policy, tenant))
        };
        let (was, is) = (tenant(before, old_names)?, tenant(now, new_names)?);
        let says = changes(&was.named(before), &is.named(now), &was.tags, &is.tags);
        Some(Pair { name, was, is, says })
    };
    names.into_iter().filter_map(pair).collect()
}

/// Callers that are others to the new policy; those that nothing tells apart stand together.
fn groups(pairs: &[Pair<'_>], asked: &Asked) -> Vec<Scope> {
    let mut groups: BTreeMap<String, Scope> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| !pair.says.is_empty()) {
        let (was, is) = (asked.key(pair.name, &pair.was), asked.key(pair.name, &pair.is));
        let scope = groups.entry(format!("{was:?} {is:?}")).or_insert_with(|| Scope {
            fixed: Some((pair.was.clone(), pair.is.clone())),
            says: pair.says.clone(),
            ..Scope::default()
        });
        scope.names.push(pair.name.to_owned());
    }
    let mut groups: Vec<Scope> = groups.into_values().collect();
    groups.sort_by(|left, right| left.names.cmp(&right.names));
    groups
}

/// The callers of two policies that let everyone in: whatever a caller could be, and the one that everybody is, where
/// that one has other facts to the new policy.
fn everybody(before: &Policy, now: &Policy) -> Vec<Scope> {
    let (was, is) = (Caller::of(before, None), Caller::of(now, None));
    let says = changes(&was.named(before), &is.named(now), &[], &[]);
    let nobody = was.values.keys().any(|id| {
        let own = before.facts.get(*id);
        let other = own.and_then(|own| now.facts.get(now.facts.find(&own.name)?));
        let both = own
            .zip(other)
            .and_then(|(own, other)| in_both(own.one_of.as_ref(), other.one_of.as_ref()));
        both.is_some_and(|both| both.is_empty())
    });
    let mut scopes = Vec::new();
    if !nobody {
        scopes.push(Scope::default());
    }
    if !says.is_empty() {
        scopes.push(Scope {
            fixed: Some((was, is)),
            names: vec![ANONYMOUS.to_owned()],
            says,
            ..Scope::default()
        });
    }
    scopes
}

/// What is another about a caller, in words. A fact that only one policy has changes nothing.
fn changes(
    was: &BTreeMap<&str, &Value>,
    is: &BTreeMap<&str, &Value>,
    old_tags: &[String],
    new_tags: &[String],
) -> Vec<String> {
    let mut says = Vec::new();
    for (name, before) in was {
        if let Some(now) = is.get(name)
            && now != before
        {
            says.push(format!("{name} {} → {}", shown(before), shown(now)));
        }
    }
    if old_tags != new_tags {
        says.push(format!(
            "tags [{}] → [{}]",
            old_tags.join(", "),
            new_tags.join(", ")
        ));
    }
    says
}

/// A value as people read it: strings without quotes.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    }
}

/// How conditions ask for the caller's name.
struct Asked {
    names: BTreeSet<String>,
    otherwise: bool,
    /// Whether a split is drawn by what a request says, and so by its caller's name.
    drawn: bool,
}

impl Asked {
    fn of(old: &Policy, new: &Policy) -> Self {
        let mut asked = Asked {
            names: BTreeSet::new(),
            otherwise: false,
            drawn: false,
        };
        for policy in [old, new] {
            asked.drawn |= policy.routes.iter().any(draws) || policy.pools.iter().any(sticks);
            for condition in conditions(policy) {
                asked.read(condition);
            }
        }
        asked
    }

    /// What tells a caller from others: everything but a name that is not asked for.
    fn key(&self, name: &str, caller: &Caller) -> String {
        let mut values = caller.values.clone();
        if !self.otherwise && !self.drawn && !self.names.contains(name) {
            values.remove(&Builtin::Tenant.into());
        }
        format!("{values:?} {:?}", caller.tags)
    }

    fn read(&mut self, condition: &Expression) {
        let mut open = vec![condition];
        while let Some(part) = open.pop() {
            match &part.kind {
                ExpressionKind::Fact(id) if *id == FactId::from(Builtin::Tenant) => self.otherwise = true,
                ExpressionKind::Binary {
                    operator: BinaryOperator::Equal | BinaryOperator::NotEqual | BinaryOperator::In,
                    left,
                    right,
                } => {
                    let words = match (is_name(left), is_name(right)) {
                        (true, false) => words(right),
                        (false, true) => words(left),
                        _ => None,
                    };
                    match words {
                        Some(words) => self.names.extend(words),
                        None => open.extend([left.as_ref(), right.as_ref()]),
                    }
                }
                _ => open.extend(part.children()),
            }
        }
    }
}

/// Whether a route's split is drawn by a fact.
fn draws(route: &Route) -> bool {
    let RouteAction::Send(routing) = &route.action else {
        return false;
    };
    matches!(&routing.target, Target::Split(split) if split.by != SplitKey::Request)
}

/// Whether a pool keeps what a fact says, and so each caller, on one order.
fn sticks(pool: &Pool) -> bool {
    matches!(pool.pick, Pick::Sticky(_))
}

fn is_name(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Fact(id) if id == FactId::from(Builtin::Tenant))
}

/// The strings of a literal, or of a list of them.
fn words(expression: &Expression) -> Option<Vec<String>> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::String(word)) => Some(vec![word.clone()]),
        ExpressionKind::List(items) => {
            let all = items.iter().map(words).collect::<Option<Vec<_>>>()?;
            Some(all.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// All conditions that decide.
fn conditions(policy: &Policy) -> impl Iterator<Item = &Expression> {
    let requires = policy.guards.iter().flat_map(|guard| &guard.effects);
    let requires = requires.filter_map(|effect| match effect {
        GuardEffect::Require(require) => Some(require),
        _ => None,
    });
    let guards = policy.guards.iter().filter_map(|guard| guard.when.as_ref());
    let routes = policy.routes.iter().filter_map(|route| route.when.as_ref());
    let lets = policy.lets.iter().map(|binding| &binding.value);
    let assumes = policy.assumes.iter().map(|assume| &assume.that);
    requires.chain(guards).chain(routes).chain(lets).chain(assumes)
}
