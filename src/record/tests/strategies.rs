//! Records of any kind, to be written and read back.

use super::super::*;
use crate::facts::{Demand, Demands, Timestamp};
use crate::quantity::{Cost, Probability};
use proptest::prelude::*;
use std::borrow::Cow;

fn text() -> impl Strategy<Value = Cow<'static, str>> {
    prop_oneof!["[a-z]{0,6}", "\\PC{0,6}", Just("\"\\\n\u{0}é".to_owned())].prop_map(Cow::Owned)
}

fn value() -> impl Strategy<Value = RecordedValue<'static>> {
    prop_oneof![
        Just(RecordedValue::Null),
        any::<bool>().prop_map(RecordedValue::Bool),
        any::<i64>().prop_map(RecordedValue::Int),
        text().prop_map(RecordedValue::String),
        prop::collection::vec(text(), 0..3).prop_map(RecordedValue::List),
        prop::collection::vec((text(), text()), 0..3).prop_map(RecordedValue::Map),
    ]
}

fn decision() -> impl Strategy<Value = RecordedDecision<'static>> {
    let names = || prop::collection::vec(text(), 0..3);
    let skip = (text(), text()).prop_map(|(target, why)| RecordedSkip { target, why });
    (
        (
            prop::option::of(text()),
            names(),
            names(),
            prop::option::of(text()),
        ),
        prop::collection::vec(skip, 0..2),
        (prop::option::of(text()), prop::option::of(any::<u16>())),
        (
            prop::option::of(text()),
            prop::option::of(prop::option::of(any::<i64>())),
        ),
    )
        .prop_map(
            |((route, targets, guards, shadow), skipped, (denied, status), (error, max_tokens))| {
                RecordedDecision {
                    route,
                    targets,
                    shadow,
                    guards,
                    skipped,
                    denied,
                    status,
                    error,
                    max_tokens,
                }
            },
        )
}

fn attempt() -> impl Strategy<Value = RecordedAttempt<'static>> {
    let number = || prop::option::of(any::<u64>());
    (
        text(),
        prop::option::of(any::<u16>()),
        prop::option::of(text()),
        number(),
        number(),
        any::<bool>(),
    )
        .prop_map(
            |(target, status, class, first_token_ms, ms, cancelled)| RecordedAttempt {
                target,
                status,
                class,
                first_token_ms,
                ms,
                cancelled,
            },
        )
}

fn tokens([input, cached, cache_write, output]: [u64; 4]) -> Usage {
    Usage {
        input,
        cached,
        cache_write,
        output,
    }
}

fn shadow() -> impl Strategy<Value = RecordedShadow<'static>> {
    (
        attempt(),
        prop::option::of(text()),
        prop::option::of(any::<[u64; 4]>()),
        prop::option::of(any::<i64>()),
    )
        .prop_map(|(attempt, passed_over, usage, cost)| RecordedShadow {
            attempt,
            passed_over,
            usage: usage.map(tokens),
            cost_usd: cost.map(|cost| Cost::from_picodollars(cost.into())),
        })
}

fn outcome() -> impl Strategy<Value = RecordedOutcome> {
    prop::sample::select(vec![
        RecordedOutcome::Ok,
        RecordedOutcome::Denied,
        RecordedOutcome::Failed,
        RecordedOutcome::Truncated,
        RecordedOutcome::ClientClosed,
        RecordedOutcome::Damaged,
    ])
}

prop_compose! {
    fn propensity()(
        taken in prop::option::of(1u64..9),
        arms in prop::collection::vec((text(), 0u64..=9), 0..3),
    ) -> RecordedPropensity<'static> {
        let of = |part| Probability::new(part, 9).unwrap();
        RecordedPropensity {
            taken: taken.map(of),
            arms: arms.into_iter().map(|(target, part)| (target, of(part))).collect(),
        }
    }
}

prop_compose! {
    pub(super) fn record()(
        (milliseconds, id, policy) in (
            prop::option::of(-10_000_000_000_i64..10_000_000_000_000),
            prop::option::of(text()),
            prop::option::of(text()),
        ),
        seed in prop::option::of(any::<u64>()),
        orders in prop::collection::vec((text(), prop::collection::vec(text(), 0..3)), 0..2),
        facts in prop::collection::vec((text(), value()), 0..5),
        prompted in prop::collection::vec((text(), any::<bool>()), 0..3),
        (decision, attempts) in (prop::option::of(decision()), prop::collection::vec(attempt(), 0..3)),
        propensity in propensity(),
        shadow in prop::option::of(shadow()),
        outcome in prop::option::of(outcome()),
        usage in prop::option::of(any::<[u64; 4]>()),
        cost in prop::option::of(any::<i64>()),
        hold_exceeded in any::<bool>(),
    ) -> Record<'static> {
        Record {
            ts: milliseconds.and_then(Timestamp::from_milliseconds),
            id,
            policy,
            seed,
            orders,
            facts: RecordedFacts::new(facts),
            demands: Demands::from_iter([Demand::Choices]),
            prompted,
            decision,
            propensity,
            attempts,
            shadow,
            passed_over: vec![RecordedPass {
                target: Cow::Borrowed("b"),
                class: Some(Cow::Borrowed("connect")),
            }],
            outcome,
            usage: usage.map(tokens),
            cost_usd: cost.map(|cost| Cost::from_picodollars(cost.into())),
            hold_exceeded,
        }
    }
}
