//! The traffic that totals are taken of, and its totals counted by other means than the dry run's.

use flate2::read::MultiGzDecoder;
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Files by name, with their lines.
pub(super) type Files = Vec<(String, Vec<u8>)>;

/// Those of a folder of `*.jsonl.gz`, where it is given, or else generated ones: short records as public traces have them,
/// one file with a list in each, and lines that are broken.
pub(super) fn traffic(folder: Option<PathBuf>) -> Files {
    let Some(folder) = folder else {
        return vec![
            ("conversation".to_owned(), generated(1, 4_000)),
            ("code".to_owned(), generated(2, 600)),
            (
                "blocks".to_owned(),
                [generated(3, 500), b"{\"ts\":\n\nnone\n".to_vec()].concat(),
            ),
        ];
    };
    let mut files: Files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "gz"))
        .map(|path| {
            let mut text = Vec::new();
            MultiGzDecoder::new(fs::File::open(&path).unwrap())
                .read_to_end(&mut text)
                .unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            (name.split('.').next().unwrap().to_owned(), text)
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there is no `*.jsonl.gz`");
    files
}

/// Lines of an hour.
fn generated(seed: u64, lines: u64) -> Vec<u8> {
    let mut draws = fastrand::Rng::with_seed(seed);
    let mut text = Vec::new();
    for line in 0..lines {
        let (second, digits) = (line * 3_600 / lines, draws.u32(..10_000_000));
        // Most prompts are short, some are very long.
        let input = 1u64 << draws.u32(1..17);
        let (input, output) = (input + draws.u64(..input), draws.u64(..1_200));
        let (minute, second) = (second / 60, second % 60);
        write!(
            text,
            "{{\"ts\":\"2023-11-16T18:{minute:02}:{second:02}.{digits:07}Z\",\"source\":\"made-{seed}\",\
             \"input_tokens\":{input},\"output_tokens\":{output}"
        )
        .unwrap();
        if seed == 3 {
            write!(text, ",\"hash_ids\":[0,{},{}]", draws.u16(..), draws.u16(..)).unwrap();
        }
        text.extend_from_slice(b"}\n");
    }
    text
}

/// What all records are together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) records: u64,
    pub(super) input: u64,
    pub(super) output: u64,
}

pub(super) fn totals(files: &Files) -> Totals {
    let mut totals = Totals::default();
    for line in files
        .iter()
        .flat_map(|(_, text)| text.split(|byte| *byte == b'\n'))
    {
        let Ok(record) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        totals.records += 1;
        totals.input += record["input_tokens"].as_u64().unwrap();
        totals.output += record["output_tokens"].as_u64().unwrap();
    }
    totals
}

/// How the files of a folder are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Plain,
    Gzip,
    Zstd,
    /// Compressed piece by piece, as files that are appended to.
    InMembers,
}

pub(super) const STORED: [Stored; 4] = [Stored::Plain, Stored::Gzip, Stored::Zstd, Stored::InMembers];

/// Writes the files so; their paths in order.
pub(super) fn store(folder: &Path, files: &[(String, Vec<u8>)], stored: Stored) -> Vec<String> {
    let folder = folder.join(format!("{stored:?}"));
    fs::create_dir(&folder).unwrap();
    let write = |(name, text): &(String, Vec<u8>)| {
        let path = folder.join(format!("{name}.jsonl"));
        fs::write(&path, bytes(text, stored)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    files.iter().map(write).collect()
}

fn bytes(text: &[u8], stored: Stored) -> Vec<u8> {
    match stored {
        Stored::Plain => text.to_vec(),
        Stored::Gzip => gzip(text),
        Stored::Zstd => zstd::encode_all(text, 3).unwrap(),
        // The pieces end amid lines.
        Stored::InMembers => text.chunks(100_003).flat_map(gzip).collect(),
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}
