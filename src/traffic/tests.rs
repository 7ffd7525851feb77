//! Records written and read back: rotation, torn tails, compression, formats.
#![allow(
    clippy::disallowed_methods,
    reason = "record files and their clock are the world's"
)]

use super::file::{Now, RecordFile};
use super::*;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn moment(seconds: u64, origin: Instant) -> Now {
    Now {
        wall: chrono::DateTime::from_timestamp(1_700_000_000 + seconds as i64, 0).unwrap(),
        steady: origin + Duration::from_secs(seconds),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// All bytes of an input and its faults.
fn read(path: &Path) -> (Vec<u8>, Vec<Fault>) {
    let source = sources(&[path.display().to_string()]).unwrap().remove(0);
    let mut bytes = Vec::new();
    let mut faults = Vec::new();
    for block in source.open(&Arc::default()).unwrap() {
        bytes.extend(block.bytes.iter());
        faults.extend(block.fault);
    }
    (bytes, faults)
}

fn read_bytes(name: &str, content: &[u8]) -> (Vec<u8>, Vec<Fault>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, content).unwrap();
    read(&path)
}

fn lines(count: usize) -> Vec<u8> {
    (0..count)
        .flat_map(|number| format!("{{\"v\":1,\"n\":{number}}}\n").into_bytes())
        .collect()
}

#[test]
fn what_is_written_is_read_back_after_close() {
    let directory = tempfile::tempdir().unwrap();
    let writer = Writer::start(Settings::new(directory.path().join("new/records"))).unwrap();
    for number in 0..1000 {
        let line = format!("{{\"v\":1,\"n\":{number}}}");
        assert!(match number % 2 {
            0 => writer.write(line),
            _ => writer.write_later(move || line),
        });
    }
    writer.close().unwrap();
    let counts = writer.counts();
    assert_eq!((counts.written, counts.dropped), (1000, 0));
    let files = files(&directory.path().join("new/records"));
    assert_eq!(files.len(), 1);
    assert_eq!(counts.bytes, std::fs::metadata(&files[0]).unwrap().len());
    assert_eq!(read(&files[0]), (lines(1000), vec![]));
    assert!(!writer.write("{}"), "a closed writer takes nothing");
    assert_eq!(writer.counts().dropped, 1);
    writer.close().unwrap();
}

#[test]
fn a_writer_without_records_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    Writer::start(Settings::new(directory.path()))
        .unwrap()
        .close()
        .unwrap();
    assert_eq!(files(directory.path()).len(), 0);
}

#[test]
fn a_full_queue_drops_and_counts() {
    let directory = tempfile::tempdir().unwrap();
    let writer = Writer::start(Settings {
        queue: 1,
        ..Settings::new(directory.path())
    })
    .unwrap();
    let taken = (0..20_000).filter(|_| writer.write("{\"v\":1}")).count() as u64;
    writer.close().unwrap();
    let counts = writer.counts();
    assert_eq!(counts.written, taken);
    assert_eq!(counts.written + counts.dropped, 20_000);
    assert!(!writer.write(vec![b' '; LONGEST_LINE + 1]));
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(Writer::start(Settings::new(file.join("records"))).is_err());
}

#[test]
fn files_rotate_by_size_and_keep_their_order() {
    let directory = tempfile::tempdir().unwrap();
    let writer = Writer::start(Settings {
        rotation: Rotation {
            bytes: 1,
            flush: Duration::ZERO,
            ..Rotation::default()
        },
        ..Settings::new(directory.path())
    })
    .unwrap();
    for number in 0..20 {
        assert!(writer.write(format!("{{\"v\":1,\"n\":{number}}}")));
    }
    writer.close().unwrap();
    let files = files(directory.path());
    assert_eq!(files.len(), 20);
    let all: Vec<u8> = files.iter().flat_map(|file| read(file).0).collect();
    assert_eq!(all, lines(20));
}

