//! Exact tallies and the rendered report. Mapping stands in `mapped`. Whole replays stand in `whole`.

mod batches;
mod conditions;
mod estimates;
mod failures;
mod groups;
mod laws;
mod mapped;
mod off_policy;
mod scan;
mod waits;
mod whole;

use super::example::Example;
use super::history::Answer;
use super::seed::seed_of;
use super::tally::{Ended, Entry, Tally};
use super::transitions::Change;
use super::*;
use crate::facts::Timestamp;
use crate::model::{GuardId, ModelId, RouteId};
use crate::quantity::Cost;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn a_seed_is_the_records_own() {
    assert_eq!(seed_of(b"{}"), seed_of(b"{}"));
    assert_ne!(seed_of(b"{\"n\":1}"), seed_of(b"{\"n\":2}"));
    // Part of what a replay of foreign traffic shows: it stays the same in every version.
    assert_eq!(seed_of(b""), 0x24fb_90e3_b201_aa88);
    assert_eq!(seed_of(b"{\"tokens\":7}"), 0x8d6e_4509_b765_492a);
    let zeros: std::collections::BTreeSet<u64> = (0..20).map(|length| seed_of(&vec![0; length])).collect();
    assert_eq!(zeros.len(), 20);
}

fn report() -> Report {
    let end = |route: &str, target: &str| End {
        route: Some(route.to_owned()),
        target: Some(target.to_owned()),
        ..End::default()
    };
    Report {
        records: 1_234_567,
        unreadable: 2,
        other_kind: 4,
        changed: 1201,
        unpriced: 3,
        estimated: 7,
        outcomes: Outcomes {
            baseline: Endings {
                answered: 1_234_000,
                failed: 567,
                ..Endings::default()
            },
            candidate: Endings {
                answered: 1_234_560,
                failed: 7,
                ..Endings::default()
            },
        },
        cost: CostChange {
            baseline: Cost::parse_dollars("1234.5000001"),
            candidate: Cost::parse_dollars("1000"),
            delta: Cost::parse_dollars("-234.5000001"),
        },
        routes: vec![
            RouteLine {
                route: "cheap".to_owned(),
                records: 1_234_000,
                baseline: Cost::parse_dollars("1000"),
                candidate: Cost::parse_dollars("999.9"),
                delta: Cost::parse_dollars("-0.1"),
            },
            RouteLine {
                route: "default".to_owned(),
                records: 0,
                baseline: Some(Cost::ZERO),
                candidate: Some(Cost::ZERO),
                delta: Some(Cost::ZERO),
            },
        ],
        targets: vec![TargetLine {
            target: "small".to_owned(),
            records: 1_234_000,
            input_tokens: 123_456_789_012,
            output_tokens: 42,
            candidate: None,
        }],
        tenants: vec![
            TenantLine {
                tenant: String::new(),
                records: 1_234_000,
                changed: 1,
                cost: CostChange::default(),
            },
            TenantLine {
                tenant: "acme".to_owned(),
                records: 567,
                changed: 567,
                cost: CostChange {
                    baseline: Cost::parse_dollars("1"),
                    candidate: Cost::parse_dollars("0.5"),
                    delta: Cost::parse_dollars("-0.5"),
                },
            },
        ],
        transitions: vec![
            Transition {
                from: end("default", "large"),
                to: end("cheap", "small"),
                records: 1200,
                delta: Cost::parse_dollars("-234.5000001"),
                example: Some(TransitionExample {
                    source: "a.jsonl".to_owned(),
                    line: 3,
                    id: Some("r-1".to_owned()),
                    facts: serde_json::Map::from_iter([("tokens".to_owned(), 812.into())]),
                    before: Some("route default: large\n\nfacts\n  tokens  812\n".to_owned()),
                    after: "route cheap: small\n".to_owned(),
                }),
                further: vec![],
            },
            Transition {
                from: End::default(),
                to: End {
                    denied: Some("suspended".to_owned()),
                    ..End::default()
                },
                records: 1,
                delta: None,
                example: None,
                further: vec![],
            },
        ],
        unreached: vec!["default".to_owned(), "old".to_owned()],
        missing: BTreeMap::from([("tier".to_owned(), 1_234_567), ("user".to_owned(), 12)]),
        agreement: None,
        unreadable_lines: vec![UnreadableLine {
            source: "a.jsonl".to_owned(),
            line: 17,
            reason: "no JSON object: EOF while parsing a value at column 1".to_owned(),
        }],
        ..Report::default()
    }
}

#[test]
fn the_report_for_people() {
    insta::assert_snapshot!(report().to_text());
}

#[test]
fn the_report_for_people_says_agreement_without_a_baseline() {
    let report = Report {
        agreement: Some(1.0),
        records: 3,
        changed: 0,
        unreadable: 0,
        other_kind: 0,
        unpriced: 0,
        estimated: 0,
        missing: BTreeMap::new(),
        transitions: vec![],
        unreached: vec![],
        unreadable_lines: vec![],
        ..report()
    };
    insta::assert_snapshot!(report.to_text());
}

#[test]
fn the_report_for_programs() {
    insta::assert_snapshot!(report().to_json());
}

