//! One policy that holds the rules of two, over one register of facts: so that both are asked about the same request.
//!
//! Facts meet by name. What the caller says is one fact for callers that both policies see alike, and a constant on
//! each side for a caller that they do not. The tags of a request and what serves the model asked for differ with the
//! policy: they stand as facts of one side here, and are rewritten to what the client sends (`rewrite`).

use super::callers::{Caller, Scope};
use super::translate::translated;
use crate::diagnostic::Diagnostic;
use crate::facts::{Builtin, Definition, FactId, Facts, Origin, Register, Type, Value};
use crate::model::{
    Assume, Denial, Guard, GuardEffect, Let, LetId, Model, Policy, ProviderId, Route, RouteAction, Tenant,
};
use crate::source::SourceMap;
use crate::tree::Tree;
use std::collections::BTreeSet;

/// One of the two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Side {
    /// What is.
    Old,
    /// What is to be.
    New,
}

/// Where a policy's fact comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// A fact that both share, or that only this policy has.
    Shared(FactId),
    /// A shared fact where the request gives it, else the policy's own default.
    Given {
        /// Whether the request gives it.
        given: FactId,
        /// What it gives.
        fact: FactId,
        /// What holds otherwise.
        default: Value,
    },
    /// A constant: the caller says it.
    Fixed(Value),
    /// The caller's tags and those claimed; this stands for them in conditions.
    Tags(FactId),
    /// What serves the model asked for; this stands for it in conditions.
    Requested(FactId),
}

/// One policy within the joint one.
#[derive(Debug)]
pub(super) struct Half<'t> {
    pub(super) tree: &'t Tree,
    /// For each fact of the policy where it comes from.
    pub(super) sources: Vec<Source>,
    /// The caller, where all requests are of one.
    pub(super) caller: Option<Caller>,
    pub(super) reserved: BTreeSet<&'t str>,
    pub(super) lets: u32,
    pub(super) providers: u32,
    pub(super) models: u32,
}

/// Two policies as one.
#[derive(Debug)]
pub(super) struct Joint<'t> {
    pub(super) tree: Tree,
    pub(super) old: Half<'t>,
    pub(super) new: Half<'t>,
}

impl<'t> Joint<'t> {
    /// Joins two policies for some callers. Errors are those of a tree.
    pub(super) fn new(old: &'t Tree, new: &'t Tree, scope: &Scope) -> Result<Self, Vec<Diagnostic>> {
        let mut facts = Register::new();
        let sources_of = |side, facts: &mut Register| sources(side, old, new, scope, facts);
        let old_sources = sources_of(Side::Old, &mut facts);
        let new_sources = sources_of(Side::New, &mut facts);
        narrow(&mut facts, old, new);
        let half = |tree: &'t Tree, sources, caller, lets, providers, models| Half {
            tree,
            sources,
            caller,
            reserved: tree.policy().reserved_tags(),
            lets,
            providers,
            models,
        };
        let callers = scope.fixed.as_ref();
        let before = old.policy();
        let old = half(
            old,
            old_sources,
            callers.map(|(caller, _)| caller.clone()),
            0,
            0,
            0,
        );
        let new = half(
            new,
            new_sources,
            callers.map(|(_, caller)| caller.clone()),
            count(before.lets.len()),
            count(before.providers.len()),
            count(before.models.len()),
        );
        let mut policy = Policy {
            facts,
            ..Policy::default()
        };
        for half in [&old, &new] {
            half.join(&mut policy);
        }
        policy.tenants = tenants(&old, &new, scope);
        let hash = *new.tree.hash();
        Ok(Joint {
            tree: Tree::new(policy, SourceMap::new(), hash)?,
            old,
            new,
        })
    }

    /// One of the two.
    pub(super) fn half(&self, side: Side) -> &Half<'t> {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// Whether a fact is read from a request in one way, whichever of the policies reads it.
    pub(super) fn is_read_by_both(&self, fact: FactId) -> bool {
        let mut sources = self.old.sources.iter().chain(&self.new.sources);
        sources.any(|source| *source == Source::Shared(fact))
    }

    /// The fact of which another says whether the request gives it.
    pub(super) fn given(&self, flag: FactId) -> Option<FactId> {
        let sources = self.old.sources.iter().chain(&self.new.sources);
        let mut found = sources.filter_map(|source| match source {
            Source::Given { given, fact, .. } if *given == flag => Some(*fact),
            _ => None,
        });
        found.next()
    }

    /// Sets what stands for facts of one side, as that side sees the request.
    pub(super) fn completed(&self, facts: &Facts) -> Facts {
        let mut all = facts.clone();
        for half in [&self.old, &self.new] {
            let own = half.seen(facts);
            let register = &half.tree.policy().facts;
            for ((id, _), source) in register.definitions().zip(&half.sources) {
                if let (Source::Tags(place) | Source::Requested(place), Some(value)) = (source, own.get(id)) {
                    let taken = all.set(*place, value.clone());
                    debug_assert!(taken.is_ok(), "a place has the type of what it stands for");
                }
            }
        }
        all
    }
}

