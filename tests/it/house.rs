//! The rules of the house, held against the sources: imports point one way, every file says what it is for, and no
//! file outgrows what one would like to read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// No source file is longer than this; lower it when the longest file gets shorter.
const LONGEST_FILE: usize = 455;

/// The modules of `src/lib.rs` in order: a module may import only from those before it.
fn layers() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    text.lines()
        .filter_map(|line| {
            line.strip_prefix("pub mod ")
                .or_else(|| line.strip_prefix("mod "))
        })
        .map(|name| name.trim_end_matches(';').to_owned())
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files under a folder of the package, in order.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The top-level module that a file of `src/` belongs to; `None` for `lib.rs` and `main.rs`.
fn module_of(path: &Path) -> Option<String> {
    let inner = path.strip_prefix(root().join("src")).unwrap();
    let first = inner.components().next()?.as_os_str().to_str()?;
    let name = first.trim_end_matches(".rs");
    (name != "lib" && name != "main").then(|| name.to_owned())
}

/// The top-level modules that a text names behind `crate::`, comments left out.
fn imports(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group.split(',').map(first_word).collect::<Vec<_>>(),
            None => vec![first_word(rest)],
        })
        .filter(|name| !name.is_empty())
        .collect()
}

fn first_word(text: &str) -> String {
    text.trim()
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

#[test]
fn modules_import_only_from_those_above_them() {
    let order: BTreeMap<String, usize> = layers()
        .into_iter()
        .enumerate()
        .map(|(index, name)| (name, index))
        .collect();
    let mut wrong = Vec::new();
    for path in rust_files("src") {
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests")
            || path
                .components()
                .any(|component| component.as_os_str() == "tests");
        let Some(module) = module_of(&path).filter(|_| !is_test) else {
            continue;
        };
        let own = order.get(&module).copied();
        for import in imports(&fs::read_to_string(&path).unwrap()) {
            if let (Some(own), Some(other)) = (own, order.get(&import).copied())
                && other > own
            {
                wrong.push(format!(
                    "{} imports `{import}`, which is below `{module}`",
                    shown(&path)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = [
        "src",
        "tests",
        "benches",
        "fuzz/fuzz_targets",
        "bindings/python/src",
    ]
    .into_iter()
    .flat_map(rust_files)
    .filter(|path| {
        !fs::read_to_string(path)
            .unwrap()
            .trim_start_matches("#![no_main]")
            .trim_start()
            .starts_with("//!")
    })
    .map(|path| shown(&path))
    .collect();
    assert!(
        silent.is_empty(),
        "no `//!` at the head of\n{}",
        silent.join("\n")
    );
}

#[test]
fn no_file_outgrows_its_reader() {
    let long: Vec<String> = rust_files("src")
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{} has {lines} lines, the bound is {LONGEST_FILE}", shown(&path)))
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn the_core_knows_no_clock_and_no_socket() {
    const WORLD: [&str; 10] = [
        "settings", "reload", "traffic", "targets", "provider", "engine", "gateway", "cli", "editor", "main",
    ];
    const BANNED: [&str; 8] = [
        "async fn",
        ".await",
        "Instant::now",
        "SystemTime",
        "fastrand",
        "std::net",
        "std::fs",
        "tracing::",
    ];
    let mut wrong = Vec::new();
    for path in rust_files("src") {
        let Some(module) = module_of(&path) else { continue };
        if WORLD.contains(&module.as_str()) {
            continue;
        }
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            if !line.trim_start().starts_with("//")
                && let Some(word) = BANNED.into_iter().find(|word| line.contains(word))
            {
                wrong.push(format!("{}:{} has `{word}`", shown(&path), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "the core is pure data\n{}", wrong.join("\n"));
}