#[derive(Clone, Debug)]
struct Counted {
    change: Option<(u8, u8)>,
    route: Option<u32>,
    cost: [Option<u64>; 2],
    tokens: Option<u64>,
    present: [bool; 2],
    line: u64,
    moment: i64,
    unreadable: bool,
}

fn counted() -> impl Strategy<Value = Counted> {
    (
        proptest::option::of((0u8..3, 0u8..3)),
        proptest::option::of(0u32..4),
        proptest::array::uniform2(proptest::option::of(any::<u64>())),
        proptest::option::of(any::<u64>()),
        any::<[bool; 2]>(),
        0u64..1000,
        prop_oneof![0i64..7_200, 0i64..2_000_000, -1_000_000_000i64..9_000_000_000],
        proptest::bool::weighted(0.2),
    )
        .prop_map(
            |(change, route, cost, tokens, present, line, moment, unreadable)| Counted {
                change,
                route,
                cost,
                tokens,
                present,
                line,
                moment,
                unreadable,
            },
        )
}

fn tally(records: &[Counted]) -> Tally {
    let mut tally = Tally::new(3, 3, 3, 2);
    let targets = ["large", "small"];
    let answer = |tokens: u64| Answer {
        input: tokens % 7_000,
        output: tokens,
        took: Some(tokens >> 20).filter(|took| took % 2 == 0),
        first_token: None,
    };
    for record in records {
        let place = Place {
            source: 0,
            line: record.line,
        };
        if record.unreadable {
            tally.unreadable(place, "broken".to_owned());
            continue;
        }
        if record.line % 97 == 0 {
            tally.undecided_at(place);
        }
        // Some moves are told by numbers too, which stand for the names.
        let change = |(from, to): (u8, u8)| match record.line % 2 {
            0 => Change::Ends([from, to].map(|at| (Some(RouteId(at.into())), Some(ModelId(at.into()))))),
            _ => Change::Other,
        };
        let end = |at: u8| End {
            route: Some(format!("r{at}")),
            ..End::default()
        };
        let cost = |cost: Option<u64>| cost.map(|cost| Cost::from_picodollars(i128::from(cost)));
        let guards: Vec<GuardId> = record.route.map(GuardId).into_iter().collect();
        let entry = Entry {
            change: record.change.map(change),
            estimated: record.line % 2 == 0,
            endings: (record.line % 3 == 0).then_some((Ended::Failed, Ended::Answered)),
            route: record.route.map(RouteId),
            first: record.route.map(ModelId),
            target: record.route.map(ModelId),
            tenant: ["", "acme", "globex"][(record.line % 3) as usize],
            ts: Timestamp::new(record.moment, 0),
            guards: &guards,
            input: record.tokens,
            output: record.tokens,
            candidate_cost: cost(record.cost[0]),
            baseline_cost: cost(record.cost[1]),
            answer: record
                .tokens
                .map(|tokens| (targets[(record.line % 2) as usize], answer(tokens))),
            outlooks: None,
            observed: None,
            present: &record.present,
        };
        let ends = || {
            let (from, to) = record.change.unwrap_or_default();
            (end(from), end(to))
        };
        tally.add(entry, place, ends, |_| Example {
            place,
            id: None,
            facts: serde_json::Map::new(),
            before: None,
            after: record.line.to_string(),
        });
    }
    tally
}

proptest! {
    #[test]
    fn however_records_are_split_the_tally_is_the_same(
        records in proptest::collection::vec(counted(), 0..60),
        cuts in proptest::collection::vec(0usize..60, 0..5),
        backwards in any::<bool>(),
    ) {
        let whole = tally(&records);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(records.len())).collect();
        cuts.extend([0, records.len()]);
        cuts.sort_unstable();
        let mut parts: Vec<Tally> = cuts.windows(2).map(|cut| tally(&records[cut[0]..cut[1]])).collect();
        if backwards {
            parts.reverse();
        }
        let left = parts.iter().cloned().reduce(Tally::merge).unwrap();
        let right = parts.into_iter().rev().reduce(|later, earlier| earlier.merge(later)).unwrap();
        prop_assert_eq!(&left, &whole);
        prop_assert_eq!(&right, &whole);
        prop_assert_eq!(Tally::new(3, 3, 3, 2).merge(left), whole);
    }
}

/// So many records, of which each goes from one of 13 ends to one of `ends`.
fn moving(ends: u64) -> Vec<Counted> {
    let record = |line: u64| Counted {
        change: Some(((line % 13) as u8, (line % ends) as u8)),
        route: None,
        cost: [None, None],
        tokens: None,
        present: [true, true],
        line,
        moment: 0,
        unreadable: false,
    };
    (0..900).map(record).collect()
}

#[test]
fn examples_are_few_where_transitions_are_many_whatever_comes_first() {
    for (ends, transitions, kept) in [(1, 13, 10), (7, 91, 3)] {
        let records = moving(ends);
        let whole = tally(&records);
        assert_eq!(whole.transitions.iter().count(), transitions);
        assert!(
            whole
                .transitions
                .iter()
                .all(|(_, moved)| moved.examples.len() == kept)
        );
        let parts = || records.chunks(70).map(tally);
        assert_eq!(parts().reduce(Tally::merge).unwrap(), whole);
        assert_eq!(parts().rev().reduce(Tally::merge).unwrap(), whole);
    }
}
