//! Traffic in object storage: read from a real server that speaks S3 it gives the report that the same files give, in one
//! piece or in shards, however it is listed and wherever a connection breaks; and what is said where it cannot be read.

mod storage;

use crate::replay::{MAPPED, workspace};
use crate::support::proxy::pointsman;
use flate2::{Compression, write::GzEncoder};
use parquet::data_type::Int64Type;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use storage::{Storage, cutting};

/// A dry run of traffic in storage at this address; without one there is no storage to know of.
fn replay(directory: &Path, storage: &str, arguments: &[&str]) -> Output {
    let environment = [
        ("AWS_ENDPOINT_URL", storage),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", "AKIAPOINTSMAN"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-central-1"),
    ];
    let environment = environment.into_iter().filter(|_| !storage.is_empty());
    let mut command = unconfigured();
    command.current_dir(directory).arg("replay").args(arguments);
    command.envs(environment).output().unwrap()
}

/// The command without what the environment of the tests says of storage.
fn unconfigured() -> Command {
    let mut command = pointsman();
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
}

/// Its report, in which objects are called as the files of the folder are.
fn report(directory: &Path, storage: &str, arguments: &[&str]) -> Value {
    let arguments = [
        &MAPPED[..],
        &["--baseline", "old.policy", "--format", "json"],
        arguments,
    ]
    .concat();
    let output = replay(directory, storage, &arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text.replace("s3://records/", "")).unwrap()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Rows as in the workspace's traffic, in Parquet.
fn parquet() -> Vec<u8> {
    let schema = "message row { required int64 ts; required int64 in; required int64 out; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let columns: [Vec<i64>; 3] = [
        vec![1_700_158_546_680; 500],
        (0..500).collect(),
        (0..500).map(|at| at % 7).collect(),
    ];
    for values in &columns {
        let mut column = group.next_column().unwrap().unwrap();
        column
            .typed::<Int64Type>()
            .write_batch(values, None, None)
            .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

/// The workspace's traffic as a tree of files of all kinds, in its folder and in the storage.
fn stored(storage: &Storage, directory: &Path) {
    let text = std::fs::read(directory.join("traffic.jsonl")).unwrap();
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let part = |from: usize, to: usize| lines[from..to].concat();
    let csv = (0..700).map(|at| format!("2023-11-16T18:15:46Z,{at},{}\n", at % 7));
    let csv = format!("ts,in,out\n{}", csv.collect::<String>());
    let files = [
        ("logs/2026-11-01/a.jsonl", part(0, 900)),
        ("logs/2026-11-01/eu/b.jsonl.gz", gzip(&part(900, 2_000))),
        (
            "logs/2026-11-02/c.jsonl.zst",
            zstd::encode_all(&part(2_000, lines.len())[..], 3).unwrap(),
        ),
        ("logs/2026-11-02/d.csv", csv.into_bytes()),
        ("logs/2026-11-02/e.parquet", parquet()),
        ("logs/2026-11-02/notes.txt", b"nothing".to_vec()),
        ("logs/2026-12-01/f[1].jsonl", part(0, 10)),
    ];
    for (key, bytes) in files {
        let path = directory.join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &bytes).unwrap();
        storage.put(key, bytes);
    }
}

#[test]
fn objects_are_read_as_files_are() {
    let (storage, directory) = (Storage::start(), workspace());
    let path = directory.path();
    stored(&storage, path);
    let forms = [
        "logs/2026-11-01/a.jsonl",
        "logs/2026-11-01",
        "logs/2026-11-02/",
        "logs/2026-11-*/**/*.jsonl*",
        "logs/2026-11-0[2-9]/[ce]*",
        "logs/**",
        "logs/2026-12-01/f[1].jsonl",
    ];
    for form in forms {
        let files = report(path, "", &[form]);
        let objects = report(path, &storage.url, &[&format!("s3://records/{form}")]);
        assert_eq!(objects, files, "{form}");
        assert!(files["records"].as_u64() > Some(0), "{form}");
    }
    assert_eq!(
        report(path, &storage.url, &["s3://records/logs/**"])["records"],
        4_210
    );
}

#[test]
fn shards_of_objects_merge_to_the_report_of_the_whole() {
    let (storage, directory) = (Storage::start(), workspace());
    let path = directory.path();
    stored(&storage, path);
    let whole = report(path, "", &["logs/2026-11-*/**"]);
    // Five objects: two shards take whole ones, seven take blocks of all.
    for shards in [2, 7] {
        let mut parts = vec!["merge".to_owned(), "--format".to_owned(), "json".to_owned()];
        for number in 1..=shards {
            let part = format!("part-{shards}-{number}");
            let shard = [
                "s3://records/logs/2026-11-*/**",
                "--baseline",
                "old.policy",
                "--shard",
                &format!("{number}/{shards}"),
                "--output",
                &part,
            ];
            let output = replay(path, &storage.url, &[&MAPPED[..], &shard].concat());
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            parts.push(part);
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let text = String::from_utf8(replay(path, "", &parts).stdout).unwrap();
        let merged: Value = serde_json::from_str(&text.replace("s3://records/", "")).unwrap();
        assert_eq!(merged, whole, "{shards} shards");
    }
}

#[test]
fn all_pages_of_a_listing_are_read() {
    let (storage, directory) = (Storage::start(), workspace());
    let path = directory.path();
    let keys: Vec<String> = (0..1_050).map(|at| format!("many/{at:04}.jsonl")).collect();
    for key in &keys {
        storage.put(key, "{\"in\":1,\"out\":1}\n");
    }
    for form in ["many/", "many/*.jsonl", "**/*.jsonl"] {
        // The shard reads two of them, and knows of all.
        let traffic = format!("s3://records/{form}");
        let shard = [
            &traffic,
            "--baseline",
            "old.policy",
            "--shard",
            "3/1000",
            "--output",
            "part",
        ];
        let output = replay(path, &storage.url, &[&MAPPED[..], &shard].concat());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let part: Value = serde_json::from_slice(&std::fs::read(path.join("part")).unwrap()).unwrap();
        let named = part["names"]["sources"].as_array().unwrap().iter();
        let named: Vec<&str> = named.map(|name| name.as_str().unwrap()).collect();
        assert_eq!(
            named,
            keys.iter()
                .map(|key| format!("s3://records/{key}"))
                .collect::<Vec<_>>()
        );
        assert_eq!(part["tally"]["records"], 2);
    }
}

#[test]
fn the_next_objects_are_fetched_while_one_is_waited_for() {
    const AT_ONCE: usize = 5;
    let (storage, directory) = (Storage::start(), workspace());
    for at in 0..20 {
        storage.put(&format!("small/{at:02}.jsonl"), "{\"in\":1,\"out\":1}\n");
    }
    // No object comes before so many were asked for: one after another, none ever would.
    let asked = (Mutex::new(0), Condvar::new());
    let alone = Arc::new(AtomicUsize::new(0));
    let waited = Arc::clone(&alone);
    let slow = cutting(&storage.url, move |head| {
        if head.contains("range: bytes=") {
            let (count, more) = &asked;
            let mut count = count.lock().unwrap();
            *count += 1;
            more.notify_all();
            let patience = Duration::from_secs(20);
            let (_count, passed) = more
                .wait_timeout_while(count, patience, |count| *count < AT_ONCE)
                .unwrap();
            waited.fetch_add(passed.timed_out().into(), Ordering::Relaxed);
        }
        false
    });
    let report = report(directory.path(), &slow, &["s3://records/small/"]);
    assert_eq!(report["records"], 20);
    assert_eq!(alone.load(Ordering::Relaxed), 0);
}

#[test]
fn what_cannot_be_read_says_why_and_what_to_do() {
    let (storage, closed, directory) = (Storage::start(), Storage::closed(), workspace());
    storage.put("logs/a.jsonl", "{}\n");
    let said = |url: &str, traffic: &str, environment: &[(&str, &str)]| {
        let mut command = unconfigured();
        command
            .env("AWS_ENDPOINT_URL", url)
            .envs(environment.iter().copied());
        command
            .current_dir(directory.path())
            .args(["replay", traffic, "--baseline", "old.policy"]);
        let output = command.args(MAPPED).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{traffic}");
        format!(
            "{traffic} {environment:?}\n  {}",
            String::from_utf8(output.stderr).unwrap()
        )
    };
    let http = ("AWS_ALLOW_HTTP", "true");
    let keys = [
        http,
        ("AWS_ACCESS_KEY_ID", "AKIAWRONG"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    // The port of a listener that is gone.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nobody = format!("http://{nobody}");
    let cases = [
        said(&storage.url, "s3://nowhere/logs/a.jsonl", &keys),
        said(&storage.url, "s3://nowhere/logs/*.jsonl", &keys),
        said(&storage.url, "s3://records/logs/b.jsonl", &keys),
        said(&storage.url, "s3://records/logs/b*.jsonl", &keys),
        said(&storage.url, "s3://records", &keys),
        said(&storage.url, "s3://", &keys),
        said(&storage.url, "gs://records/logs/", &keys),
        said(&storage.url, "s3://records/logs/", &keys[1..]),
        said(&closed.url, "s3://records/logs/a.jsonl", &keys),
        said(&closed.url, "s3://records/logs/", &keys),
        said(
            &storage.url,
            "s3://records/logs/",
            &[http, ("AWS_EC2_METADATA_DISABLED", "true")],
        ),
        said(
            &storage.url,
            "s3://records/logs/",
            &[http, ("AWS_METADATA_ENDPOINT", &nobody)],
        ),
        said(&storage.url, "s3://records/logs/", &keys[..2]),
        said(&nobody, "s3://records/logs/", &keys),
    ];
    let nobody = nobody.as_str();
    insta::assert_snapshot!(cases.join("").replace(nobody, "NOBODY"));
}

/// Nine megabytes of long lines: three ranges.
fn long_lines() -> String {
    let filler = "x".repeat(4_000);
    let line = |at: usize| format!("{{\"in\":{at},\"out\":{},\"filler\":\"{filler}\"}}\n", at % 7);
    (0..2_300).map(line).collect()
}

#[test]
fn a_connection_that_breaks_off_is_taken_up_where_it_broke() {
    let (storage, directory) = (Storage::start(), workspace());
    storage.put("long.jsonl", long_lines());
    std::fs::write(directory.path().join("long.jsonl"), long_lines()).unwrap();
    let left = AtomicUsize::new(5);
    let breaks = move |head: &str| {
        let take = |left: usize| left.checked_sub(1);
        head.contains("range: bytes=")
            && left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
    };
    let broken = cutting(&storage.url, breaks);
    assert_eq!(
        report(directory.path(), &broken, &["s3://records/long.jsonl"]),
        report(directory.path(), "", &["long.jsonl"])
    );
}

#[test]
fn an_object_that_cannot_be_read_to_its_end_is_counted_as_unreadable() {
    let (storage, directory) = (Storage::start(), workspace());
    storage.put("long.jsonl", long_lines());
    // All of the second range is cut, however often it is asked for.
    let broken = cutting(&storage.url, |head| {
        let from = head
            .split_once("range: bytes=")
            .and_then(|(_, rest)| rest.split_once('-'));
        from.is_some_and(|(from, _)| from.parse::<u64>().unwrap() >= 4 << 20)
    });
    let report = report(directory.path(), &broken, &["s3://records/long.jsonl"]);
    assert_eq!(report["unreadable"], 1);
    let records = report["records"].as_u64().unwrap();
    assert!((1_000..1_100).contains(&records), "{records}");
    let line = &report["unreadable_lines"][0];
    assert_eq!(line["line"], records + 1);
    let reason = line["reason"].as_str().unwrap();
    assert!(reason.starts_with("the input breaks off: "), "{reason}");
}
