//! Which files a policy is, and when they no longer hold what was read.

use super::disk::DiskFiles;
use crate::compile::Files;
use std::fs;
use std::path::PathBuf;

fn names(directory: &tempfile::TempDir, policy: &[PathBuf]) -> Vec<String> {
    let prefix = format!("{}/", directory.path().display());
    DiskFiles::new(policy)
        .roots()
        .unwrap()
        .into_iter()
        .map(|name| name.trim_start_matches(&prefix).to_owned())
        .collect()
}

#[test]
fn of_a_directory_the_policy_files_count() {
    let directory = tempfile::tempdir().unwrap();
    for name in [
        "b.policy",
        "a.policy",
        "B.policy",
        ".c.policy",
        "d.txt",
        "e.policy~",
    ] {
        fs::write(directory.path().join(name), "").unwrap();
    }
    fs::create_dir(directory.path().join("f.policy")).unwrap();
    let policy = [directory.path().to_path_buf()];
    assert_eq!(names(&directory, &policy), ["B.policy", "a.policy", "b.policy"]);
}

#[test]
fn files_keep_the_order_given() {
    let directory = tempfile::tempdir().unwrap();
    let policy = [
        directory.path().join("z.policy"),
        directory.path().join("./a/../a.txt"),
    ];
    assert_eq!(names(&directory, &policy), ["z.policy", "a.txt"]);
}

#[test]
fn a_file_has_one_name_however_it_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("a.policy");
    fs::write(&root, "").unwrap();
    fs::create_dir(directory.path().join("inner")).unwrap();
    std::os::unix::fs::symlink(&root, directory.path().join("inner/link.policy")).unwrap();
    let mut files = DiskFiles::new(std::slice::from_ref(&root));
    let name = files.roots().unwrap().remove(0);
    assert_eq!(files.resolve(&name, "a.policy"), name);
    assert_eq!(files.resolve(&name, "./inner/../a.policy"), name);
    assert_eq!(files.resolve(&name, "inner/link.policy"), name);
    assert_eq!(files.resolve(&name, &root.display().to_string()), name);
    assert_ne!(files.resolve(&name, "b.policy"), name);
}

#[test]
fn what_was_read_holds_until_it_changes() {
    let directory = tempfile::tempdir().unwrap();
    let policy = [directory.path().to_path_buf()];
    let path = directory.path().join("a.policy");
    fs::write(&path, "one").unwrap();
    let mut files = DiskFiles::new(&policy);
    let name = files.roots().unwrap().remove(0);
    assert_eq!(files.read(&name).unwrap(), b"one");
    let mut state = files.into_state();
    assert!(state.holds(&policy, true));

    fs::write(&path, "two").unwrap();
    assert!(!state.holds(&policy, false));
    assert!(!state.is_untouched(&policy));
    fs::remove_file(&path).unwrap();
    fs::write(&path, "one").unwrap();
    assert!(!state.is_untouched(&policy), "the same bytes were written again");
    assert!(state.holds(&policy, false), "the same bytes are no change");
    assert!(state.is_untouched(&policy));

    fs::write(directory.path().join("b.policy"), "").unwrap();
    assert!(!state.holds(&policy, false), "a new file is a change");
    fs::remove_file(directory.path().join("b.policy")).unwrap();
    assert!(state.holds(&policy, false));
    fs::remove_file(&path).unwrap();
    assert!(!state.holds(&policy, false), "a vanished file is a change");
}

#[test]
fn a_missing_file_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.policy");
    let policy = [path.clone()];
    let mut files = DiskFiles::new(&policy);
    let name = files.roots().unwrap().remove(0);
    let error = files.read(&name).unwrap_err();
    assert_eq!(error.reason, "there is no such file or directory");
    let mut state = files.into_state();
    assert!(state.holds(&policy, true));
    fs::write(&path, "").unwrap();
    assert!(!state.holds(&policy, false));
}

#[test]
fn what_is_no_regular_file_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("a.policy");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let error = DiskFiles::new(&[])
        .read(&socket.display().to_string())
        .unwrap_err();
    assert_eq!(error.reason, "it is no regular file");
}
