//! Targets that can take no request that their route lets through, and routes whose targets all fail together.

use super::targets::{routing, written};
use super::{Sound, at};
use crate::cel::{BinaryOperator, Literal};
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Builtin, FactId};
use crate::model::{
    Capability, Choice, Expression, ExpressionKind, Model, ModelId, Policy, ProviderId, Route, Routing,
    Target,
};
use std::collections::BTreeSet;

/// Most parts of a condition that are looked at.
const MAX_PARTS: usize = 256;

/// What every request asks for that a condition lets through.
#[derive(Debug, Default)]
struct Demands {
    words: Vec<Capability>,
    tokens: u64,
    parts: usize,
}

/// Reports targets that can take no request of their route.
pub(in crate::check) fn incapable_targets(policy: &Policy, sound: &Sound, report: &mut Report) {
    for (index, route) in policy.routes.iter().enumerate() {
        let (Some(routing), Some(when)) = (routing(route), &route.when) else {
            continue;
        };
        let mut demands = Demands::default();
        demands.add(policy, when);
        if !at(&sound.routes, index) || demands.is_empty() {
            continue;
        }
        for choice in choices(routing) {
            let members = policy.members(choice.named);
            let reasons: Option<Vec<String>> = members
                .iter()
                .map(|member| demands.unmet(policy.model(*member)?))
                .collect();
            if let Some(reason) = reasons.and_then(|reasons| reasons.into_iter().next()) {
                let name = policy.name_of(choice.named);
                report.push(incapable(route, name, choice, &reason));
            }
        }
    }
}

fn incapable(route: &Route, name: &str, choice: &Choice, reason: &str) -> Diagnostic {
    let message = format!("`{name}` can take no request of the route `{}`", route.name);
    Diagnostic::warning(Code::INCAPABLE_TARGET, message)
        .at(choice.span, reason)
        .help("choose another target, or correct what the model says of itself")
}

/// Reports routes with fallbacks of which all targets are served by one provider.
pub(in crate::check) fn one_failure_domain(policy: &Policy, sound: &Sound, report: &mut Report) {
    for (index, route) in policy.routes.iter().enumerate() {
        let fallback = routing(route).filter(|routing| {
            !routing.fallbacks.is_empty() && !matches!(routing.target, Target::Requested(_))
        });
        let Some(routing) = fallback.filter(|_| at(&sound.routes, index)) else {
            continue;
        };
        let models: BTreeSet<ModelId> = written(routing).flat_map(|named| policy.members(named)).collect();
        let providers: BTreeSet<ProviderId> = models
            .iter()
            .filter_map(|model| Some(policy.model(*model)?.provider))
            .collect();
        let mut providers = providers.into_iter().filter_map(|id| policy.provider(id));
        if let (Some(only), None) = (providers.next(), providers.next()) {
            let message = format!("all targets of the route `{}` fail together", route.name);
            report.push(
                Diagnostic::warning(Code::ONE_FAILURE_DOMAIN, message)
                    .at(route.span, format!("all are served by `{}`", only.name))
                    .help("add a fallback at another provider"),
            );
        }
    }
}

fn choices(routing: &Routing) -> impl Iterator<Item = &Choice> {
    let first: Vec<&Choice> = match &routing.target {
        Target::Named(choice) => vec![choice],
        Target::Requested(_) => Vec::new(),
        Target::Split(split) => split.arms.iter().map(|arm| &arm.choice).collect(),
    };
    let fallbacks = routing.fallbacks.iter().flat_map(|fallback| &fallback.choices);
    first.into_iter().chain(fallbacks)
}

impl Demands {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.tokens == 0
    }

    fn add(&mut self, policy: &Policy, condition: &Expression) {
        self.parts += 1;
        match &condition.kind {
            _ if self.parts > MAX_PARTS => {}
            ExpressionKind::And(parts) => parts.iter().for_each(|part| self.add(policy, part)),
            ExpressionKind::Let(id) => {
                if let Some(binding) = policy.binding(*id) {
                    self.add(policy, &binding.value);
                }
            }
            ExpressionKind::Fact(id) if *id == FactId::from(Builtin::Json) => {
                self.words.push(Capability::Json);
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => self.relation(*operator, left, right),
            _ => {}
        }
    }

    fn relation(&mut self, operator: BinaryOperator, left: &Expression, right: &Expression) {
        let (ExpressionKind::Fact(id), ExpressionKind::Literal(literal)) = (&left.kind, &right.kind) else {
            return;
        };
        let is = |builtin: Builtin| *id == FactId::from(builtin);
        if is(Builtin::Api) {
            let embeddings = Literal::String("embeddings".to_owned());
            if operator == BinaryOperator::Equal && *literal == embeddings {
                self.words.push(Capability::Embeddings);
            }
            return;
        }
        let Some(least) = least(operator, literal) else {
            return;
        };
        if is(Builtin::Tokens) {
            self.tokens = self.tokens.max(least);
        } else if is(Builtin::Tools) && least > 0 {
            self.words.push(Capability::Tools);
        } else if is(Builtin::Images) && least > 0 {
            self.words.push(Capability::Vision);
        }
    }

    /// Why a model can take nothing of this; `None` where it can.
    fn unmet(&self, model: &Model) -> Option<String> {
        let lacks = |word: &&Capability| model.can.as_ref().is_some_and(|can| !can.contains(word));
        if let Some(word) = self.words.iter().find(lacks) {
            return Some(format!("`{}` lacks `{}`", model.name, word.name()));
        }
        let context = model.context.filter(|context| *context < self.tokens)?;
        Some(format!("the context of `{}` is {context}", model.name))
    }
}

/// The least number that a comparison with a literal lets through.
fn least(operator: BinaryOperator, literal: &Literal) -> Option<u64> {
    let Literal::Int(number) = literal else {
        return None;
    };
    let number = u64::try_from(*number).ok()?;
    match operator {
        BinaryOperator::Greater => Some(number.saturating_add(1)),
        BinaryOperator::GreaterOrEqual | BinaryOperator::Equal => Some(number),
        BinaryOperator::NotEqual if number == 0 => Some(1),
        _ => None,
    }
}
