//! One random condition over random facts, evaluated natively and by the interpreter.

use crate::expressions::Choices;
use pointsman::facts::Register;
use pointsman::model::{
    Denial, Guard, GuardEffect, GuardId, Let, Model, ModelId, Policy, Protocol, Provider, ProviderId, Route,
    RouteAction, RouteId, Timeouts,
};
use pointsman::quantity::TokenPrice;
use pointsman::source::{SourceMap, Span};
use pointsman::tree::{PolicyHash, Tree};

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
        timeouts: Timeouts::default(),
        span: span(),
    }
}

/// Draws `let`s, a condition and facts, and compares the two ways of evaluating it.
pub(crate) fn check(bytes: &[u8], in_require: bool) {
    let mut choices = Choices::new(bytes);
    let lets = (0..3)
        .map(|index| Let {
            name: format!("let_{index}"),
            value: choices.binding(),
            span: span(),
        })
        .collect();
    choices.in_require(in_require);
    let condition = choices.truth(4);
    let facts = choices.facts(&Register::new());
    let refusal = Denial {
        status: 403,
        message: String::new(),
    };
    let policy = Policy {
        lets,
        providers: vec![provider()],
        models: vec![model()],
        guards: vec![Guard {
            name: "random".to_owned(),
            when: None,
            effects: in_require
                .then(|| GuardEffect::Require(condition.clone()))
                .into_iter()
                .collect(),
            span: span(),
        }],
        routes: vec![Route {
            name: "random".to_owned(),
            when: (!in_require).then(|| condition.clone()),
            action: RouteAction::Deny(refusal),
            span: span(),
        }],
        ..Policy::default()
    };
    let tree = Tree::new(policy, SourceMap::new(), PolicyHash::of([])).expect("a condition within bounds");
    let (native, traced, target) = if in_require {
        let native = tree.guard_allows(GuardId(0), &facts, ModelId(0));
        (
            native,
            tree.trace_require(GuardId(0), &facts, ModelId(0)),
            Some(ModelId(0)),
        )
    } else {
        let native = tree.route_matches(RouteId(0), &facts);
        (native, tree.trace_route(RouteId(0), &facts), None)
    };
    let interpreted = tree.interpret(&condition, &facts, target);
    assert_eq!(
        Ok(native),
        interpreted,
        "{} over {facts:?}",
        tree.text(&condition)
    );
    assert_eq!(native, traced.outcome);
    assert!(traced.parts.iter().any(|part| part.outcome.is_some()));
}
