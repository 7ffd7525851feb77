//! What `serve` asks of the system for its process, as the system tells it.
#![cfg(target_os = "linux")]

use crate::support::proxy::pointsman;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const POLICY: &str =
    "provider here { protocol simulated }\nmodel m { provider here }\nroute all { target m }\n";

/// A proxy that was started where a process begins with so many open files.
struct Limited(Child);

impl Limited {
    fn start(files: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("a.policy");
        fs::write(&policy, POLICY).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", &format!("ulimit -S -n {files}; exec \"$0\" \"$@\"")])
            .arg(pointsman().get_program())
            .arg("serve")
            .arg(policy)
            .args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let listeners: Vec<String> = output.lines().take(2).map(Result::unwrap).collect();
        assert_eq!(listeners.len(), 2, "{listeners:?}");
        Limited(child)
    }

    /// What stands behind a word in one of the files about it.
    fn told(&self, file: &str, word: &str) -> String {
        let text = fs::read_to_string(format!("/proc/{}/{file}", self.0.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(word));
        line.unwrap().trim().to_owned()
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn serve_has_small_pages_and_all_the_files_that_it_may_open() {
    let proxy = Limited::start(200);
    assert_eq!(proxy.told("status", "THP_enabled:"), "0");
    let files = proxy.told("limits", "Max open files");
    let [soft, hard] = [0, 1].map(|at| files.split_whitespace().nth(at).unwrap().to_owned());
    assert_eq!(soft, hard, "{files}");
    assert_ne!(soft, "200");
}
