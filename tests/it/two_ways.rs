//! One random condition over random facts, evaluated natively and by the interpreter.

use crate::expressions::{Choices, Place};
use pointsman::facts::{Builtin, Facts, Register};
use pointsman::model::{
    Assert, AssertId, Assume, AssumeId, Denial, Expression, Guard, GuardEffect, GuardId, Let, Model, ModelId,
    Policy, Protocol, Provider, ProviderId, Route, RouteAction, RouteId, Timeouts,
};
use pointsman::quantity::TokenPrice;
use pointsman::source::{SourceMap, Span};
use pointsman::tree::{Attempt, ConditionTrace, PolicyHash, Tree};

fn span() -> Span {
    Span::new(SourceMap::new().add("random.policy", ""), 0, 0)
}

fn provider() -> Provider {
    Provider {
        name: "vllm".to_owned(),
        protocol: Protocol::OpenAi,
        url: String::new(),
        credential: None,
        headers: Vec::new(),
        forward: Vec::new(),
        region: None,
        tags: Vec::new(),
        timeouts: Timeouts::default(),
        breaker: None,
        check: None,
        span: span(),
    }
}

fn model() -> Model {
    let price = TokenPrice::parse_dollars_per_million("0.15").expect("a price");
    Model {
        name: "gold".to_owned(),
        provider: ProviderId(0),
        upstream_name: "a".to_owned(),
        serves: Vec::new(),
        serves_globs: Vec::new(),
        context: Some(9000),
        max_output: None,
        price: Some(pointsman::model::Price {
            input: price,
            cached: None,
            cache_write: None,
            output: price,
        }),
        region: Some("free".to_owned()),
        tags: vec!["a".to_owned(), "gold".to_owned()],
        can: Some(Vec::new()),
        vectors: None,
        timeouts: Timeouts::default(),
        breaker: None,
        span: span(),
    }
}

/// Draws `let`s, a condition that stands at a place, and facts, and compares the two ways of evaluating it.
pub(crate) fn check(bytes: &[u8], place: Place) {
    let mut choices = Choices::new(bytes);
    let lets = (0..3)
        .map(|index| Let {
            name: format!("let_{index}"),
            value: choices.binding(),
            span: span(),
        })
        .collect();
    choices.stand(place);
    let condition = choices.truth(4);
    let facts = choices.facts(&Register::new());
    let policy = Policy {
        lets,
        providers: vec![provider()],
        models: vec![model()],
        ..standing(place, &condition)
    };
    let tree = Tree::new(policy, SourceMap::new(), PolicyHash::of([])).expect("a condition within bounds");
    let fallbacks: Vec<String> = facts.list(Builtin::Tags.into()).to_vec();
    let attempt = Attempt {
        target: ModelId(0),
        position: facts.int(Builtin::Tools.into()),
        fallbacks: &fallbacks,
    };
    let native = native(&tree, place, &facts, attempt);
    let traced = traced(&tree, place, &facts, attempt);
    let interpreted = match place {
        Place::Route | Place::Assume => tree.interpret(&condition, &facts, None),
        Place::Require => tree.interpret(&condition, &facts, Some(ModelId(0))),
        Place::Assert => tree.interpret_attempt(&condition, &facts, attempt),
    };
    assert_eq!(
        Ok(native),
        interpreted,
        "{} over {facts:?}",
        tree.text(&condition)
    );
    assert_eq!(native, traced.outcome);
    assert!(traced.parts.iter().any(|part| part.outcome.is_some()));
}

/// The condition as the tree evaluates it.
fn native(tree: &Tree, place: Place, facts: &Facts, attempt: Attempt<'_>) -> bool {
    match place {
        Place::Route => tree.route_matches(RouteId(0), facts),
        Place::Require => tree.guard_allows(GuardId(0), facts, attempt.target),
        Place::Assert => tree.assert_holds(AssertId(0), facts, attempt),
        Place::Assume => tree.assume_holds(AssumeId(0), facts),
    }
}

fn traced(tree: &Tree, place: Place, facts: &Facts, attempt: Attempt<'_>) -> ConditionTrace {
    match place {
        Place::Route => tree.trace_route(RouteId(0), facts),
        Place::Require => tree.trace_require(GuardId(0), facts, attempt.target),
        Place::Assert => tree.trace_assert(AssertId(0), facts, attempt),
        Place::Assume => tree.trace_assume(AssumeId(0), facts),
    }
}

/// A policy with the condition at its place, and no other.
fn standing(place: Place, condition: &Expression) -> Policy {
    let name = || "random".to_owned();
    let at = |wanted: Place| (place == wanted).then(|| condition.clone());
    Policy {
        guards: vec![Guard {
            name: name(),
            when: None,
            effects: at(Place::Require).map(GuardEffect::Require).into_iter().collect(),
            span: span(),
        }],
        routes: vec![Route {
            name: name(),
            when: at(Place::Route),
            action: RouteAction::Deny(Denial {
                status: 403,
                message: String::new(),
            }),
            span: span(),
        }],
        asserts: at(Place::Assert)
            .map(|that| Assert {
                name: name(),
                when: None,
                that,
                span: span(),
            })
            .into_iter()
            .collect(),
        assumes: at(Place::Assume)
            .map(|that| Assume {
                name: name(),
                that,
                span: span(),
            })
            .into_iter()
            .collect(),
        ..Policy::default()
    }
}
