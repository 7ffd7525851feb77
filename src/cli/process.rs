//! What `serve` asks of the system for its process: memory in small pages, and all the open files that it may have.

#[cfg(target_os = "linux")]
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Keeps the system from backing memory with huge pages: a proxy holds many small things that come and go, so that most of a
/// page of 2 MiB would lie idle; with them it is a third larger at the same speed.
#[cfg(target_os = "linux")]
pub(super) fn in_small_pages() {
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay as they are");
    }
}

/// Lets the process open as many files as it is allowed to, where most systems begin with 1,024: a request has a socket on
/// either side.
#[cfg(target_os = "linux")]
pub(super) fn with_all_files() {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, all) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn in_small_pages() {}

#[cfg(not(target_os = "linux"))]
pub(super) fn with_all_files() {}
