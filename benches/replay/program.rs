//! Records a second and the most memory of the program itself, over files.

use crate::columns;
use crate::kind::{Kind, OLD, new_rules, policy};
use crate::median;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Bytes of the plain file, so that a run takes about a second.
const BYTES: usize = 200 << 20;

const RUNS: usize = 3;

/// Rows of the file of columns.
const ROWS: usize = 4_000_000;

/// As record files are compressed.
const LEVEL: i32 = 3;

pub(crate) fn measure(kind: Kind) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, rules: &str| {
        fs::write(folder.path().join(name), policy(rules)).expect("a policy is written");
    };
    write("new.policy", &new_rules());
    write("old.policy", OLD);
    let (records, files) = files(kind, folder.path()).expect("the records are written");
    let per_second = |time: Duration| records as f64 / time.as_secs_f64() / 1e6;
    for (path, limit) in files {
        let runs = (0..RUNS)
            .map(|_| run(kind, folder.path(), &path))
            .collect::<Vec<_>>();
        let memory = runs.iter().map(|(_, memory)| *memory).max().unwrap_or_default();
        let time = median(runs.into_iter().map(|(time, _)| time).collect());
        println!(
            "{}, {}: {records} records, {:.2} million/s (the file alone read {:.2}), at most {memory} MiB",
            kind.name(),
            path.file_name().unwrap_or_default().display(),
            per_second(time),
            per_second(limit),
        );
    }
}

/// Writes the records; how many they are, and the files with how long it takes to read or unpack nothing but them.
fn files(kind: Kind, folder: &Path) -> io::Result<(usize, Vec<(PathBuf, Duration)>)> {
    if kind == Kind::Columns {
        let path = folder.join("rows.parquet");
        columns::store(&path, ROWS)?;
        let limit = columns::unpack(&path)?;
        return Ok((ROWS, vec![(path, limit)]));
    }
    let (plain, packed) = (folder.join("plain.jsonl"), folder.join("packed.jsonl.zst"));
    let records = store(kind, &plain, &packed)?;
    let limits = (read_all(&plain)?, unpack(&packed)?);
    Ok((records, vec![(plain, limits.0), (packed, limits.1)]))
}

/// Writes the records, plain and compressed; how many they are.
fn store(kind: Kind, plain: &Path, compressed: &Path) -> io::Result<usize> {
    let (mut plain, mut written, mut records) = (File::create(plain)?, 0, 0);
    let mut encoder = zstd::stream::write::Encoder::new(File::create(compressed)?, LEVEL)?;
    while written < BYTES {
        let lines = kind.lines(records..records + 10_000);
        plain.write_all(lines.as_bytes())?;
        encoder.write_all(lines.as_bytes())?;
        written += lines.len();
        records += 10_000;
    }
    encoder.finish()?;
    Ok(records)
}

fn read_all(path: &Path) -> io::Result<Duration> {
    let begun = Instant::now();
    io::copy(&mut File::open(path)?, &mut io::sink())?;
    Ok(begun.elapsed())
}

fn unpack(path: &Path) -> io::Result<Duration> {
    let begun = Instant::now();
    io::copy(
        &mut zstd::stream::read::Decoder::new(File::open(path)?)?,
        &mut io::sink(),
    )?;
    Ok(begun.elapsed())
}

/// Runs the program over a file: how long it takes, and how many MiB it holds at most.
fn run(kind: Kind, folder: &Path, traffic: &Path) -> (Duration, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pointsman"));
    command.current_dir(folder).arg("replay").arg(traffic);
    command.args(["--policy", "new.policy", "--format", "json"]);
    if kind.has_baseline() {
        command.args(["--baseline", "old.policy"]);
    }
    command.args(kind.map().iter().flat_map(|map| ["--map", map]));
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    loop {
        let held = fs::read_to_string(&status).unwrap_or_default();
        memory = memory.max(held_at_most(&held).unwrap_or_default());
        if let Some(status) = child.try_wait().expect("the program is waited for") {
            assert!(status.success());
            return (begun.elapsed(), memory / 1024);
        }
        sleep(Duration::from_millis(2));
    }
}

fn held_at_most(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