#[test]
fn a_file_is_over_by_size_or_age() {
    let directory = tempfile::tempdir().unwrap();
    let origin = Instant::now();
    let rotation = Rotation {
        bytes: 100,
        age: Duration::from_secs(60),
        flush: Duration::from_secs(1),
        sync: Sync::Flush,
    };
    let mut file = RecordFile::create(directory.path(), moment(0, origin)).unwrap();
    assert!(!file.is_over(&rotation, moment(90, origin)), "nothing in it yet");
    file.append(b"{}").unwrap();
    assert!(!file.is_over(&rotation, moment(59, origin)));
    assert!(file.is_over(&rotation, moment(60, origin)));
    for number in 0..100 {
        file.append(format!("{:x}", number * 7_919_777_u64).as_bytes())
            .unwrap();
    }
    assert_eq!(file.unflushed(), 101);
    assert_eq!(file.flush_if_due(&rotation, moment(1, origin)).unwrap(), 101);
    assert_eq!(file.flush_if_due(&rotation, moment(3, origin)).unwrap(), 0);
    assert!(file.is_over(&rotation, moment(1, origin)));
}

#[test]
fn names_sort_by_time_and_never_overwrite() {
    let directory = tempfile::tempdir().unwrap();
    let origin = Instant::now();
    let torn = directory.path().join("traffic-20231114T221320Z-0000.jsonl.zst");
    std::fs::write(&torn, "torn").unwrap();
    for seconds in [0, 0, 1] {
        let mut file = RecordFile::create(directory.path(), moment(seconds, origin)).unwrap();
        file.append(b"{}").unwrap();
        file.finish(Sync::Never).unwrap();
    }
    let names: Vec<_> = files(directory.path())
        .iter()
        .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "traffic-20231114T221320Z-0000.jsonl.zst",
            "traffic-20231114T221320Z-0001.jsonl.zst",
            "traffic-20231114T221320Z-0002.jsonl.zst",
            "traffic-20231114T221321Z-0000.jsonl.zst",
        ]
    );
    assert_eq!(std::fs::read(torn).unwrap(), b"torn");
}

#[test]
fn a_torn_file_is_read_up_to_the_last_flush() {
    let directory = tempfile::tempdir().unwrap();
    let origin = Instant::now();
    let rotation = Rotation::default();
    let mut file = RecordFile::create(directory.path(), moment(0, origin)).unwrap();
    for number in 0..100 {
        file.append(format!("{{\"v\":1,\"n\":{number}}}").as_bytes())
            .unwrap();
    }
    file.flush_if_due(&rotation, moment(1, origin)).unwrap();
    file.append(b"{\"v\":1,\"n\":100}").unwrap();
    file.flush_if_due(&rotation, moment(1, origin)).unwrap();
    let torn = std::fs::read(&files(directory.path())[0]).unwrap();
    let (bytes, faults) = read_bytes("torn.jsonl.zst", &torn);
    assert_eq!(bytes, lines(100));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].line, 101);

    let cut = &torn[..torn.len() - 10];
    let (bytes, faults) = read_bytes("torn.jsonl.zst", cut);
    assert!(lines(100).starts_with(&bytes));
    assert_eq!(faults.len(), 1);
}

#[test]
fn a_file_torn_before_its_first_flush_holds_nothing() {
    let (bytes, faults) = read_bytes("torn.jsonl.zst", &[0x28, 0xb5, 0x2f, 0xfd]);
    assert_eq!((bytes.len(), faults.len()), (0, 1));
    assert_eq!(read_bytes("empty.jsonl.zst", b""), (vec![], vec![]));
}

#[test]
fn content_tells_the_compression_and_members_follow_each_other() {
    let text = lines(5000);
    let (front, back) = text.split_at(text.len() / 3);
    let gzipped = [gzip(front), gzip(back)].concat();
    assert_eq!(read_bytes("misnamed.jsonl", &gzipped), (text.clone(), vec![]));
    let frames = [
        zstd::encode_all(front, 1).unwrap(),
        zstd::encode_all(back, 1).unwrap(),
    ]
    .concat();
    assert_eq!(read_bytes("misnamed.gz", &frames), (text.clone(), vec![]));
    let skipped = [b"\x5f\x2a\x4d\x18\x02\0\0\0{}".as_slice(), &frames].concat();
    assert_eq!(read_bytes("packed", &skipped), (text.clone(), vec![]));
    assert_eq!(read_bytes("plain.jsonl.zst", &text), (text.clone(), vec![]));

    let (bytes, faults) = read_bytes("torn.jsonl.gz", &gzipped[..gzipped.len() - 40]);
    assert!(text.starts_with(&bytes) && bytes.ends_with(b"\n"));
    assert_eq!(faults.len(), 1);
}

