//! Records a second of a dry run: lines read, decided under two policies, counted, on one thread.
//!
//! The limit in the same run is `limit_lines_skipped`: JSON read and thrown away. What a replay takes beyond it is the
//! price of deciding twice and counting exactly.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use pointsman::compile::{Texts, compile};
use pointsman::replay::{Layout, Place, Replay, Worker};
use pointsman::tree::Tree;
use serde::de::IgnoredAny;
use std::fmt::Write;

fn main() {
    divan::main();
}

/// Records in a run.
const RECORDS: usize = 20_000;

const MAP: [&str; 3] = ["tokens=input_tokens", "output=output_tokens", "now=ts"];

const CATALOG: &str = r#"
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local context 128k price input $2.50 output $10 }
model small { provider local context 16k price input $0.15 cached $0.075 output $0.60 }
"#;

const OLD: &str = "route default { target large fallback small }";

const NEW: &str = r#"
guard suspended { when tenant == "initech" deny 403 "suspended" }
guard short { when tier == "free" set max_tokens at most 1000 }
route night { when now.getHours() < 6 && tokens < 8000 target small fallback large }
route short { when tokens < 1000 target split by request { small 90% large 10% } }
route gold  { when tier == "gold" target large fallback small }
route small { when tokens < 2000 target small fallback large }
route default { target large fallback small }
"#;

fn tree(rules: &str) -> Tree {
    let texts = [("catalog.policy", CATALOG), ("rules.policy", rules)];
    match compile(&mut Texts::new(texts)) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => unreachable!("{:?}", rejected.diagnostics),
    }
}

/// Foreign lines of some 105 bytes, as in public traces.
fn foreign_lines() -> String {
    let mut lines = String::new();
    for at in 0..RECORDS {
        let (minute, second, input) = (at / 60 % 60, at % 60, at * 7919 % 6000);
        let written = writeln!(
            lines,
            "{{\"ts\":\"2023-11-16T18:{minute:02}:{second:02}.{:07}Z\",\"source\":\"trace\",\"input_tokens\":{input},\"output_tokens\":{}}}",
            at * 31 % 10_000_000,
            at * 104_729 % 900,
        );
        assert!(written.is_ok());
    }
    lines
}

/// Records of version 1.
fn own_lines() -> String {
    let mut lines = String::new();
    for at in 0..RECORDS {
        let input = at * 7919 % 6000;
        let written = writeln!(
            lines,
            "{{\"v\":1,\"ts\":\"2026-11-20T12:00:00.123Z\",\"id\":\"r-{at}\",\"policy\":\"ab12\",\"seed\":\"{at:016x}\",\"orders\":{{}},\
             \"facts\":{{\"tenant\":\"acme\",\"tier\":\"gold\",\"region\":\"eu\",\"user\":\"u{}\",\"tags\":[\"vip\"],\"model\":\"gpt-4o\",\
             \"requested\":\"large\",\"api\":\"chat\",\"tokens\":{input},\"max_tokens\":0,\"stream\":true,\"json\":false,\"tools\":0,\
             \"images\":0,\"turns\":3,\"headers\":{{}},\"metadata\":{{}}}},\"decision\":{{\"route\":\"default\",\"targets\":[\"large\",\"small\"],\
             \"guards\":[],\"skipped\":[]}},\"attempts\":[{{\"target\":\"large\",\"status\":200,\"first_token_ms\":210,\"ms\":812}}],\
             \"outcome\":\"ok\",\"usage\":{{\"input\":{input},\"cached\":0,\"output\":20}},\"cost_usd\":\"0.5\"}}",
            at % 100,
        );
        assert!(written.is_ok());
    }
    lines
}

fn replayed(replay: &Replay<'_>, lines: &str) -> u64 {
    let mut worker = Worker::new(replay);
    worker.read(&Layout::JsonLines, Place { source: 0, line: 1 }, lines.as_bytes());
    let report = replay.report(worker.into_tally(), &[]);
    assert_eq!((report.records, report.unreadable), (RECORDS as u64, 0));
    report.changed
}

fn skipped(bencher: Bencher<'_, '_>, lines: &str) {
    bencher.counter(ItemsCount::new(RECORDS)).bench(|| {
        black_box(lines)
            .lines()
            .filter(|line| serde_json::from_str::<IgnoredAny>(line).is_ok())
            .count()
    });
}

#[divan::bench]
fn foreign_limit_lines_skipped(bencher: Bencher<'_, '_>) {
    skipped(bencher, &foreign_lines());
}

#[divan::bench]
fn foreign_against_baseline(bencher: Bencher<'_, '_>) {
    let (new, old, lines) = (tree(NEW), tree(OLD), foreign_lines());
    let Ok(replay) = Replay::new(&new, Some(&old), &MAP) else {
        unreachable!("the map is right")
    };
    bencher
        .counter(ItemsCount::new(RECORDS))
        .bench(|| replayed(&replay, black_box(&lines)));
}

#[divan::bench]
fn foreign_same_small_policy(bencher: Bencher<'_, '_>) {
    let (old, lines) = (tree(OLD), foreign_lines());
    let Ok(replay) = Replay::new(&old, Some(&old), &MAP) else {
        unreachable!("the map is right")
    };
    bencher
        .counter(ItemsCount::new(RECORDS))
        .bench(|| replayed(&replay, black_box(&lines)));
}

#[divan::bench]
fn own_limit_lines_skipped(bencher: Bencher<'_, '_>) {
    skipped(bencher, &own_lines());
}

#[divan::bench]
fn own_against_recorded(bencher: Bencher<'_, '_>) {
    let (new, lines) = (tree(NEW), own_lines());
    let Ok(replay) = Replay::new(&new, None, &[] as &[&str]) else {
        unreachable!("nothing is mapped")
    };
    bencher
        .counter(ItemsCount::new(RECORDS))
        .bench(|| replayed(&replay, black_box(&lines)));
}
