//! How long it takes to make the facts of a chat request from its body: by the body's size, where the policy reads the
//! number of tokens, estimated or counted exactly, and where it reads neither that nor the prompt. Then the estimate of
//! tokens alone, by kind of text. What a vocabulary takes to be made ready, once, is told first.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "benches stand in the world"
)]

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use http::HeaderMap;
use pointsman::compile::compile_text;
use pointsman::facts::Timestamp;
use pointsman::gateway::Wishes;
use pointsman::tree::Tree;
use pointsman::wire::endpoint::Endpoint;
use pointsman::wire::tokens::estimate_text;
use serde_json::json;
use std::time::Instant;

/// Sizes of bodies in bytes.
const SIZES: [usize; 3] = [1_000, 100_000, 10_000_000];

/// Bytes of one message.
const MESSAGE: usize = 2_000;

const ENGLISH: &str = include_str!("../tests/cases/tokens/english.txt");
const CODE: &str = include_str!("../tests/cases/tokens/rust.txt");
const CHINESE: &str = include_str!("../tests/cases/tokens/chinese.txt");
const BASE64: &str = include_str!("../tests/cases/tokens/base64.txt");

fn main() {
    for tokenizer in ["o200k", "cl100k"] {
        let tree = tree("tokens > 1000", tokenizer);
        let (begun, before) = (Instant::now(), resident());
        black_box(Wishes::new(&tree, None));
        let (taken, kept) = (begun.elapsed(), resident() - before);
        println!("{tokenizer} made ready: {taken:.0?}, {} MiB kept", kept >> 10);
    }
    divan::main();
}

/// The resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let figure = line.and_then(|line| line.trim().strip_suffix(" kB"));
    figure.and_then(|figure| figure.parse().ok()).expect("a figure")
}

/// A policy whose only route but the last asks for this.
fn tree(condition: &str, tokenizer: &str) -> Tree {
    let text = format!(
        "provider p {{ protocol openai url \"http://127.0.0.1:1\" }}\nmodel m {{ provider p serves [\"*\"] }}\n\
         defaults {{ tokenizer {tokenizer} }}\nroute asked {{ when {condition} target m }}\nroute rest {{ target m }}"
    );
    match compile_text(&text) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => panic!("{:?}", rejected.diagnostics.first()),
    }
}

/// A chat request whose messages are prose and code in turn.
fn body(size: usize) -> Vec<u8> {
    let texts = [ENGLISH, CODE].map(|text| text.repeat(MESSAGE.div_ceil(text.len())));
    let mut messages = Vec::new();
    let mut bytes = 0;
    for text in texts.iter().cycle() {
        let text: String = text.chars().take(MESSAGE.min(size - bytes)).collect();
        bytes += text.len();
        messages.push(json!({"role": "user", "content": text}));
        if bytes >= size {
            break;
        }
    }
    json!({"model": "gpt-4o", "stream": true, "temperature": 0.2, "messages": messages})
        .to_string()
        .into_bytes()
}

fn observe(bencher: Bencher, size: usize, condition: &str, tokenizer: &str) {
    let tree = tree(condition, tokenizer);
    let wishes = Wishes::new(&tree, None);
    let body = body(size);
    let headers = HeaderMap::new();
    bencher.counter(BytesCount::new(body.len())).bench_local(|| {
        let head = wishes
            .head(tree.policy(), None, &headers, Timestamp::EPOCH)
            .expect("fine headers");
        wishes
            .body(tree.policy(), head, Endpoint::Chat, black_box(&body))
            .expect("a fine body")
    });
}

#[divan::bench(args = SIZES)]
fn facts_with_tokens(bencher: Bencher, size: usize) {
    observe(bencher, size, "tokens > 1000", "estimate");
}

#[divan::bench(args = SIZES)]
fn facts_with_exact_tokens(bencher: Bencher, size: usize) {
    observe(bencher, size, "tokens > 1000", "o200k");
}

#[divan::bench(args = SIZES)]
fn facts_without_text(bencher: Bencher, size: usize) {
    observe(bencher, size, "stream", "estimate");
}

#[divan::bench(args = ["english", "code", "chinese", "base64"])]
fn estimate_of_a_megabyte(bencher: Bencher, kind: &str) {
    let text = match kind {
        "english" => ENGLISH,
        "code" => CODE,
        "chinese" => CHINESE,
        _ => BASE64,
    };
    let text = text.repeat(1_000_000_usize.div_ceil(text.len()));
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| estimate_text(black_box(&text)));
}
