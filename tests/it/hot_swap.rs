//! A load of 32 connections while the policy is replaced again and again, in every way that files change: no request
//! fails or is misrouted, good edits decide, bad ones leave the old policy serving and show their diagnostics.

use crate::support::proxy::Proxy;
use crate::support::{chat, client, eventually, header, message};
use pointsman::tree::PolicyHash;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

const CONNECTIONS: usize = 32;
const REPLACEMENTS: usize = 100;

const CATALOG: &str =
    "provider here { protocol simulated }\nmodel even { provider here }\nmodel odd { provider here }\n";

/// The ways in which a policy is replaced, in turn.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    RenameOver,
    InPlace,
    DeleteAndRecreate,
    SymlinkSwap,
    Broken,
    Emptied,
}

const WAYS: [Way; 6] = [
    Way::RenameOver,
    Way::InPlace,
    Way::DeleteAndRecreate,
    Way::SymlinkSwap,
    Way::Broken,
    Way::Emptied,
];

/// What a policy of this test decides: for a marked user and for everybody else, a route and a target.
type Expected = BTreeMap<String, [(String, String); 2]>;

/// A mounted folder: the catalog, a plain file with the marked user's route, and the last route behind a symlink that
/// is swapped as Kubernetes swaps a config map.
struct Mount {
    folder: PathBuf,
    marked: usize,
    last: usize,
}

impl Mount {
    fn new(folder: &Path) -> Self {
        let mount = Mount {
            folder: folder.to_owned(),
            marked: 0,
            last: 0,
        };
        fs::write(folder.join("10-catalog.policy"), CATALOG).unwrap();
        fs::write(mount.plain(), mount.marked_text()).unwrap();
        mount.swap_symlink();
        symlink("..data/30-last.policy", folder.join("30-last.policy")).unwrap();
        mount
    }

    fn plain(&self) -> PathBuf {
        self.folder.join("20-marked.policy")
    }

    fn marked_text(&self) -> String {
        format!(
            "route marked-{} {{ when user == \"marked\" target {} }}\n",
            self.marked,
            target(self.marked)
        )
    }

    fn last_text(&self) -> String {
        format!("route last-{} {{ target {} }}\n", self.last, target(self.last))
    }

    fn swap_symlink(&self) {
        let version = format!("..version-{}", self.last);
        fs::create_dir(self.folder.join(&version)).unwrap();
        fs::write(
            self.folder.join(&version).join("30-last.policy"),
            self.last_text(),
        )
        .unwrap();
        let fresh = self.folder.join("..data_tmp");
        symlink(&version, &fresh).unwrap();
        fs::rename(fresh, self.folder.join("..data")).unwrap();
    }

    fn hash(&self) -> String {
        let files = [CATALOG.to_owned(), self.marked_text(), self.last_text()];
        PolicyHash::of(files.iter().map(|text| text.as_bytes())).short()
    }

    fn expected(&self) -> [(String, String); 2] {
        [
            (format!("marked-{}", self.marked), target(self.marked).to_owned()),
            (format!("last-{}", self.last), target(self.last).to_owned()),
        ]
    }

    fn rename_over(&self, text: &str) {
        let fresh = self.folder.join(".20-marked.policy.new");
        fs::write(&fresh, text).unwrap();
        fs::rename(fresh, self.plain()).unwrap();
    }
}

fn target(number: usize) -> &'static str {
    if number.is_multiple_of(2) { "even" } else { "odd" }
}

