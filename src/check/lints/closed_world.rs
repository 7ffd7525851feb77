//! Names in conditions that stand for nothing: a tenant, model or provider that the policy does not declare, a tier or
//! another fact that no tenant has.

use super::conditions;
use crate::cel::{BinaryOperator, Literal};
use crate::check::names::suggest_text;
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic, meant};
use crate::facts::{Builtin, Definition, FactId, Origin, Type, Value};
use crate::model::{
    AttemptAttribute, Capability, Expression, ExpressionKind, Policy, Protocol, TargetAttribute,
};
use std::collections::{BTreeMap, BTreeSet};

/// Most names that are searched for a near one.
const MAX_CANDIDATES: usize = 10_000;

/// The values that a subject can have, and what they are.
struct World<'a> {
    what: &'static str,
    subject: &'a str,
    values: BTreeSet<&'a str>,
    /// Whether naming something else is an error; else it is a condition that no request meets for now.
    strict: bool,
}

/// All closed worlds of a policy.
struct Worlds<'a> {
    tenants: Option<World<'a>>,
    of_tenants: BTreeMap<FactId, World<'a>>,
    requested: World<'a>,
    models: World<'a>,
    fallbacks: World<'a>,
    providers: World<'a>,
    protocols: World<'a>,
    capabilities: World<'a>,
}

/// Reports comparisons of a subject with a value that it never has. `closed` says whether all tenants are known.
pub(in crate::check) fn closed_world(policy: &Policy, closed: bool, report: &mut Report) {
    let worlds = Worlds::of(policy, closed);
    for condition in conditions(policy) {
        condition.walk(&mut |part| worlds.examine(part, report));
    }
}

impl<'a> Worlds<'a> {
    fn of(policy: &'a Policy, closed: bool) -> Self {
        let world = |what, subject, values| World {
            what,
            subject,
            values,
            strict: true,
        };
        let tenants = policy.tenants.iter().map(|tenant| tenant.name.as_str());
        let requested = policy.served.exact().chain(policy.served.globs());
        let requested = requested.map(|(_, named)| policy.name_of(named)).chain([""]);
        let models: BTreeSet<&str> = policy.models.iter().map(|model| model.name.as_str()).collect();
        let providers = policy.providers.iter().map(|provider| provider.name.as_str());
        Worlds {
            tenants: (closed && !policy.tenants.is_empty())
                .then(|| world("tenant", "tenant", tenants.collect())),
            of_tenants: if closed {
                facts_of_tenants(policy)
            } else {
                BTreeMap::new()
            },
            requested: world("served model or pool", "requested", requested.collect()),
            fallbacks: world("model", "fallbacks", models.clone()),
            models: world("model", "target.model", models),
            providers: world("provider", "target.provider", providers.collect()),
            protocols: world("protocol", "target.protocol", Protocol::NAMES.into()),
            capabilities: world(
                "word of `can`",
                "target.can",
                Capability::ALL.map(Capability::name).into(),
            ),
        }
    }

    /// The world of what an expression stands for.
    fn world(&self, subject: &Expression) -> Option<&World<'a>> {
        match &subject.kind {
            ExpressionKind::Element { list, .. } => {
                matches!(list.kind, ExpressionKind::Attempt(_)).then_some(&self.fallbacks)
            }
            ExpressionKind::Fact(id) if *id == FactId::from(Builtin::Tenant) => self.tenants.as_ref(),
            ExpressionKind::Fact(id) if *id == FactId::from(Builtin::Requested) => Some(&self.requested),
            ExpressionKind::Fact(id) => self.of_tenants.get(id),
            ExpressionKind::Target(TargetAttribute::Model) => Some(&self.models),
            ExpressionKind::Target(TargetAttribute::Provider) => Some(&self.providers),
            ExpressionKind::Target(TargetAttribute::Protocol) => Some(&self.protocols),
            _ => None,
        }
    }

    fn examine(&self, part: &Expression, report: &mut Report) {
        let ExpressionKind::Binary {
            operator,
            left,
            right,
        } = &part.kind
        else {
            return;
        };
        match operator {
            BinaryOperator::Equal | BinaryOperator::NotEqual => {
                if let Some(world) = self.world(left) {
                    world.refuse(right, report);
                } else if let Some(world) = self.world(right) {
                    world.refuse(left, report);
                }
                for (list, other) in [(left, right), (right, left)] {
                    if let (ExpressionKind::Attempt(_), ExpressionKind::List(items)) =
                        (&list.kind, &other.kind)
                    {
                        items.iter().for_each(|item| self.fallbacks.refuse(item, report));
                    }
                }
            }
            BinaryOperator::In => {
                if let (Some(world), ExpressionKind::List(items)) = (self.world(left), &right.kind) {
                    items.iter().for_each(|item| world.refuse(item, report));
                }
                match right.kind {
                    ExpressionKind::Target(TargetAttribute::Can) => self.capabilities.refuse(left, report),
                    ExpressionKind::Attempt(AttemptAttribute::Fallbacks) => {
                        self.fallbacks.refuse(left, report);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

impl World<'_> {
    /// Reports a literal that is none of the values.
    fn refuse(&self, expression: &Expression, report: &mut Report) {
        let ExpressionKind::Literal(Literal::String(text)) = &expression.kind else {
            return;
        };
        if self.values.contains(text.as_str()) {
            return;
        }
        let message = format!("`{}` is never `{text:?}`", self.subject);
        let label = format!("there is no {} `{text}`", self.what);
        let values = self.values.iter().copied().take(MAX_CANDIDATES);
        let near = report.suggests().then(|| meant(text, values)).flatten();
        let diagnostic = match self.strict {
            true => Diagnostic::error(Code::IMPOSSIBLE_VALUE, message),
            false => Diagnostic::warning(Code::CONSTANT_CONDITION, message),
        };
        report.push(suggest_text(
            diagnostic.at(expression.span, label),
            expression.span,
            near,
        ));
    }
}

/// The values that facts from tenant have, where no list of values is declared. Tenants come and go, most of all in
/// tables, and a policy must still load when the last one of a tier has gone: another value is no error.
fn facts_of_tenants(policy: &Policy) -> BTreeMap<FactId, World<'_>> {
    let definitions = policy
        .facts
        .definitions()
        .filter(|(_, definition)| is_open(definition));
    let mut worlds: BTreeMap<FactId, World<'_>> = definitions
        .map(|(id, definition)| {
            let world = World {
                what: "tenant with",
                subject: &definition.name,
                values: text(&definition.default).into_iter().chain([""]).collect(),
                strict: false,
            };
            (id, world)
        })
        .collect();
    if policy.tenants.is_empty() {
        return BTreeMap::new();
    }
    for (id, value) in policy.tenants.iter().flat_map(|tenant| &tenant.facts) {
        if let Some(world) = worlds.get_mut(id) {
            world.values.extend(text(value));
        }
    }
    worlds
}

/// Whether tenants alone say what the values of a string fact are.
fn is_open(definition: &Definition) -> bool {
    let of_tenants = match definition.origin {
        Origin::Tenant => true,
        Origin::Builtin(builtin) => matches!(builtin, Builtin::Tier | Builtin::Region),
        Origin::Header(_) | Origin::Metadata(_) => false,
    };
    of_tenants && definition.ty == Type::String && definition.one_of.is_none()
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
