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
