//! What of a request a policy reads: found by walking its conditions, so that the gateway observes no more. Asserts and
//! tests are held to without a request, and read nothing of it.

use crate::cel::{BinaryOperator, Literal};
use crate::facts::{Builtin, FactId, Origin};
use crate::model::{
    Expression, ExpressionKind, GuardEffect, LetId, ModelId, Pick, Policy, RouteAction, Routing, SplitKey,
    Target,
};
use std::collections::BTreeSet;

/// What of a request the policy's conditions, splits and plans can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequiredInputs {
    /// The facts that are read.
    pub facts: BTreeSet<FactId>,
    /// Those of them that a condition reads, and not only a split or the check of targets against the request.
    pub conditions: BTreeSet<FactId>,
    /// Keys of `headers` that are read, names in lower case.
    pub headers: BTreeSet<String>,
    /// Whether `headers` is read otherwise than by literal key.
    pub all_headers: bool,
    /// Keys of `metadata` that are read.
    pub metadata: BTreeSet<String>,
    /// Whether `metadata` is read otherwise than by literal key.
    pub all_metadata: bool,
}

/// What a policy reads of a request.
pub(super) fn required(policy: &Policy) -> RequiredInputs {
    let mut reader = Reader::new(policy);
    for guard in &policy.guards {
        reader.condition(guard.when.as_ref());
        for effect in &guard.effects {
            if let GuardEffect::Require(require) = effect {
                reader.condition(Some(require));
            }
        }
    }
    for assume in &policy.assumes {
        reader.condition(Some(&assume.that));
    }
    for route in &policy.routes {
        reader.condition(route.when.as_ref());
        if let RouteAction::Send(routing) = &route.action {
            reader.routing(routing);
        }
    }
    reader.picks();
    reader.capabilities();
    reader.inputs
}

/// What one condition of a policy reads of a request.
pub fn inputs_of(policy: &Policy, condition: &Expression) -> RequiredInputs {
    let mut reader = Reader::new(policy);
    reader.condition(Some(condition));
    reader.inputs
}

struct Reader<'a> {
    policy: &'a Policy,
    inputs: RequiredInputs,
    lets: BTreeSet<LetId>,
}

impl<'a> Reader<'a> {
    fn new(policy: &'a Policy) -> Self {
        Reader {
            policy,
            inputs: RequiredInputs::default(),
            lets: BTreeSet::new(),
        }
    }

    fn condition(&mut self, condition: Option<&Expression>) {
        let mut open: Vec<&Expression> = condition.into_iter().collect();
        while let Some(expression) = open.pop() {
            match &expression.kind {
                ExpressionKind::Fact(fact) => self.in_condition(*fact, None),
                ExpressionKind::Let(id) => {
                    if self.lets.insert(*id)
                        && let Some(binding) = self.policy.binding(*id)
                    {
                        open.push(&binding.value);
                    }
                }
                _ => match keyed(expression) {
                    Some((fact, key)) => self.in_condition(fact, Some(key)),
                    None => open.extend(expression.children()),
                },
            }
        }
    }

    fn in_condition(&mut self, fact: FactId, key: Option<&str>) {
        self.inputs.conditions.insert(fact);
        self.fact(fact, key);
    }

    /// A fact is read, of a map perhaps only one key.
    fn fact(&mut self, fact: FactId, key: Option<&str>) {
        self.inputs.facts.insert(fact);
        match self.policy.facts.get(fact).map(|definition| &definition.origin) {
            Some(Origin::Builtin(Builtin::Headers)) => match key {
                Some(key) => _ = self.inputs.headers.insert(key.to_owned()),
                None => self.inputs.all_headers = true,
            },
            Some(Origin::Builtin(Builtin::Metadata)) => match key {
                Some(key) => _ = self.inputs.metadata.insert(key.to_owned()),
                None => self.inputs.all_metadata = true,
            },
            Some(Origin::Header(header)) => _ = self.inputs.headers.insert(header.clone()),
            Some(Origin::Metadata(key)) => _ = self.inputs.metadata.insert(key.clone()),
            _ => {}
        }
    }

    fn builtins(&mut self, builtins: impl IntoIterator<Item = Builtin>) {
        for builtin in builtins {
            self.fact(builtin.into(), None);
        }
    }

    fn routing(&mut self, routing: &Routing) {
        match &routing.target {
            Target::Requested(_) => self.builtins([Builtin::Requested, Builtin::Model]),
            Target::Split(split) => {
                if let SplitKey::Fact(fact) = split.by {
                    self.fact(fact, None);
                }
                self.builtins([Builtin::Tenant]);
            }
            Target::Named(_) | Target::Hedge(_) => {}
        }
    }

    /// What orders the members of pools.
    fn picks(&mut self) {
        for pool in &self.policy.pools {
            match pool.pick {
                Pick::Sticky(fact) => {
                    self.fact(fact, None);
                    self.builtins([Builtin::Tenant]);
                }
                Pick::Cheapest => self.builtins([Builtin::Tokens, Builtin::MaxTokens]),
                _ => {}
            }
        }
    }

    /// What the check of targets against a request reads, where a target can fail it.
    fn capabilities(&mut self) {
        let routed = routed_models(self.policy);
        let models = || routed.iter().filter_map(|id| self.policy.model(*id));
        let (can, context) = (
            models().any(|model| model.can.is_some()),
            models().any(|model| model.context.is_some()),
        );
        if can {
            self.builtins([Builtin::Tools, Builtin::Images, Builtin::Json, Builtin::Api]);
        }
        if context {
            self.builtins([Builtin::Tokens]);
        }
    }
}

/// The models that a request can be sent to.
fn routed_models(policy: &Policy) -> BTreeSet<ModelId> {
    let mut routed = BTreeSet::new();
    for route in &policy.routes {
        let RouteAction::Send(routing) = &route.action else {
            continue;
        };
        if let Target::Requested(_) = &routing.target {
            routed.extend(policy.all_named().flat_map(|named| policy.members(named)));
        }
        let target = routing.target.choices().into_iter();
        routed.extend(target.flat_map(|choice| policy.members(choice.named)));
        let fallbacks = routing.fallbacks.iter().flat_map(|fallback| &fallback.choices);
        routed.extend(fallbacks.flat_map(|choice| policy.members(choice.named)));
        routed.extend(routing.shadow.map(|shadow| shadow.model));
    }
    routed
}

/// The fact and the key, where an expression reads a map fact by a literal key only.
fn keyed(expression: &Expression) -> Option<(FactId, &str)> {
    let (map, key) = match &expression.kind {
        ExpressionKind::Has { map, key } => return Some((fact(map)?, key)),
        ExpressionKind::Entry { map, key } => (map, key),
        ExpressionKind::Binary {
            operator: BinaryOperator::In,
            left,
            right,
        } => (right, left),
        _ => return None,
    };
    match &key.kind {
        ExpressionKind::Literal(Literal::String(key)) => Some((fact(map)?, key)),
        _ => None,
    }
}

fn fact(expression: &Expression) -> Option<FactId> {
    match &expression.kind {
        ExpressionKind::Fact(fact) => Some(*fact),
        _ => None,
    }
}
