//! Policies built by hand, so that decisions are tested without parser and checker.

use crate::cel::{BinaryOperator, Literal};
use crate::facts::{Builtin, FactId, Facts, Value};
use crate::model::{
    Assume, Capability, Choice, Denial, Expression, ExpressionKind, Fallback, Guard, GuardEffect, Model,
    ModelId, Named, Pick, Policy, Pool, Protocol, Provider, ProviderId, Route, RouteAction, Routing, Split,
    SplitArm, SplitKey, Target, TargetAttribute, Timeouts, Type,
};
use crate::quantity::Share;
use crate::source::{SourceMap, Span};
use crate::tree::{PolicyHash, Tree};

/// A policy in the making.
pub(crate) struct Fixture {
    pub(crate) policy: Policy,
    sources: SourceMap,
    span: Span,
}

impl Fixture {
    /// One provider, nothing else.
    pub(crate) fn new() -> Self {
        Self::with_text("")
    }

    /// One provider, and a text in which guards, routes and conditions find their places; what does not stand there
    /// is at its start.
    pub(crate) fn with_text(text: &str) -> Self {
        let mut sources = SourceMap::new();
        let span = Span::new(sources.add("test.policy", text), 0, 0);
        let provider = Provider {
            name: "local".to_owned(),
            protocol: Protocol::OpenAi,
            url: "http://localhost".to_owned(),
            credential: None,
            headers: Vec::new(),
            forward: Vec::new(),
            region: None,
            tags: Vec::new(),
            timeouts: Timeouts::default(),
            breaker: None,
            check: None,
            span,
        };
        Fixture {
            policy: Policy {
                providers: vec![provider],
                ..Policy::default()
            },
            sources,
            span,
        }
    }

    fn place(&self, text: &str) -> Span {
        let file = self.sources.file(self.span.file).unwrap();
        file.text().find(text).map_or(self.span, |start| {
            Span::new(self.span.file, start, start + text.len())
        })
    }

    /// A model of this name and region, without limits.
    pub(crate) fn model(&mut self, name: &str, region: &str) -> &mut Model {
        self.policy.models.push(Model {
            name: name.to_owned(),
            provider: ProviderId(0),
            upstream_name: name.to_owned(),
            serves: vec![name.to_owned()],
            serves_globs: Vec::new(),
            context: None,
            max_output: None,
            price: None,
            region: Some(region.to_owned()),
            tags: Vec::new(),
            can: None,
            vectors: None,
            timeouts: Timeouts::default(),
            breaker: None,
            span: self.span,
        });
        self.policy.models.last_mut().unwrap()
    }

    /// A model with a window and abilities.
    pub(crate) fn limited(&mut self, name: &str, context: u64, can: &[Capability]) {
        let model = self.model(name, "us");
        model.context = Some(context);
        model.can = Some(can.to_vec());
    }

    /// A pool of models by name and weight.
    pub(crate) fn pool(&mut self, name: &str, pick: Pick, members: &[(&str, u32)]) {
        let members = members
            .iter()
            .map(|(member, weight)| (self.id(member), *weight))
            .collect();
        self.policy.pools.push(Pool {
            name: name.to_owned(),
            pick,
            members,
            serves: vec![name.to_owned()],
            serves_globs: Vec::new(),
            span: self.span,
        });
    }

    /// An assumption.
    pub(crate) fn assume(&mut self, name: &str, that: Expression) {
        let span = self.place(&format!("assume {name}"));
        self.policy.assumes.push(Assume {
            name: name.to_owned(),
            that,
            span,
        });
    }

    /// A guard.
    pub(crate) fn guard(&mut self, name: &str, when: Option<Expression>, effects: Vec<GuardEffect>) {
        let span = self.place(&format!("guard {name}"));
        self.policy.guards.push(Guard {
            name: name.to_owned(),
            when,
            effects,
            span,
        });
    }

