//! Failure classes, timeouts and defaults.

use super::*;
use std::time::Duration;

#[test]
fn timeout_stands_for_all_four() {
    let set = ClassSet::from_name("timeout");
    assert_eq!(set.iter().count(), 4);
    assert!(set.contains(FailureClass::TimeoutIdle) && !set.contains(FailureClass::Connect));
    assert!(ClassSet::from_name("time").is_empty());
}

#[test]
fn the_narrower_timeout_wins() {
    let second = Some(Duration::from_secs(1));
    let narrow = Timeouts {
        idle: second,
        ..Timeouts::default()
    };
    let merged = narrow.over(Defaults::default().timeouts);
    assert_eq!(merged.idle, second);
    assert_eq!(merged.total, Some(Duration::from_secs(600)));
}

#[test]
fn a_walk_sees_every_part_in_order() {
    use crate::cel::{BinaryOperator, Literal};
    use crate::facts::Builtin;
    let span = crate::source::Span::new(crate::source::SourceMap::new().add("p", ""), 0, 0);
    let part = |kind, ty| Expression { kind, ty, span };
    let condition = part(
        ExpressionKind::Not(Box::new(part(
            ExpressionKind::Binary {
                operator: BinaryOperator::Less,
                left: Box::new(part(ExpressionKind::Fact(Builtin::Tokens.into()), Type::Int)),
                right: Box::new(part(ExpressionKind::Literal(Literal::Int(5)), Type::Int)),
            },
            Type::Bool,
        ))),
        Type::Bool,
    );
    let mut seen = Vec::new();
    condition.walk(&mut |part| seen.push(part.ty.to_string()));
    assert_eq!(seen, ["bool", "bool", "int", "int"]);
}

#[test]
fn globs_are_anchored() {
    for (glob, text, fits) in [
        ("gpt-4o-*", "gpt-4o-2024", true),
        ("gpt-4o-*", "gpt-4o", false),
        ("*", "", true),
        ("a*a", "a", false),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c", false),
        ("plain", "plain", true),
        ("plain", "plainer", false),
    ] {
        assert_eq!(glob_fits(glob, text), fits, "{glob} {text}");
    }
}

#[test]
fn an_exact_name_wins_over_a_glob() {
    let pool = |name: &str, serves: &[&str], globs: &[&str]| Pool {
        name: name.to_owned(),
        pick: Pick::First,
        members: Vec::new(),
        serves: serves.iter().map(|name| (*name).to_owned()).collect(),
        serves_globs: globs.iter().map(|name| (*name).to_owned()).collect(),
        span: crate::source::Span::new(crate::source::SourceMap::new().add("a", ""), 0, 0),
    };
    let pools = vec![pool("wide", &[], &["gpt-*"]), pool("narrow", &["gpt-4o"], &[])];
    let policy = Policy {
        served: Served::new(&[], &pools),
        pools,
        ..Policy::default()
    };
    assert_eq!(policy.requested("gpt-4o"), Some(Named::Pool(PoolId(1))));
    assert_eq!(policy.requested("gpt-5"), Some(Named::Pool(PoolId(0))));
    assert_eq!(policy.requested("llama"), None);
    assert!(policy.served.reaches(Named::Pool(PoolId(1))) && !policy.served.reaches(Named::Pool(PoolId(2))));
}
