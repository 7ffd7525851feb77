//! Laws of replays over random small policies: what was just decided is decided again, and any split of the lines
//! gives the same report.

use super::super::*;
use super::whole::{catalog, read};
use crate::decide::tests::fixture::{Fixture, deny, text};
use crate::decide::{Decision, Orders, decide};
use crate::facts::{Builtin, Facts, Value};
use crate::model::{GuardEffect, ModelId, Pick, PoolId, RouteAction};
use crate::record::{Record, RecordedDecision, RecordedFacts, Usage};
use crate::tree::Tree;
use proptest::prelude::*;
use std::borrow::Cow;

/// Live state of a test: every pool's members turned by so many places.
struct Turned<'t>(&'t Tree, usize);

impl Orders for Turned<'_> {
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        let members = &self.0.policy().pool(pool)?.members;
        let mut order: Vec<_> = members.iter().map(|(model, _)| *model).collect();
        order.rotate_left(self.1 % members.len());
        Some(order)
    }
}

const PICKS: [Pick; 8] = Pick::WORDS;

/// A small policy of any kind: pools of two picks, guards of all effects, routes to a model, a pool, a split, what was
/// asked for, or a denial.
#[derive(Clone, Debug)]
struct Small {
    picks: [usize; 2],
    guards: [bool; 3],
    routes: Vec<(usize, usize)>,
    last: usize,
}

fn small() -> impl Strategy<Value = Small> {
    (
        [0usize..8, 0usize..8],
        any::<[bool; 3]>(),
        proptest::collection::vec((0usize..3, 0usize..6), 0..3),
        0usize..5,
    )
        .prop_map(|(picks, guards, routes, last)| Small {
            picks,
            guards,
            routes,
            last,
        })
}

impl Small {
    fn tree(&self) -> Tree {
        let mut fixture = catalog();
        fixture.pool(
            "first",
            PICKS[self.picks[0]],
            &[("large", 1), ("small", 3), ("free", 2)],
        );
        fixture.pool("second", PICKS[self.picks[1]], &[("free", 1), ("small", 1)]);
        let effects = [
            GuardEffect::Deny(deny(403, "no")),
            fixture.only_region("eu"),
            GuardEffect::MaxTokensAtMost(10),
        ];
        let conditions = [
            (Builtin::Tenant, "initech"),
            (Builtin::Region, "eu"),
            (Builtin::User, "u1"),
        ];
        for (at, effect) in effects.into_iter().enumerate().filter(|(at, _)| self.guards[*at]) {
            let (fact, value) = conditions[at];
            let when = fixture.is(fact, value);
            fixture.guard(&format!("guard-{at}"), Some(when), vec![effect]);
        }
        for (at, (condition, action)) in self.routes.iter().enumerate() {
            let (fact, value) = [
                (Builtin::Tier, "gold"),
                (Builtin::User, "u2"),
                (Builtin::Region, "eu"),
            ][*condition];
            let when = fixture.is(fact, value);
            let action = action_of(&fixture, *action);
            fixture.route(&format!("route-{at}"), Some(when), action);
        }
        let action = action_of(&fixture, self.last);
        fixture.route("default", None, action);
        fixture.tree()
    }
}

fn action_of(fixture: &Fixture, action: usize) -> RouteAction {
    match action {
        0 => fixture.send(fixture.to("large"), &[&["second"]]),
        1 => fixture.send(fixture.to("first"), &[]),
        2 => fixture.send(fixture.split(&[("first", "50"), ("second", "50")]), &[&["large"]]),
        3 => fixture.send(fixture.requested(), &[&["small"]]),
        4 => fixture.send(fixture.to("second"), &[&["first"], &["large"]]),
        _ => RouteAction::Deny(deny(402, "pay")),
    }
}

#[derive(Clone, Debug)]
struct Request {
    facts: [usize; 5],
    seed: u64,
    turn: usize,
    tokens: u64,
}

fn request() -> impl Strategy<Value = Request> {
    (
        [0usize..3, 0usize..3, 0usize..3, 0usize..3, 0usize..4],
        any::<u64>(),
        0usize..3,
        0u64..5000,
    )
        .prop_map(|(facts, seed, turn, tokens)| Request {
            facts,
            seed,
            turn,
            tokens,
        })
}

