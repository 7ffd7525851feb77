//! Files through threads to a report: the same whatever the number of threads and however the records are split.
#![allow(clippy::disallowed_methods, reason = "traffic files are the world's")]

use super::run::{Work, run};
use crate::decide::tests::fixture::Fixture;
use crate::model::Price;
use crate::quantity::TokenPrice;
use crate::replay::{Replay, Report, Tally};
use crate::traffic::sources;
use crate::tree::Tree;
use std::io::Write;
use std::path::Path;

fn tree(target: &str) -> Tree {
    let mut fixture = Fixture::new();
    for (name, dollars) in [("large", "2.5"), ("small", "0.150001")] {
        let price = TokenPrice::parse_dollars_per_million(dollars).unwrap();
        fixture.model(name, "us").price = Some(Price {
            input: price,
            cached: None,
            cache_write: None,
            output: price,
        });
    }
    let split = fixture.split(&[("large", "30"), ("small", "70")]);
    let target = if target == "split" {
        split
    } else {
        fixture.to(target)
    };
    fixture.last_route(target, &[]);
    fixture.tree()
}

const MAP: [&str; 3] = ["tokens=in", "output=out", "user=who"];

/// Number, input and output tokens of made-up requests.
fn requests(count: u64) -> impl Iterator<Item = [u64; 3]> {
    (0..count).map(|at| {
        let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        [at, mixed % 5000, mixed % 701]
    })
}

fn json_lines(count: u64) -> Vec<u8> {
    requests(count)
        .flat_map(|[at, input, output]| {
            let line = format!(
                "{{\"at\":{at},\"in\":{input},\"who\":\"u{}\",\"out\":{output}}}\n",
                at % 50
            );
            line.into_bytes()
        })
        .collect()
}

fn csv(count: u64) -> Vec<u8> {
    let rows =
        requests(count).map(|[at, input, output]| format!("{at},\"x\n\",u{},{input},{output}\n", at % 50));
    let text: String = std::iter::once("at,note,who,in,out\n".to_owned())
        .chain(rows)
        .collect();
    text.into_bytes()
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> String {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn try_replay(paths: &[String], baseline: bool, threads: usize) -> Result<(Report, Tally), Vec<String>> {
    let (new, old) = (tree("split"), tree("large"));
    let replay = Replay::new(&new, baseline.then_some(&old), &MAP).unwrap();
    let sources = sources(paths).unwrap();
    let work = Work {
        replay: &replay,
        sources: &sources,
        shard: None,
    };
    let tally = run(&work, threads, false)?;
    let names: Vec<_> = sources.iter().map(|source| source.name().to_owned()).collect();
    Ok((replay.report(tally.clone(), &names), tally))
}

/// The report but for the examples, which name the files that they stand in.
fn without_examples(mut report: Report) -> String {
    for transition in &mut report.transitions {
        assert!(transition.example.take().is_some());
    }
    report.to_json()
}

#[test]
fn threads_and_files_change_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let all = json_lines(8_000);
    let middle = all.len() / 2 + memchr::memchr(b'\n', &all[all.len() / 2..]).unwrap() + 1;
    let whole = write(directory.path(), "whole.jsonl", &all);
    let parts = [
        write(directory.path(), "a.jsonl.gz", &gzip(&all[..middle])),
        write(
            directory.path(),
            "b",
            &zstd::encode_all(&all[middle..], 1).unwrap(),
        ),
    ];
    let (expected, _) = try_replay(std::slice::from_ref(&whole), true, 1).unwrap();
    assert_eq!((expected.records, expected.unreadable), (8_000, 0));
    let input: u64 = requests(8_000).map(|[_, input, _]| input).sum();
    let output: u64 = requests(8_000).map(|[_, _, output]| output).sum();
    let baseline = u128::from(input + output) * 2_500_000;
    assert_eq!(
        u128::try_from(expected.cost.baseline.unwrap().picodollars()),
        Ok(baseline)
    );
    assert!(expected.changed > 4_000 && expected.changed < 7_000);
    for threads in [1, 2, 7] {
        for paths in [std::slice::from_ref(&whole), parts.as_slice()] {
            let (report, _) = try_replay(paths, true, threads).unwrap();
            assert_eq!(
                without_examples(report),
                without_examples(expected.clone()),
                "{threads} threads"
            );
        }
    }
    let rows = write(directory.path(), "rows.csv.gz", &gzip(&csv(8_000)));
    let (report, _) = try_replay(&[rows], true, 2).unwrap();
    assert_eq!(without_examples(report), without_examples(expected.clone()));
}

#[test]
fn a_torn_tail_counts_once() {
    let directory = tempfile::tempdir().unwrap();
    let gzipped = gzip(&json_lines(5000));
    let torn = write(directory.path(), "torn.jsonl.gz", &gzipped[..gzipped.len() / 2]);
    let (report, _) = try_replay(&[torn], true, 2).unwrap();
    assert!(report.records > 1000 && report.records < 5000);
    assert_eq!(report.unreadable, 1);
    assert_eq!(report.unreadable_lines[0].line, report.records + 1);
}

#[test]
fn a_replay_without_anything_to_compare_with_ends_early() {
    let directory = tempfile::tempdir().unwrap();
    let path = write(directory.path(), "whole.jsonl", &json_lines(50_000));
    let (report, tally) = try_replay(&[path], false, 1).unwrap();
    assert_eq!(tally.undecided().map(|place| place.line), Some(1));
    assert_eq!(report.records, 0);
}

#[test]
fn inputs_that_cannot_be_read_are_errors() {
    let directory = tempfile::tempdir().unwrap();
    let wrong = write(directory.path(), "rows.csv", b"a,b\n1,2\n");
    let errors = try_replay(&[wrong], true, 2).unwrap_err();
    assert_eq!(errors.len(), 3);
    assert!(errors[0].ends_with("rows.csv: there is no column `in`: the header is `a`, `b`"));
    let empty = write(directory.path(), "empty.csv", b"");
    assert_eq!(try_replay(&[empty], true, 2).unwrap().0.records, 0);
}
