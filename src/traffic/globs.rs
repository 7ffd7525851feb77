//! Globs over folders of files, on a disk or in a bucket: `logs/2026-11-*/**/*.jsonl.zst`. They are expanded here rather than
//! by a shell, so that they work in quotes, where there is no shell, and where there are no files.

use glob::{MatchOptions, Pattern};

/// What a glob has in it that a plain path seldom has.
const LETTERS: [char; 3] = ['*', '?', '['];

/// The part of a glob that stands for any number of folders.
const ANY_FOLDERS: &str = "**";

/// Most files that one glob or folder stands for: their names are held in memory.
pub(super) const MOST_FILES: usize = 1_000_000;

/// What the names of traffic files have in them.
const ENDINGS: [&str; 3] = [".jsonl", ".csv", ".parquet"];

/// As a shell matches: a star stays within its folder, and a leading dot has to be written.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// A place with files in folders.
pub(super) trait Folders {
    /// How a folder is known there.
    type Folder: Clone;
    /// How a file is known there.
    type File: Ord;

    /// The folder of this path; the empty path is where paths begin.
    fn folder(&self, path: &str) -> Self::Folder;

    /// What stands in a folder; of one that does not exist, nothing.
    fn entries(&self, folder: &Self::Folder) -> Result<Entries<Self>, String>;

    /// All files in a folder and in the folders within it, by their path from there.
    fn below(&self, folder: &Self::Folder) -> Result<Vec<(String, Self::File)>, String>;
}

/// What stands in a folder of a place.
pub(super) type Entries<T> = Vec<Entry<<T as Folders>::Folder, <T as Folders>::File>>;

/// What stands in a folder, by its name.
pub(super) enum Entry<D, F> {
    Folder(String, D),
    File(String, F),
}

/// Whether a path is meant as a glob, unless there is a file of that name.
pub(super) fn is_glob(path: &str) -> bool {
    path.contains(LETTERS)
}

/// The traffic files that stand in a folder, in order: no folders within it, no name with a leading dot.
pub(super) fn in_folder<T: Folders>(place: &T, folder: &T::Folder) -> Result<Vec<T::File>, String> {
    let entries = place.entries(folder)?.into_iter();
    let traffic = entries.filter_map(|entry| match entry {
        Entry::File(name, file) if is_traffic(&name) => Some(file),
        Entry::File(..) | Entry::Folder(..) => None,
    });
    sorted(traffic.collect())
}

/// The files that a glob stands for, in order. A folder that it matches stands for the traffic files in it, as `**` at the
/// end stands for those of all folders.
///
/// # Errors
/// It is no glob, it matches nothing, or a folder cannot be read.
pub(super) fn matched<T: Folders>(place: &T, path: &str) -> Result<Vec<T::File>, String> {
    let parts: Vec<&str> = path.split('/').collect();
    let plain = parts.iter().take_while(|part| !is_glob(part)).count();
    let start = parts[..plain].join("/");
    // A glob at the root of a disk has an empty part before it, which joins to nothing.
    let start = if plain == 1 && start.is_empty() {
        "/"
    } else {
        &start
    };
    let parts = patterns(&parts[plain..])?;
    let mut found = Vec::new();
    collect(place, &place.folder(start), &parts, &mut found)?;
    match found.is_empty() {
        true => Err("the glob matches no file".to_owned()),
        false => sorted(found),
    }
}

/// A part of a glob between slashes.
enum Part {
    Name(Pattern),
    /// `**` and what follows it.
    Below(Pattern),
    /// `**` with nothing behind it.
    AllBelow,
}

fn patterns(parts: &[&str]) -> Result<Vec<Part>, String> {
    let pattern = |text: &str| Pattern::new(text).map_err(|error| format!("it is no glob: {}", error.msg));
    let mut read = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if *part != ANY_FOLDERS {
            read.push(Part::Name(pattern(part)?));
            continue;
        }
        let rest = parts[at..].join("/");
        read.push(match rest.trim_start_matches("**").trim_matches('/') {
            "" => Part::AllBelow,
            _ => Part::Below(pattern(&rest)?),
        });
        break;
    }
    Ok(read)
}

fn collect<T: Folders>(
    place: &T,
    folder: &T::Folder,
    parts: &[Part],
    found: &mut Vec<T::File>,
) -> Result<(), String> {
    match parts {
        [] => found.extend(in_folder(place, folder)?),
        [Part::Name(pattern), rest @ ..] => {
            for entry in place.entries(folder)? {
                match entry {
                    Entry::File(name, file) if rest.is_empty() && pattern.matches_with(&name, OPTIONS) => {
                        found.push(file);
                    }
                    Entry::Folder(name, within) if pattern.matches_with(&name, OPTIONS) => {
                        collect(place, &within, rest, found)?;
                    }
                    Entry::File(..) | Entry::Folder(..) => {}
                }
            }
        }
        [Part::Below(pattern), ..] => {
            let files = place.below(folder)?.into_iter();
            found.extend(
                files.filter_map(|(path, file)| pattern.matches_with(&path, OPTIONS).then_some(file)),
            );
        }
        [Part::AllBelow, ..] => {
            let is_wanted = |path: &str| path.split('/').all(is_seen) && is_traffic(path);
            let files = place.below(folder)?.into_iter();
            found.extend(files.filter_map(|(path, file)| is_wanted(&path).then_some(file)));
        }
    }
    bounded(found)
}

fn sorted<F: Ord>(mut files: Vec<F>) -> Result<Vec<F>, String> {
    bounded(&files)?;
    files.sort();
    Ok(files)
}

/// Refuses more files than are held in memory.
pub(super) fn bounded<F>(files: &[F]) -> Result<(), String> {
    match files.len() > MOST_FILES {
        true => Err(format!(
            "it stands for more than {MOST_FILES} files: name fewer, and `replay merge` the parts"
        )),
        false => Ok(()),
    }
}

fn is_traffic(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    is_seen(name) && ENDINGS.iter().any(|ending| name.contains(ending))
}

fn is_seen(name: &str) -> bool {
    !name.starts_with('.')
}

#[cfg(test)]
mod tests;