impl Half<'_> {
    /// The facts of a request as this policy sees them.
    pub(super) fn seen(&self, facts: &Facts) -> Facts {
        let policy = self.tree.policy();
        let mut own = Facts::empty(&policy.facts);
        for ((id, _), source) in policy.facts.definitions().zip(&self.sources) {
            let value = match source {
                Source::Shared(fact) => facts.get(*fact).cloned(),
                Source::Given { given, fact, default } => match facts.boolean(*given) {
                    true => facts.get(*fact).cloned(),
                    false => Some(default.clone()),
                },
                Source::Fixed(value) => Some(value.clone()),
                Source::Tags(_) => Some(Value::StringList(self.tags(facts))),
                Source::Requested(_) => {
                    let asked = policy.requested(facts.string(Builtin::Model.into()));
                    let name = asked.map(|named| policy.name_of(named).to_owned());
                    Some(Value::String(name.unwrap_or_default()))
                }
            };
            if let Some(value) = value {
                let taken = own.set(id, value);
                debug_assert!(taken.is_ok(), "both facts are of one type");
            }
        }
        own
    }

    /// The caller's tags, then those claimed that only callers can have left out.
    fn tags(&self, facts: &Facts) -> Vec<String> {
        let own = match &self.caller {
            Some(caller) => caller.tags.clone(),
            None => {
                let name = facts.string(Builtin::Tenant.into());
                let tenants = &self.tree.policy().tenants;
                let tenant = tenants.iter().find(|tenant| tenant.name == name);
                tenant.map(|tenant| tenant.tags.clone()).unwrap_or_default()
            }
        };
        let claimed = facts.list(Builtin::Tags.into()).iter();
        let claimed = claimed.filter(|tag| !own.contains(tag) && !self.reserved.contains(tag.as_str()));
        own.iter().chain(claimed).cloned().collect()
    }

    /// Adds everything of the policy that conditions and targets speak of.
    fn join(&self, joint: &mut Policy) {
        let own = self.tree.policy();
        joint.lets.extend(own.lets.iter().map(|binding| Let {
            name: binding.name.clone(),
            value: translated(&binding.value, self),
            span: binding.span,
        }));
        joint.providers.extend(own.providers.iter().cloned());
        joint.models.extend(own.models.iter().map(|model| Model {
            provider: ProviderId(model.provider.0 + self.providers),
            ..model.clone()
        }));
        joint.guards.extend(own.guards.iter().map(|guard| Guard {
            when: guard.when.as_ref().map(|when| translated(when, self)),
            effects: guard.effects.iter().map(|effect| self.effect(effect)).collect(),
            ..guard.clone()
        }));
        joint.routes.extend(own.routes.iter().map(|route| Route {
            name: route.name.clone(),
            when: route.when.as_ref().map(|when| translated(when, self)),
            // What a route does is read off its own policy.
            action: RouteAction::Deny(Denial {
                status: 503,
                message: String::new(),
            }),
            span: route.span,
        }));
        joint.assumes.extend(own.assumes.iter().map(|assume| Assume {
            name: assume.name.clone(),
            that: translated(&assume.that, self),
            span: assume.span,
        }));
    }

    fn effect(&self, effect: &GuardEffect) -> GuardEffect {
        match effect {
            GuardEffect::Require(require) => GuardEffect::Require(translated(require, self)),
            other => other.clone(),
        }
    }

    /// Where a fact of the policy comes from.
    pub(super) fn source(&self, fact: FactId) -> Option<&Source> {
        self.sources.get(fact.index())
    }

    /// The joint policy's id of a `let` of this one.
    pub(super) fn binding(&self, id: LetId) -> LetId {
        LetId(id.0 + self.lets)
    }
}

/// Where the facts of one policy come from; declares what is missing.
fn sources(side: Side, old: &Tree, new: &Tree, scope: &Scope, joint: &mut Register) -> Vec<Source> {
    let (own, other) = match side {
        Side::Old => (old, new),
        Side::New => (new, old),
    };
    let fixed = scope.fixed.as_ref().map(|(old, new)| match side {
        Side::Old => old,
        Side::New => new,
    });
    let register = &own.policy().facts;
    let definitions = register.definitions();
    let source = |(id, definition): (FactId, &Definition)| {
        if let Some(value) = fixed.and_then(|caller| caller.values.get(&id)) {
            return Source::Fixed(value.clone());
        }
        match &definition.origin {
            Origin::Builtin(Builtin::Tags) => Source::Tags(place(joint, "tags", side, definition.ty)),
            Origin::Builtin(Builtin::Requested) => {
                Source::Requested(place(joint, "requested", side, definition.ty))
            }
            Origin::Builtin(builtin) => Source::Shared((*builtin).into()),
            _ => declared(side, definition, &other.policy().facts, joint),
        }
    };
    definitions.map(source).collect()
}

/// A fact that stands for one of a side.
fn place(joint: &mut Register, name: &str, side: Side, ty: Type) -> FactId {
    let name = format!("{name} {side:?}");
    let origin = Origin::Metadata(name.clone());
    declare(joint, definition(name, ty, origin))
}

