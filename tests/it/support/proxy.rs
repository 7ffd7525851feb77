//! The real binary, started on free ports and ended by its own id.

use super::{PATIENCE, client};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

/// The command under test.
pub(crate) fn pointsman() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pointsman"));
    command.env_remove("RUST_LOG").env("NO_COLOR", "1");
    command
}

/// The report of a dry run of these records, which must succeed.
pub(crate) fn replay(records: &Path, policy: &Path) -> Value {
    replay_with(records, policy, &[])
}

/// As [`replay`], with more arguments.
pub(crate) fn replay_with(records: &Path, policy: &Path, arguments: &[&str]) -> Value {
    let output = pointsman()
        .arg("replay")
        .arg(records)
        .arg("--policy")
        .arg(policy)
        .args(["--format", "json"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running `pointsman serve`; killed when dropped.
pub(crate) struct Proxy {
    child: Child,
    /// Base URL of the proxy, such as `http://127.0.0.1:41234`.
    pub(crate) url: String,
    /// Base URL of the admin listener.
    pub(crate) admin: String,
    log: Option<thread::JoinHandle<String>>,
}

impl Proxy {
    /// Serves a policy on free ports; `extra` are further arguments.
    pub(crate) fn start(policy: &Path, extra: &[&str]) -> Self {
        Self::start_with(policy, extra, &[])
    }

    /// The same with environment variables.
    pub(crate) fn start_with(policy: &Path, extra: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = pointsman();
        command.envs(environment.iter().copied());
        Self::launch(command, policy, extra)
    }

    /// The same by a command that becomes the binary.
    pub(crate) fn launch(mut command: Command, policy: &Path, extra: &[&str]) -> Self {
        let mut child = command
            .arg("serve")
            .arg(policy)
            .args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
            .args(extra)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let (mut url, mut admin) = (String::new(), String::new());
        while url.is_empty() || admin.is_empty() {
            let Ok(line) = lines.recv_timeout(PATIENCE) else {
                let _ = child.kill();
                panic!("the proxy did not start:\n{}", log.join().unwrap_or_default());
            };
            match line.split_once(' ') {
                Some(("proxy", address)) => url = address.to_owned(),
                Some(("admin", address)) => admin = address.to_owned(),
                _ => panic!("unexpected line on standard output: {line}"),
            }
        }
        Proxy {
            child,
            url,
            admin,
            log: Some(log),
        }
    }

    /// The id of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Bytes that it holds (`VmRSS`), or has held at most (`VmHWM`).
    pub(crate) fn memory(&self, field: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        let kilobytes = line.trim_start_matches(':').trim_end_matches("kB").trim();
        kilobytes.parse::<usize>().unwrap() * 1024
    }

    /// What the admin listener answers at a path.
    pub(crate) async fn ask(&self, path: &str) -> String {
        let answer = client().get(format!("{}{path}", self.admin)).send().await;
        answer.unwrap().text().await.unwrap()
    }

    /// Lets it load its policy, which must succeed.
    pub(crate) async fn reload(&self) {
        let load = client().post(format!("{}/policy/reload", self.admin)).send();
        assert_eq!(load.await.unwrap().status(), 200);
    }

    /// Sends SIGTERM and waits for the end; gives exit code and everything logged.
    pub(crate) fn terminate(mut self) -> (Option<i32>, String) {
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
        let code = self.child.wait().unwrap().code();
        (
            code,
            self.log.take().map(|log| log.join().unwrap()).unwrap_or_default(),
        )
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
