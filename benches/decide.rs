//! How long one decision takes with the plain reading of 10, 100 and 1,000 rules, the last of which matches; a scan
//! written by hand in Rust over the same rules stands beside it as a yardstick.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "benches stand in the world"
)]

mod rules;

use divan::{Bencher, black_box};
use pointsman::compile::compile_text;
use pointsman::decide::{NoOrders, decide};
use pointsman::facts::{Builtin, Facts, Value};
use pointsman::model::RouteId;
use pointsman::tree::Tree;
use std::time::Instant;

const RULES: [usize; 3] = [10, 100, 1_000];

/// Decisions timed for the ratio.
const ROUNDS: u32 = 20_000;

fn main() {
    for rules in RULES {
        print_ratio(rules);
    }
    divan::main();
}

fn tree(rules: usize) -> Tree {
    let compiled = compile_text(&rules::policy(rules)).unwrap_or_else(|rejected| {
        panic!("{:?}", rejected.diagnostics.first());
    });
    compiled.tree
}

/// Facts that only the last rule's condition matches.
fn facts(tree: &Tree, rules: usize) -> Facts {
    let mut facts = Facts::empty(&tree.policy().facts);
    let values = [
        (Builtin::Tenant, Value::String(format!("t{}", rules - 1))),
        (Builtin::Tokens, Value::Int(812)),
        (
            Builtin::Tags,
            Value::StringList(vec!["vip".to_owned(), "a".to_owned()]),
        ),
    ];
    for (fact, value) in values {
        facts.set(fact.into(), value).expect("a value of the fact's type");
    }
    facts
}

/// What the rules say, written by hand.
struct ByHand {
    tenants: Vec<String>,
}

impl ByHand {
    fn new(rules: usize) -> Self {
        ByHand {
            tenants: (0..rules).map(|rule| format!("t{rule}")).collect(),
        }
    }

    fn scan(&self, tenant: &str, tokens: i64, tags: &[String]) -> Option<usize> {
        self.tenants
            .iter()
            .position(|name| tenant == name && tokens < 9000 && tags.iter().any(|tag| tag == "a"))
    }

    fn decide(&self, facts: &Facts) -> Option<usize> {
        self.scan(
            facts.string(Builtin::Tenant.into()),
            facts.int(Builtin::Tokens.into()),
            facts.list(Builtin::Tags.into()),
        )
    }
}

/// Both in one run, interleaved, so that the ratio does not depend on the machine's mood.
fn print_ratio(rules: usize) {
    let (tree, by_hand) = (tree(rules), ByHand::new(rules));
    let facts = facts(&tree, rules);
    assert_eq!(by_hand.decide(&facts), Some(rules - 1));
    let mut times = [0u128; 2];
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(decide(black_box(&tree), black_box(&facts), 1, &mut NoOrders));
        times[0] += start.elapsed().as_nanos();
        let start = Instant::now();
        black_box(black_box(&by_hand).decide(black_box(&facts)));
        times[1] += start.elapsed().as_nanos();
    }
    let mean = |nanoseconds: u128| nanoseconds as f64 / f64::from(ROUNDS) / 1000.0;
    println!(
        "{rules} rules: a decision takes {:.2} µs, a scan by hand {:.2} µs: {:.1} times as long",
        mean(times[0]),
        mean(times[1]),
        times[0] as f64 / times[1] as f64
    );
}

#[divan::bench(args = RULES)]
fn decision(bencher: Bencher<'_, '_>, rules: usize) {
    let tree = tree(rules);
    let facts = facts(&tree, rules);
    let last = RouteId(u32::try_from(rules - 1).expect("few rules"));
    assert_eq!(decide(&tree, &facts, 1, &mut NoOrders).route, Some(last));
    bencher.bench(|| decide(black_box(&tree), black_box(&facts), 1, &mut NoOrders));
}

#[divan::bench(args = RULES)]
fn plain_reading(bencher: Bencher<'_, '_>, rules: usize) {
    let tree = tree(rules);
    let facts = facts(&tree, rules);
    let routes = u32::try_from(rules).expect("few rules");
    bencher.bench(|| (0..routes).find(|route| black_box(&tree).route_matches(RouteId(*route), &facts)));
}

#[divan::bench(args = RULES)]
fn by_hand(bencher: Bencher<'_, '_>, rules: usize) {
    let tree = tree(rules);
    let facts = facts(&tree, rules);
    let by_hand = ByHand::new(rules);
    bencher.bench(|| black_box(&by_hand).decide(black_box(&facts)));
}
