//! How long policies of rules of about 180 bytes take from text to tree, index included, and how much memory at most.
//!
//! What dominates, by `perf` on 1,000 rules: some 45 % of the time is pest's generated parser (its call counter 8 %, the
//! guard of its stack 4 %), a sixth is allocation and release of the parser's pairs and of the trees, the rest is spread
//! over reading pairs, checking and lowering; no function of this crate takes more than 2 %. All of it runs on one
//! thread: the core starts none.

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
use pointsman::compile::compile_text;
use pointsman::source::SourceMap;
use std::time::Instant;

fn main() {
    for rules in [10_000, 100_000] {
        print_large(rules);
    }
    divan::main();
}

/// A large policy: the best of three times, and the peak of what was allocated beside its text.
fn print_large(rules: usize) {
    let text = rules::policy(rules);
    let times = (0..3).map(|_| {
        let begun = Instant::now();
        let compiled = compile_text(&text).expect("the policy compiles");
        (begun.elapsed(), compiled.tree.index_bytes())
    });
    let (time, index) = times.min().expect("three times");
    let memory = allocation_counter::measure(|| {
        let _ = divan::black_box(compile_text(&text));
    });
    println!(
        "{rules} rules, {} bytes of text: {time:.0?}, at most {} MiB, of which the index keeps {} KiB",
        text.len(),
        memory.bytes_max >> 20,
        index >> 10,
    );
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
