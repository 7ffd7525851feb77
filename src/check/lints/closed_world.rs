//! Names in conditions that stand for nothing: a tenant, model or provider that the policy does not declare.

use super::conditions;
use crate::cel::{BinaryOperator, Literal};
use crate::check::names::suggest;
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::facts::{Builtin, FactId};
use crate::model::{Capability, Expression, ExpressionKind, Policy, TargetAttribute};
use std::collections::BTreeSet;

/// Most names that are searched for a near one.
const MAX_CANDIDATES: usize = 10_000;

/// The values that a subject can have, and what they are.
struct World<'a> {
    what: &'static str,
    subject: &'static str,
    values: BTreeSet<&'a str>,
}

/// All closed worlds of a policy.
struct Worlds<'a> {
    tenants: Option<World<'a>>,
    requested: World<'a>,
    models: World<'a>,
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
        };
        let tenants = policy.tenants.iter().map(|tenant| tenant.name.as_str());
        let requested = policy.served.exact().chain(policy.served.globs());
        let requested = requested.map(|(_, named)| policy.name_of(named)).chain([""]);
        let models = policy.models.iter().map(|model| model.name.as_str());
        let providers = policy.providers.iter().map(|provider| provider.name.as_str());
        Worlds {
            tenants: (closed && !policy.tenants.is_empty())
                .then(|| world("tenant", "tenant", tenants.collect())),
            requested: world("served model or pool", "requested", requested.collect()),
            models: world("model", "target.model", models.collect()),
            providers: world("provider", "target.provider", providers.collect()),
            protocols: world("protocol", "target.protocol", ["openai", "simulated"].into()),
            capabilities: world(
                "word of `can`",
                "target.can",
                Capability::ALL.map(Capability::name).into(),
            ),
        }
    }

    /// The world of what an expression stands for.
    fn world(&self, subject: &Expression) -> Option<&World<'a>> {
        match subject.kind {
            ExpressionKind::Fact(id) if id == FactId::from(Builtin::Tenant) => self.tenants.as_ref(),
            ExpressionKind::Fact(id) if id == FactId::from(Builtin::Requested) => Some(&self.requested),
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
            }
            BinaryOperator::In => {
                if let (Some(world), ExpressionKind::List(items)) = (self.world(left), &right.kind) {
                    items.iter().for_each(|item| world.refuse(item, report));
                }
                if right.kind == ExpressionKind::Target(TargetAttribute::Can) {
                    self.capabilities.refuse(left, report);
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
        let near = did_you_mean(text, self.values.iter().copied().take(MAX_CANDIDATES));
        let diagnostic = Diagnostic::error(Code::IMPOSSIBLE_VALUE, message).at(expression.span, label);
        report.push(suggest(diagnostic, near));
    }
}
