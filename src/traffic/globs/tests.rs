//! Globs over a folder of the disk: what each stands for, in which order, and what is said of one that stands for nothing.
#![allow(clippy::disallowed_methods, reason = "traffic files are the world's")]

use crate::traffic::sources;
use std::path::Path;

const FILES: [&str; 9] = [
    "2026-10-31/a.jsonl",
    "2026-11-01/a.jsonl",
    "2026-11-01/eu/b.jsonl.zst",
    "2026-11-01/eu/west/c.csv.gz",
    "2026-11-02/a.jsonl",
    "2026-11-02/.hidden.jsonl",
    "2026-11-02/.trash/d.jsonl",
    "2026-11-02/notes.txt",
    "a[1].jsonl",
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in FILES {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    folder
}

/// The names that a glob within a folder stands for, from there, or what is said of it.
fn found(folder: &Path, glob: &str) -> String {
    let root = format!("{}/", folder.display());
    let names = match sources(&[format!("{root}{glob}")]) {
        Ok(sources) => sources
            .iter()
            .map(|source| source.name().to_owned())
            .collect::<Vec<_>>()
            .join(" "),
        Err(error) => error.to_string(),
    };
    names.replace(&root, "")
}

#[test]
fn a_glob_stands_for_its_files_in_byte_order() {
    let folder = folder();
    let cases = [
        "2026-11-*/*.jsonl",
        "2026-11-*/**/*.jsonl.zst",
        "2026-11-0?/**/[bc].*",
        "2026-11-0[!1]/*",
        "**/a.jsonl",
        "2026-11-*",
        "2026-11-*/**",
        "*/eu/*/c*",
        "2026-11-02/.h*",
        "a[1].jsonl",
        "a[[]1[]].jsonl",
        "2026-12-*/*.jsonl",
        "no/such/*.jsonl",
        "notes*",
        "[.jsonl",
        "a**/b",
    ];
    let shown: Vec<String> = cases
        .iter()
        .map(|glob| format!("{glob}\n  {}", found(folder.path(), glob)))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_folder_that_links_to_one_above_it_is_not_walked_in_circles() {
    let folder = folder();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("2026-11-01/up")).unwrap();
    assert_eq!(
        found(folder.path(), "2026-11-01/**/a.jsonl"),
        "2026-11-01/a.jsonl"
    );
    assert_eq!(
        found(folder.path(), "2026-11-01/up/2026-10-*/*"),
        "2026-11-01/up/2026-10-31/a.jsonl"
    );
}
