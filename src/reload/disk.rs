//! Policy files on disk: which files a policy is, their bytes, and whether they still hold what was read.

use crate::compile::{FileError, Files};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// Most files of one policy.
const MAX_FILES: usize = 1024;

/// Most bytes read of a file: one more than a policy file may have, so that a longer one is seen to be too long.
const MAX_BYTES: u64 = (32 << 20) + 1;

/// The end of the names of policy files in a directory.
const EXTENSION: &str = ".policy";

/// The files of a policy on disk. It remembers what it read, so that a later look can tell whether that still holds.
#[derive(Debug)]
pub struct DiskFiles {
    policy: Vec<PathBuf>,
    names_by_place: BTreeMap<PathBuf, String>,
    state: DiskState,
}

/// What the files of a policy held when they were read.
#[derive(Clone, Debug)]
pub struct DiskState {
    roots: Option<Vec<String>>,
    files: BTreeMap<String, FileState>,
}

/// One file: what the file system says of it, and a digest of its bytes. Both are `None` where it could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileState {
    stamp: Option<Stamp>,
    digest: Option<[u8; 32]>,
}

/// What changes when a file is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    place: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl DiskFiles {
    /// The policy that `policy` names: directories and files, in this order.
    pub fn new(policy: &[PathBuf]) -> Self {
        DiskFiles {
            policy: policy.to_vec(),
            names_by_place: BTreeMap::new(),
            state: DiskState {
                roots: None,
                files: BTreeMap::new(),
            },
        }
    }

    /// What was read, to be compared with the disk later.
    pub fn into_state(self) -> DiskState {
        self.state
    }

    /// The name that the file at `path` is known by: the first one that it was met under.
    fn name_of(&mut self, path: &Path) -> String {
        let plain = without_detours(path);
        let name = plain.to_string_lossy().into_owned();
        match std::fs::canonicalize(&plain) {
            Ok(place) => self.names_by_place.entry(place).or_insert(name).clone(),
            Err(_) => name,
        }
    }
}

impl Files for DiskFiles {
    fn roots(&mut self) -> Result<Vec<String>, FileError> {
        let roots = roots(&self.policy)?;
        self.state.roots = Some(roots.clone());
        for name in &roots {
            self.name_of(Path::new(name));
        }
        Ok(roots)
    }

    fn resolve(&mut self, from: &str, path: &str) -> String {
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        self.name_of(&folder.join(path))
    }

    fn read(&mut self, name: &str) -> Result<Vec<u8>, FileError> {
        let (state, bytes) = read(name);
        self.state.files.insert(name.to_owned(), state);
        bytes
    }

    fn named(&self) -> Vec<String> {
        let paths = self.policy.iter();
        paths.map(|path| path.to_string_lossy().into_owned()).collect()
    }
}

impl DiskState {
    /// The names of the files that were read or looked for, in order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The files that stand for the policy itself: those named, and the policy files of directories named. None where
    /// a directory could not be read.
    pub fn roots(&self) -> &[String] {
        self.roots.as_deref().unwrap_or_default()
    }

    /// Whether the files of `policy` still hold what was read. A file whose stamp is as it was is taken as unchanged
    /// unless `thorough`; stamps that changed over the same bytes are remembered.
    pub fn holds(&mut self, policy: &[PathBuf], thorough: bool) -> bool {
        if roots(policy).ok() != self.roots {
            return false;
        }
        self.files
            .iter_mut()
            .all(|(name, known)| known.holds(name, thorough))
    }

    /// Whether nobody has written to the files of `policy` since they were read, not even the same bytes.
    pub fn is_untouched(&self, policy: &[PathBuf]) -> bool {
        roots(policy).ok() == self.roots && self.files.iter().all(|(name, known)| read(name).0 == *known)
    }
}

impl FileState {
    fn holds(&mut self, name: &str, thorough: bool) -> bool {
        let stamp = std::fs::metadata(name).ok().map(|metadata| Stamp::of(&metadata));
        if stamp == self.stamp && !thorough {
            return true;
        }
        let (found, _) = read(name);
        let same = found.digest == self.digest;
        if same {
            self.stamp = found.stamp;
        }
        same
    }
}

impl Stamp {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Stamp {
            place: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .unwrap_or_default();
        Stamp {
            place: (0, 0),
            length: metadata.len(),
            modified: (
                i64::try_from(modified.as_secs()).unwrap_or(i64::MAX),
                i64::from(modified.subsec_nanos()),
            ),
            changed: (0, 0),
        }
    }
}

/// The files that the operator named; of a directory, its policy files in byte order of their names.
fn roots(policy: &[PathBuf]) -> Result<Vec<String>, FileError> {
    let mut names = Vec::new();
    for path in policy {
        let path = without_detours(path);
        if path.is_dir() {
            names.extend(policy_files(&path)?);
        } else {
            names.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// Whether a file of this name in a directory is a part of the directory's policy.
pub fn is_policy_file(name: &str) -> bool {
    name.ends_with(EXTENSION) && !name.starts_with('.')
}

fn policy_files(directory: &Path) -> Result<Vec<String>, FileError> {
    let failed = |reason: String| FileError {
        path: directory.to_string_lossy().into_owned(),
        reason,
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(|error| failed(plain_reason(&error)))? {
        let entry = entry.map_err(|error| failed(plain_reason(&error)))?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| failed(format!("the name of `{}` is not UTF-8", name.to_string_lossy())))?;
        if is_policy_file(&name) && !entry.path().is_dir() {
            names.push(name);
        }
        if names.len() > MAX_FILES {
            return Err(failed(format!("it holds more than {MAX_FILES} policy files")));
        }
    }
    names.sort();
    Ok(names
        .into_iter()
        .map(|name| directory.join(name).to_string_lossy().into_owned())
        .collect())
}

/// The state and the bytes of a file. The stamp is taken from the open file, so that it is of the bytes read.
fn read(name: &str) -> (FileState, Result<Vec<u8>, FileError>) {
    let unreadable = FileState {
        stamp: std::fs::metadata(name).ok().map(|metadata| Stamp::of(&metadata)),
        digest: None,
    };
    match read_regular(Path::new(name)) {
        Ok((stamp, bytes)) => {
            let state = FileState {
                stamp: Some(stamp),
                digest: Some(Sha256::digest(&bytes).into()),
            };
            (state, Ok(bytes))
        }
        Err(reason) => {
            let path = name.to_owned();
            (unreadable, Err(FileError { path, reason }))
        }
    }
}

fn read_regular(path: &Path) -> Result<(Stamp, Vec<u8>), String> {
    // A pipe would block the load for ever: what is no regular file is not even opened.
    let metadata = std::fs::metadata(path).map_err(|error| plain_reason(&error))?;
    if !metadata.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let file = std::fs::File::open(path).map_err(|error| plain_reason(&error))?;
    let metadata = file.metadata().map_err(|error| plain_reason(&error))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|error| plain_reason(&error))?;
    Ok((Stamp::of(&metadata), bytes))
}

fn plain_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}

/// The path without `.` and without `name/..`; `..` behind nothing stays.
fn without_detours(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    if plain.as_os_str().is_empty() {
        plain.push(".");
    }
    plain
}
