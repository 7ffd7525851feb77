//! How long a policy of 1,000 rules of about 180 bytes takes from its text to its tree.

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

fn main() {
    divan::main();
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