#[test]
fn garbage_behind_a_magic_number_is_unreadable() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("broken.jsonl.gz");
    std::fs::write(
        &path,
        [
            0x1f, 0x8b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        ],
    )
    .unwrap();
    let source = sources(&[path.display().to_string()]).unwrap().remove(0);
    let error = source.open(&Arc::default()).err().unwrap();
    assert!(error.to_string().starts_with("cannot read `"), "{error}");
}

#[test]
fn a_last_line_needs_no_end() {
    assert_eq!(read_bytes("a.jsonl", b"{}\n{}"), (b"{}\n{}".to_vec(), vec![]));
}

#[test]
fn a_line_that_is_too_long_is_passed_over() {
    let long = vec![b'x'; LONGEST_LINE + 3 * 256 * 1024];
    let text = [b"{\"a\":1}\n".as_slice(), &long, b"\n{\"a\":2}\n{\"a\":3}"].concat();
    let (bytes, faults) = read_bytes("long.jsonl", &text);
    assert_eq!(bytes, b"{\"a\":1}\n{\"a\":2}\n{\"a\":3}");
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].line, 2);
}

#[test]
fn blocks_hold_whole_records_and_know_their_lines() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("many.csv");
    let record = "\"a \"\"b\"\"\nc\",1\n";
    let text = format!("name,n\n{}", record.repeat(60_000));
    std::fs::write(&path, &text).unwrap();
    let progress = Arc::new(AtomicU64::new(0));
    let source = sources(&[path.display().to_string()]).unwrap().remove(0);
    assert_eq!(source.size(), Some(text.len() as u64));
    let blocks = source.open(&progress).unwrap();
    assert_eq!(blocks.format(), Format::Csv);
    let mut line = 1;
    let mut count = 0;
    for block in blocks {
        assert_eq!(block.first_line, line);
        assert!(block.bytes.ends_with(b",1\n") && block.bytes.len() < 600_000);
        line += block.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        count += 1;
    }
    assert!(count > 2);
    assert_eq!(line, 120_002);
    assert_eq!(progress.load(Ordering::Relaxed), text.len() as u64);
}

#[test]
fn the_first_lines_tell_the_format_where_the_name_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let format = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        let source = sources(&[path.display().to_string()]).unwrap().remove(0);
        source.open(&Arc::default()).unwrap().format()
    };
    assert_eq!(format("a", "\u{feff}\n {\"a\":1}"), Format::JsonLines);
    assert_eq!(format("b", "a,b\n1,2\n"), Format::Csv);
    assert_eq!(format("e", "ok\":1}\n\n{\"a\":1}\n"), Format::JsonLines);
    assert_eq!(format("c.jsonl", "broken"), Format::JsonLines);
    assert_eq!(format("d.CSV.gz", "{\n"), Format::Csv);
}

#[test]
fn a_directory_stands_for_its_traffic_files_in_byte_order() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["b.jsonl", "a.jsonl.zst", "B.csv.gz", ".c.jsonl", "notes.txt"] {
        std::fs::write(directory.path().join(name), "").unwrap();
    }
    std::fs::create_dir(directory.path().join("sub.jsonl")).unwrap();
    let found = sources(&[directory.path().display().to_string(), "-".to_owned()]).unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|source| source.name().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names, ["B.csv.gz", "a.jsonl.zst", "b.jsonl", "standard input"]);

    let empty = tempfile::tempdir().unwrap();
    assert!(sources(&[empty.path().display().to_string()]).is_err());
    let missing = sources(&["no-such.jsonl".to_owned()]).unwrap().remove(0);
    let error = missing.open(&Arc::default()).err().unwrap();
    assert_eq!(
        error.to_string(),
        "cannot read `no-such.jsonl`: no such file or directory"
    );
}
