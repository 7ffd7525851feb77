//! How long one decision takes, from facts to plan: policies of 10 to 100,000 rules whose first, middle or last rule
//! matches, or none of them but the one that takes the rest; and policies that make it hard to find the one that matches.
//!
//! The median is one of means: the clock is read once for so many decisions, so that reading it does not count. For the
//! tail every decision is timed alone; those times include that of reading the clock twice, which the head of the table
//! tells. Beside it stand a scan written by hand in Rust over the same rules, and a hash table on the tenant written by
//! hand, timed as the median is. Allocations are counted, not estimated.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "benches stand in the world"
)]

mod by_hand;
mod cases;
mod rules;

use by_hand::{Hash, Scan};
use cases::{Case, Policy};
use pointsman::compile::compile_text;
use pointsman::decide::{NoOrders, decide, decide_by_plain_reading};
use pointsman::facts::Facts;
use pointsman::tree::Tree;
use std::hint::black_box;
use std::time::Instant;

/// Decisions timed for each line of the table.
const ROUNDS: usize = 20_000;

/// Decisions before that.
const WARM: usize = 2_000;

/// Decisions for which the clock is read once, where a median is told.
const BATCH: usize = 50;

/// Batches that the median is of.
const BATCHES: usize = 401;

fn main() {
    // `cargo bench` hands in `--bench`; what else stands there chooses policies by a part of their name.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let clock = times(|| ());
    println!(
        "reading the clock twice: p50 {} ns, p99 {} ns\n",
        clock.at(500),
        clock.at(990)
    );
    println!(
        "{:<46} {:>7} {:>7} {:>7} {:>7} {:>7} | {:>9} {:>6}",
        "rules, and which of them matches", "p50 ns", "alone", "p99", "p99.9", "allocs", "scan p50", "hash"
    );
    for policy in cases::all() {
        if wanted.is_empty() || wanted.iter().any(|word| policy.name.contains(word)) {
            line_by_line(&policy);
        }
    }
}

fn line_by_line(policy: &Policy) {
    let tree = compile_text(&policy.text)
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics.first()))
        .tree;
    assert_eq!(
        tree.interpreted().next().is_some(),
        policy.is_opaque,
        "{}",
        policy.name
    );
    for case in &policy.cases {
        line(policy, &tree, case);
    }
    println!("{:<46} {} bytes of index\n", policy.name, tree.index_bytes());
}

/// One line of the table: the ways of deciding take turns, so that a machine's mood hits all alike.
fn line(policy: &Policy, tree: &Tree, case: &Case) {
    let facts = case.facts(tree);
    let plain = decide_by_plain_reading(tree, &facts[0], 1, &mut NoOrders);
    assert_eq!(plain.route.map(|route| route.0), case.route, "{}", case.name);
    assert_eq!(decide(tree, &facts[0], 1, &mut NoOrders), plain);
    let mut turn = 0;
    let mut next = || {
        turn += 1;
        &facts[turn % facts.len()]
    };
    let mut decided = || decide(black_box(tree), black_box(next()), 1, &mut NoOrders);
    let (alone, median) = (times(&mut decided), batched(&mut decided));
    let allocations = allocations(tree, &facts);
    let by_hand = policy
        .limits
        .as_ref()
        .map(|rules| (Scan::new(rules), Hash::new(rules)));
    let hand = by_hand.map(|(scan, hash)| {
        assert_eq!(scan.decide(&facts[0]), hash.decide(&facts[0]));
        let scan = batched(|| black_box(&scan).decide(black_box(next())));
        (scan, batched(|| black_box(&hash).decide(black_box(next()))))
    });
    let (scan, hash) = hand.map_or(Default::default(), |(scan, hash)| {
        (scan.to_string(), hash.to_string())
    });
    println!(
        "{:<46} {:>7} {:>7} {:>7} {:>7} {:>7} | {:>9} {:>6}",
        format!("{}: {}", policy.name, case.name),
        median,
        alone.at(500),
        alone.at(990),
        alone.at(999),
        allocations,
        scan,
        hash,
    );
}

/// Heap allocations of a decision, the most that one of these requests takes.
fn allocations(tree: &Tree, facts: &[Facts]) -> u64 {
    let of = |facts| {
        allocation_counter::measure(|| {
            black_box(decide(black_box(tree), black_box(facts), 1, &mut NoOrders));
        })
        .count_total
    };
    facts.iter().map(of).max().unwrap_or_default()
}

/// Sorted times in nanoseconds.
struct Times(Vec<u64>);

impl Times {
    /// The time that so many in a thousand do not exceed.
    fn at(&self, thousandths: usize) -> u64 {
        self.0[(self.0.len() - 1) * thousandths / 1000]
    }
}

fn times<T>(mut work: impl FnMut() -> T) -> Times {
    let mut times: Vec<u64> = (0..WARM + ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            let done = black_box(work());
            let taken = begun.elapsed();
            drop(done);
            u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX)
        })
        .skip(WARM)
        .collect();
    times.sort_unstable();
    Times(times)
}

/// The median over batches of the mean time of one call, in nanoseconds.
fn batched<T>(mut work: impl FnMut() -> T) -> u64 {
    let mut means: Vec<u64> = (0..BATCHES)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..BATCH {
                black_box(work());
            }
            let taken = begun.elapsed() / u32::try_from(BATCH).expect("few");
            u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX)
        })
        .collect();
    means.sort_unstable();
    means[BATCHES / 2]
}