/// What `/policy` says.
async fn status(client: &reqwest::Client, proxy: &Proxy) -> Value {
    let text = client
        .get(format!("{}/policy", proxy.admin))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn serves(client: &reqwest::Client, proxy: &Proxy, hash: &str) {
    eventually("the edited policy serves", || async {
        let answer = chat(client, &proxy.url, "any", &message("even", false))
            .send()
            .await
            .unwrap();
        (header(&answer, "x-pointsman-policy") == hash).then_some(())
    })
    .await;
}

async fn failed_load_shows(client: &reqwest::Client, proxy: &Proxy, hash: &str) {
    eventually("the bad edit shows in /policy", || async {
        let status = status(client, proxy).await;
        assert!(
            status["hash"].as_str().unwrap().starts_with(hash),
            "the old policy must stay: {status}"
        );
        let failed = &status["last_failed_load"];
        let diagnostics = failed["diagnostics"].as_array();
        (failed["current"] == true && diagnostics.is_some_and(|found| !found.is_empty())).then_some(())
    })
    .await;
}

/// One connection of the load: requests until told to stop, each held against the policy that its answer names.
async fn load(
    url: String,
    expected: Arc<Mutex<Expected>>,
    stop: Arc<AtomicBool>,
    number: usize,
    made: Arc<AtomicUsize>,
) {
    let client = client();
    while !stop.load(Ordering::Relaxed) {
        let marked = made.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        let mut body = message("even", number.is_multiple_of(2));
        body["user"] = if marked { "marked".into() } else { "other".into() };
        let answer = chat(&client, &url, "any", &body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let names = (
            header(&answer, "x-pointsman-route").to_owned(),
            header(&answer, "x-pointsman-target").to_owned(),
        );
        let hash = header(&answer, "x-pointsman-policy").to_owned();
        let wanted = expected.lock().unwrap().get(&hash).cloned();
        let wanted = wanted.unwrap_or_else(|| panic!("a policy that was never written decided: {hash}"));
        assert_eq!(names, wanted[usize::from(!marked)], "misrouted under {hash}");
        let text = answer.text().await.unwrap();
        assert!(!text.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_replacements_under_load_fail_no_request() {
    let folder = tempfile::tempdir().unwrap();
    let mut mount = Mount::new(folder.path());
    let expected = Arc::new(Mutex::new(Expected::from([(mount.hash(), mount.expected())])));
    let proxy = Proxy::start(folder.path(), &[]);
    let (stop, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            tokio::spawn(load(
                proxy.url.clone(),
                expected.clone(),
                stop.clone(),
                number,
                made.clone(),
            ))
        })
        .collect();
    let client = client();
    let mut slowest = std::time::Duration::ZERO;
    for round in 0..REPLACEMENTS {
        let way = WAYS[round % WAYS.len()];
        let before = mount.hash();
        match way {
            Way::SymlinkSwap => mount.last += 1,
            Way::Broken | Way::Emptied => {}
            _ => mount.marked += 1,
        }
        expected.lock().unwrap().insert(mount.hash(), mount.expected());
        match way {
            Way::Broken | Way::Emptied => {
                let text = if way == Way::Broken {
                    "route marked-0 { when tenant = }"
                } else {
                    ""
                };
                mount.rename_over(text);
                failed_load_shows(&client, &proxy, &before).await;
                mount.marked += 1;
                expected.lock().unwrap().insert(mount.hash(), mount.expected());
            }
            Way::DeleteAndRecreate => {
                fs::remove_file(mount.plain()).unwrap();
                failed_load_shows(&client, &proxy, &before).await;
            }
            _ => {}
        }
        let begun = Instant::now();
        match way {
            Way::SymlinkSwap => mount.swap_symlink(),
            Way::InPlace | Way::DeleteAndRecreate => fs::write(mount.plain(), mount.marked_text()).unwrap(),
            _ => mount.rename_over(&mount.marked_text()),
        }
        serves(&client, &proxy, &mount.hash()).await;
        slowest = slowest.max(begun.elapsed());
        let failed = &status(&client, &proxy).await["last_failed_load"];
        assert_ne!(
            failed["current"], true,
            "a good load leaves no failed one in force: {failed}"
        );
    }
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    println!(
        "{} requests, slowest edit {slowest:?}",
        made.load(Ordering::Relaxed)
    );
    assert!(made.load(Ordering::Relaxed) > REPLACEMENTS);
}