impl Request {
    fn facts(&self, tree: &Tree) -> Facts {
        let choices: [(Builtin, &[&str]); 5] = [
            (Builtin::Tenant, &["acme", "initech", "anonymous"]),
            (Builtin::Tier, &["gold", "basic", ""]),
            (Builtin::Region, &["eu", "us", ""]),
            (Builtin::User, &["u1", "u2", ""]),
            (Builtin::Requested, &["large", "first", "", "gone"]),
        ];
        let mut facts = Facts::empty(&tree.policy().facts);
        for ((fact, values), choice) in choices.iter().zip(self.facts) {
            facts.set((*fact).into(), text(values[choice])).unwrap();
        }
        let tokens = Value::Int(i64::try_from(self.tokens).unwrap());
        facts.set(Builtin::Tokens.into(), tokens).unwrap();
        facts
    }

    /// The line that a gateway records.
    fn line(&self, tree: &Tree) -> String {
        let facts = self.facts(tree);
        let decision = decide(tree, &facts, self.seed, &mut Turned(tree, self.turn));
        Record {
            seed: Some(self.seed),
            orders: orders(tree, &decision),
            facts: RecordedFacts::of(tree, &facts, &[]),
            decision: Some(RecordedDecision::of(tree, &decision)),
            usage: Some(Usage {
                input: self.tokens,
                cached: self.tokens / 3,
                cache_write: self.tokens / 5,
                output: self.tokens % 97,
            }),
            ..Record::default()
        }
        .to_line()
    }
}

fn orders<'t>(tree: &'t Tree, decision: &Decision) -> Vec<(Cow<'t, str>, Vec<Cow<'t, str>>)> {
    let model = |id: &ModelId| Cow::Borrowed(tree.policy().model(*id).unwrap().name.as_str());
    let orders = decision.orders.iter().map(|(pool, members)| {
        let name = tree.policy().pool(*pool).unwrap().name.as_str();
        (Cow::Borrowed(name), members.iter().map(model).collect())
    });
    orders.collect()
}

proptest! {
    #[test]
    fn replay_agrees(policy in small(), requests in proptest::collection::vec(request(), 1..20)) {
        let tree = policy.tree();
        let lines: Vec<String> = requests.iter().map(|request| request.line(&tree)).collect();
        let replay = Replay::new(&tree, None, &[] as &[&str]).unwrap();
        let report = read(&replay, &lines.join("\n"));
        prop_assert_eq!(report.unreadable, 0);
        prop_assert_eq!(report.records, requests.len() as u64);
        prop_assert_eq!(report.agreement, Some(1.0), "{}", report.to_text());
        prop_assert_eq!(report.estimated, 0);
        prop_assert!(report.missing.is_empty());
        prop_assert!(report.cost.delta.is_none_or(|delta| delta == crate::quantity::Cost::ZERO));
        let same = Replay::new(&tree, Some(&tree), &[] as &[&str]).unwrap();
        prop_assert_eq!(read(&same, &lines.join("\n")).changed, 0);
    }

    #[test]
    fn any_split_of_the_lines_gives_the_same_report(
        old in small(),
        new in small(),
        requests in proptest::collection::vec(request(), 0..40),
        workers in proptest::collection::vec(0usize..3, 40),
        foreign in any::<bool>(),
    ) {
        let (old, new) = (old.tree(), new.tree());
        let lines: Vec<String> = requests.iter().map(|request| request.line(&old)).collect();
        let map: &[&str] = if foreign { &["tier=facts.tier", "tokens=facts.tokens", "output=usage.output"] } else { &[] };
        let lines: Vec<String> = match foreign {
            true => lines.iter().map(|line| line.replace("\"v\":1,", "")).collect(),
            false => lines,
        };
        let replay = Replay::new(&new, (foreign || requests.len() % 2 == 0).then_some(&old), map).unwrap();
        let whole = read(&replay, &lines.join("\n"));
        let mut split: Vec<Worker<'_>> = (0..3).map(|_| Worker::new(&replay)).collect();
        for (at, line) in lines.iter().enumerate() {
            let place = Place { source: 0, line: at as u64 + 1 };
            split[workers[at]].read(&Layout::JsonLines, place, line.as_bytes());
        }
        let merged = split.into_iter().map(Worker::into_tally).reduce(Tally::merge).unwrap();
        let merged = replay.report(merged, &["traffic.jsonl".to_owned()]);
        prop_assert_eq!(merged.to_json(), whole.to_json());
        let moved: u64 = whole.transitions.iter().map(|transition| transition.records).sum();
        prop_assert_eq!(moved, whole.changed);
    }
}
