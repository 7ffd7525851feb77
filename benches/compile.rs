//! How long policies of rules of about 180 bytes take from text to tree, index included, and how much memory at most.
//!
//! The large ones are compiled by a process of their own each, with the allocator that the program has. Time of the
//! processor is what one core would take: it sums up over the threads that parse a large file. The peak is what the
//! system has seen of the process, its text and all else included.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "benches stand in the world"
)]

mod rules;

use divan::Bencher;
use divan::counter::BytesCount;
use mimalloc::MiMalloc;
use pointsman::compile::compile_text;
use pointsman::source::SourceMap;
use std::process::Command;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The argument that makes this a process that compiles one policy, of so many rules.
const ONE_POLICY: &str = "--rules";

/// How often a large policy is compiled.
const TIMES: u32 = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == ONE_POLICY) {
        let rules = arguments.get(at + 1).and_then(|rules| rules.parse().ok());
        return print_large(rules.expect("a number of rules"));
    }
    for rules in [10_000, 100_000] {
        let this = std::env::current_exe().expect("this program");
        let status = Command::new(this).args([ONE_POLICY, &rules.to_string()]).status();
        assert!(status.expect("a process").success());
    }
    divan::main();
}

/// A large policy: the best of some times, and the peak of the process's memory.
fn print_large(rules: usize) {
    let text = rules::policy(rules);
    let before = memory("VmRSS:");
    let mut best = (Duration::MAX, Duration::MAX);
    let mut index = 0;
    for _ in 0..TIMES {
        let begun = (Instant::now(), processor_time());
        let compiled = compile_text(&text).expect("the policy compiles");
        best.0 = best.0.min(begun.0.elapsed());
        best.1 = best.1.min(processor_time() - begun.1);
        index = compiled.tree.index_bytes();
    }
    println!(
        "{rules} rules, {} bytes of text: {:.2?}, {:.2?} of the processor, {} MiB at the peak ({} before), of which the \
         index keeps {} KiB",
        text.len(),
        best.0,
        best.1,
        memory("VmHWM:") >> 10,
        before >> 10,
        index >> 10,
    );
}

/// A figure of this process's memory, in KiB.
fn memory(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    let figure = line.and_then(|line| line.trim().strip_suffix(" kB"));
    figure.and_then(|figure| figure.parse().ok()).expect("a figure")
}

/// What all threads of this process, ended ones included, have had of the processor, by ticks of 10 ms.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("a Linux");
    let fields = stat.rsplit_once(')').expect("a name").1;
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .map(|ticks| Duration::from_millis(10 * ticks.parse::<u64>().expect("ticks")))
        .sum()
}

#[divan::bench(args = [10, 100, 1_000])]
fn text_to_tree(bencher: Bencher<'_, '_>, rules: usize) {
    let text = rules::policy(rules);
    assert!(compile_text(&text).is_ok());
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| compile_text(&text).map(|compiled| compiled.tree).ok());
}

/// The part of it that the parser takes.
#[divan::bench(args = [10, 100, 1_000])]
fn text_to_syntax(bencher: Bencher<'_, '_>, rules: usize) {
    let text = rules::policy(rules);
    let file = SourceMap::new().add("policy", text.as_str());
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| pointsman::syntax::parse(file, &text));
}

/// A file in another style to the one style, faithfulness checked.
#[divan::bench(args = [1_000, 10_000])]
fn text_to_canonical_text(bencher: Bencher<'_, '_>, rules: usize) {
    let text = rules::policy(rules).replace("{\n", "{ ");
    let file = SourceMap::new().add("policy", text.as_str());
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| pointsman::format::format(file, &text).ok());
}