    /// A route.
    pub(crate) fn route(&mut self, name: &str, when: Option<Expression>, action: RouteAction) {
        let span = self.place(&format!("route {name}"));
        self.policy.routes.push(Route {
            name: name.to_owned(),
            when,
            action,
            span,
        });
    }

    /// The last route: a target and fallback clauses of names, each with its classes.
    pub(crate) fn last_route(&mut self, target: Target, fallbacks: &[&[&str]]) {
        let action = self.send(target, fallbacks);
        self.route("default", None, action);
    }

    /// Sending to a target, with fallback clauses that take the defaults' classes.
    pub(crate) fn send(&self, target: Target, fallbacks: &[&[&str]]) -> RouteAction {
        let fallbacks = fallbacks
            .iter()
            .map(|names| Fallback {
                choices: names.iter().map(|name| self.choice(name)).collect(),
                on: None,
                span: self.span,
            })
            .collect();
        RouteAction::Send(Box::new(Routing {
            target,
            fallbacks,
            shadow: None,
            retry: None,
            timeouts: Timeouts::default(),
            commit: None,
            attempts: None,
            content: None,
        }))
    }

    /// A model or pool as target.
    pub(crate) fn to(&self, name: &str) -> Target {
        Target::Named(self.choice(name))
    }

    /// What the client asked for as target.
    pub(crate) fn requested(&self) -> Target {
        Target::Requested(self.span)
    }

    /// A split by user.
    pub(crate) fn split(&self, arms: &[(&str, &str)]) -> Target {
        Target::Split(Split {
            by: SplitKey::Fact(Builtin::User.into()),
            arms: arms
                .iter()
                .map(|(name, share)| SplitArm {
                    choice: self.choice(name),
                    share: Share::parse_percent(share).unwrap(),
                })
                .collect(),
            span: self.span,
        })
    }

    fn choice(&self, name: &str) -> Choice {
        Choice {
            named: self.policy.find_named(name).unwrap(),
            span: self.span,
        }
    }

    /// The model of this name.
    pub(crate) fn id(&self, name: &str) -> ModelId {
        match self.policy.find_named(name) {
            Some(Named::Model(id)) => id,
            other => panic!("`{name}` is no model: {other:?}"),
        }
    }

    /// `fact == "text"`.
    pub(crate) fn is(&self, fact: Builtin, text: &str) -> Expression {
        self.equal(ExpressionKind::Fact(FactId::from(fact)), text)
    }

    /// `require target.region == "region"`.
    pub(crate) fn only_region(&self, region: &str) -> GuardEffect {
        let kind = ExpressionKind::Target(TargetAttribute::Region);
        GuardEffect::Require(Expression {
            span: self.place(&format!("target.region == {region:?}")),
            ..self.equal(kind, region)
        })
    }

    fn equal(&self, kind: ExpressionKind, text: &str) -> Expression {
        let of = |kind, ty| Expression {
            kind,
            ty,
            span: self.span,
        };
        let literal = ExpressionKind::Literal(Literal::String(text.to_owned()));
        let kind = ExpressionKind::Binary {
            operator: BinaryOperator::Equal,
            left: Box::new(of(kind, Type::String)),
            right: Box::new(of(literal, Type::String)),
        };
        of(kind, Type::Bool)
    }

    /// The tree.
    pub(crate) fn tree(&self) -> Tree {
        let hash = PolicyHash::of([b"test".as_slice()]);
        Tree::new(self.policy.clone(), self.sources.clone(), hash).unwrap()
    }

    /// Facts of this policy.
    pub(crate) fn facts(&self, facts: &[(Builtin, Value)]) -> Facts {
        let mut all = Facts::empty(&self.policy.facts);
        for (fact, value) in facts {
            all.set(FactId::from(*fact), value.clone()).unwrap();
        }
        all
    }
}

/// A text value.
pub(crate) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A denial.
pub(crate) fn deny(status: u16, message: &str) -> Denial {
    Denial {
        status,
        message: message.to_owned(),
    }
}