fn definition(name: String, ty: Type, origin: Origin) -> Definition {
    Definition {
        name,
        ty,
        origin,
        default: ty.empty(),
        one_of: None,
        range: i64::MIN..=i64::MAX,
    }
}

fn declare(joint: &mut Register, definition: Definition) -> FactId {
    let name = definition.name.clone();
    let known = joint.find(&name);
    let found = known.or_else(|| joint.declare(definition));
    found.unwrap_or(Builtin::Prompt.into())
}

/// Where a declared fact comes from: shared with the other policy's fact of the same name, else with one of the same
/// origin.
fn declared(side: Side, own: &Definition, other: &Register, joint: &mut Register) -> Source {
    let alike = |other: &&Definition| other.origin == own.origin && other.ty == own.ty;
    let named = other.find(&own.name).and_then(|id| other.get(id));
    let of_origin = || {
        let definitions = other.definitions().map(|(_, definition)| definition);
        let mut same = definitions.filter(alike);
        same.find(|_| own.origin != Origin::Tenant)
    };
    let Some(partner) = named.filter(alike).or_else(of_origin) else {
        let name = match (named, side) {
            (Some(_), Side::Old) => format!("{} (before)", own.name),
            _ => own.name.clone(),
        };
        let definition = Definition { name, ..own.clone() };
        return Source::Shared(declare(joint, definition));
    };
    let one_of = in_both(own.one_of.as_ref(), partner.one_of.as_ref());
    if one_of.as_ref().is_some_and(Vec::is_empty) {
        // A request that gives a value is let in by one of the policies only.
        return Source::Fixed(own.default.clone());
    }
    let name = match side {
        Side::Old => own.name.clone(),
        Side::New => partner.name.clone(),
    };
    let default = match (&own.default, &one_of) {
        (Value::String(default), Some(values)) if !values.contains(default) => {
            Value::String(values.first().cloned().unwrap_or_default())
        }
        (default, _) => default.clone(),
    };
    let fact = declare(
        joint,
        Definition {
            name: name.clone(),
            one_of,
            default,
            range: *own.range.start().max(partner.range.start())..=*own.range.end().min(partner.range.end()),
            ..own.clone()
        },
    );
    if own.default == partner.default || own.origin == Origin::Tenant {
        return Source::Shared(fact);
    }
    let given = definition(format!("{name} given"), Type::Bool, Origin::Metadata(name));
    Source::Given {
        given: declare(joint, given),
        fact,
        default: own.default.clone(),
    }
}

/// The values that a fact can have in both policies; `None` where neither lists them.
pub(super) fn in_both(old: Option<&Vec<String>>, new: Option<&Vec<String>>) -> Option<Vec<String>> {
    match (old, new) {
        (Some(old), Some(new)) => Some(old.iter().filter(|value| new.contains(value)).cloned().collect()),
        (old, new) => old.or(new).cloned(),
    }
}

/// Narrows `tier` and `region` to what both policies know.
fn narrow(joint: &mut Register, old: &Tree, new: &Tree) {
    for builtin in [Builtin::Tier, Builtin::Region] {
        let of = |tree: &Tree| tree.policy().facts.get(builtin.into()).cloned();
        let (Some(old), Some(new)) = (of(old), of(new)) else {
            continue;
        };
        let one_of = in_both(old.one_of.as_ref(), new.one_of.as_ref()).filter(|both| !both.is_empty());
        if let Value::String(default) = new.default {
            let fits = one_of.as_ref().is_none_or(|values| values.contains(&default));
            let first = one_of.as_ref().and_then(|values| values.first().cloned());
            let default = if fits { default } else { first.unwrap_or_default() };
            joint.narrow(builtin, one_of, default);
        }
    }
}

/// The callers whom both policies see alike.
fn tenants(old: &Half<'_>, new: &Half<'_>, scope: &Scope) -> Vec<Tenant> {
    let find = |half: &Half<'_>, name: &str| {
        let policy = half.tree.policy();
        policy.tenants.iter().position(|tenant| tenant.name == name)
    };
    let mut tenants = Vec::with_capacity(scope.tenants.len());
    for name in &scope.tenants {
        let mut facts: Vec<(FactId, Value)> = Vec::new();
        let mut tags = Vec::new();
        for half in [old, new] {
            let policy = half.tree.policy();
            let Some(tenant) = find(half, name).and_then(|at| policy.tenants.get(at)) else {
                continue;
            };
            tags.clone_from(&tenant.tags);
            for (id, value) in Caller::of(policy, Some(tenant)).values {
                if let Some(Source::Shared(fact)) = half.source(id)
                    && !facts.iter().any(|(known, _)| known == fact)
                {
                    facts.push((*fact, value));
                }
            }
        }
        if let Some(span) = find(new, name).and_then(|at| new.tree.policy().tenants.get(at)) {
            tenants.push(Tenant {
                name: name.clone(),
                keys: Vec::new(),
                tags,
                facts,
                span: span.span,
            });
        }
    }
    tenants
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
