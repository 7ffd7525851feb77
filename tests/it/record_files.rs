//! The files that records are written into: their size and age, when they are on the disk, and a disk that takes no more.

use crate::support::proxy::{Proxy, pointsman, replay};
use crate::support::{chat, client, eventually, message};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const POLICY: &str = "provider here { protocol simulated latency 1ms }\n\
    model small { provider here }\n\
    route default { target small }\n";

struct Scene {
    folder: TempDir,
    proxy: Proxy,
}

impl Scene {
    /// Serves, recording with these arguments; the process is started by this command.
    fn start(command: Command, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("all.policy"), POLICY).unwrap();
        let records = folder.path().join("records");
        let arguments = [&["--record", records.to_str().unwrap()], arguments].concat();
        let proxy = Proxy::launch(command, &folder.path().join("all.policy"), &arguments);
        Scene { folder, proxy }
    }

    fn records(&self) -> PathBuf {
        self.folder.path().join("records")
    }

    /// Makes this many requests, of which no two records are alike.
    async fn ask(&self, count: usize) {
        for _ in 0..count {
            let mut body = message("small", false);
            let user: String = std::iter::repeat_with(fastrand::alphanumeric).take(300).collect();
            body["user"] = json!(user);
            let answer = chat(&client(), &self.proxy.url, "any", &body)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 200);
            answer.bytes().await.unwrap();
        }
    }

    /// How many records the metrics call so.
    async fn counted(&self, result: &str) -> u64 {
        let metrics = self.proxy.ask("/metrics").await;
        let name = format!("pointsman_records_total{{result=\"{result}\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
        line.unwrap().parse().unwrap()
    }

    /// Waits until so many records are written or lost.
    async fn settled(&self, count: u64) {
        eventually("all records are counted", || async {
            let counted = self.counted("written").await + self.counted("dropped").await;
            (counted == count).then_some(())
        })
        .await;
    }
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_rotate_by_the_size_and_the_age_that_are_asked_for() {
    let arguments = ["--record-file-size", "1KiB", "--record-sync", "flush"];
    let scene = Scene::start(pointsman(), &arguments);
    for round in 1..=3 {
        scene.ask(5).await;
        scene.settled(round * 5).await;
    }
    assert!(files(&scene.records()) >= 3, "{}", files(&scene.records()));
    let policy = scene.folder.path().join("all.policy");
    let Scene { folder, proxy } = scene;
    assert_eq!(tokio::task::block_in_place(|| proxy.terminate()).0, Some(0));
    assert_eq!(replay(&folder.path().join("records"), &policy)["records"], 15);

    let arguments = ["--record-file-age", "1s", "--record-sync", "never"];
    let scene = Scene::start(pointsman(), &arguments);
    for round in 1..=2 {
        scene.ask(1).await;
        eventually("a file is ended", || async {
            let ended = || {
                let mut all = fs::read_dir(scene.records()).unwrap();
                let whole = |file: fs::File| zstd::decode_all(file).is_ok_and(|lines| !lines.is_empty());
                all.all(|file| whole(fs::File::open(file.unwrap().path()).unwrap()))
            };
            (files(&scene.records()) == round && ended()).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_full_disk_does_not_take_is_counted_as_lost_and_told() {
    // What a process may write to a file is bounded, and the signal that tells it so is ignored: the disk is full.
    let mut command = Command::new("sh");
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\"";
    command.args(["-c", limited]).arg(pointsman().get_program());
    let scene = Scene::start(command, &[]);
    scene.ask(5).await;
    scene.settled(5).await;
    assert_eq!(scene.counted("dropped").await, 0);
    scene.ask(80).await;
    scene.settled(85).await;
    let (written, dropped) = (scene.counted("written").await, scene.counted("dropped").await);
    assert!(written >= 5 && dropped > 0, "{written} written, {dropped} lost");
    let records = scene.records();
    let Scene {
        folder: _folder,
        proxy,
    } = scene;
    let (code, log) = tokio::task::block_in_place(|| proxy.terminate());
    assert_eq!(code, Some(0));
    assert!(
        log.contains("records cannot be written and are lost for now"),
        "{log}"
    );
    // Lines of the last write may be there, those that are called written are.
    let readable = torn(&records);
    assert!(readable >= written, "{written} written, {readable} readable");
}

/// How many records can be read of files that may be torn.
fn torn(folder: &Path) -> u64 {
    let policy = folder.join("all.policy");
    fs::write(&policy, POLICY).unwrap();
    replay(folder, &policy)["records"].as_u64().unwrap()
}

#[test]
fn what_cannot_be_asked_of_record_files_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.policy"), POLICY).unwrap();
    let mut said = String::new();
    for arguments in [
        &["--record", "r", "--record-file-size", "12 elephants"][..],
        &["--record", "r", "--record-file-size", "1"],
        &["--record", "r", "--record-file-age", "10ms"],
        &["--record", "r", "--record-file-age", "soon"],
    ] {
        let mut command = pointsman();
        command.current_dir(folder.path()).args(["serve", "all.policy"]);
        let output = command.args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        said.push_str(&String::from_utf8(output.stderr).unwrap());
    }
    insta::assert_snapshot!(said, @r"
    error: `--record-file-size`: `12 elephants` is no size: write a number of bytes, or one with `KiB`, `MiB`, `GiB`, `k` or `M`
    error: `--record-file-size`: `1` is out of bounds: give 1KiB to 1024GiB
    error: `--record-file-age`: `10ms` is out of bounds: give `1s` to `168h`
    error: `--record-file-age`: `soon` is no duration: write a number and `ms`, `s`, `m` or `h`, such as `1h`
    ");
    let mut command = pointsman();
    command
        .current_dir(folder.path())
        .args(["serve", "all.policy", "--record-sync", "flush"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "nothing is recorded");
}
