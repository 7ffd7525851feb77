//! Propensities in records.

use super::super::*;
use super::EXAMPLE;
use crate::decide::tests::fixture::Fixture;
use crate::decide::{NoOrders, decide};
use crate::facts::{Builtin, Value};
use crate::quantity::Probability;
use std::borrow::Cow;

#[test]
fn a_propensity_is_an_exact_fraction() {
    let line = EXAMPLE.replace(
        r#","attempts""#,
        r#","propensity":"1/4","arms":{"gpt-mini":"1/4","llama-eu":"3/4"},"attempts""#,
    );
    let record = Record::parse(line.as_bytes()).unwrap();
    assert_eq!(record.propensity.taken, Probability::new(1, 4));
    assert_eq!(
        record.propensity.arms[1],
        (Cow::Borrowed("llama-eu"), Probability::new(3, 4).unwrap())
    );
    assert_eq!(record.to_line(), line);
    for (wrong, right) in [("\"0\"", "\"1/4\",\"arms\""), ("\"5/4\"", "\"1/4\",\"arms\"")] {
        let line = line.replace(right, &format!("{wrong},\"arms\""));
        let error = Record::parse(line.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("the field `propensity`"), "{error}");
    }
}

#[test]
fn a_decision_says_with_what_probability_it_was_drawn() {
    let mut fixture = Fixture::new();
    for name in ["a", "b"] {
        fixture.model(name, "eu");
    }
    fixture.last_route(fixture.split(&[("a", "25"), ("b", "75")]), &[]);
    let tree = fixture.tree();
    let recorded = |user: &str| {
        let facts = fixture.facts(&[(Builtin::User, Value::String(user.to_owned()))]);
        let decision = decide(&tree, &facts, 1, &mut NoOrders);
        let propensity = RecordedPropensity::of(&tree, &facts, &decision);
        (
            RecordedDecision::of(&tree, &decision).targets[0].to_string(),
            propensity,
        )
    };
    let drawn: Vec<_> = (0..20).map(|user| recorded(&user.to_string())).collect();
    for (target, propensity) in &drawn {
        let arms: Vec<String> = propensity
            .arms
            .iter()
            .map(|(name, probability)| format!("{name} {probability}"))
            .collect();
        assert_eq!(arms, ["a 1/4", "b 3/4"]);
        let taken = if target == "a" { "1/4" } else { "3/4" };
        assert_eq!(propensity.taken.unwrap().to_string(), taken);
    }
    assert!(drawn.iter().any(|(target, _)| target == "a") && drawn.iter().any(|(target, _)| target == "b"));
}
