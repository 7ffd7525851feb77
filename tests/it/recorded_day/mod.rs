//! A day of live traffic through the real binary: several tenants and protocols, splits, pools, hedges, copies and
//! guards, upstreams that fail in most ways, clients that leave, and another policy from noon. Each decision that was
//! recorded is made again by the policy that made it, and no record of an answered request is lost: neither when the
//! process is told to stop amid traffic, nor, up to the last flush, when it is killed.
//!
//! `POINTSMAN_DAY_REQUESTS` sets how many requests a day has.

mod load;
mod policies;

use crate::support::proxy::{Proxy, replay};
use crate::support::recorded;
use crate::support::upstream::Upstream;
use load::Answer;
use policies::{Policy, policies};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A proxy that serves the morning's policy and records.
struct Day {
    folder: TempDir,
    served: PathBuf,
    policies: [Policy; 2],
    _upstream: Upstream,
}

impl Day {
    async fn begin() -> Self {
        let upstream = Upstream::start().await;
        let folder = tempfile::tempdir().unwrap();
        let policies = policies(folder.path(), &upstream);
        let served = folder.path().join("served");
        fs::create_dir(&served).unwrap();
        policies[0].write_to(&served);
        Day {
            served,
            policies,
            folder,
            _upstream: upstream,
        }
    }

    fn records(&self) -> PathBuf {
        self.folder.path().join("records")
    }

    fn serve(&self) -> Proxy {
        Proxy::start(&self.served, &["--record", self.records().to_str().unwrap()])
    }

    /// Replays the records that a policy made under that policy, which must decide all of them alike; how many they are.
    fn agrees(&self, policy: &Policy, lines: &str) -> u64 {
        let own: Vec<&str> = lines.lines().filter(|line| line.contains(&policy.hash)).collect();
        let file = self.folder.path().join(format!("{}.jsonl", policy.hash));
        fs::write(&file, own.join("\n")).unwrap();
        let report = replay(&file, &policy.folder);
        assert_eq!(report["records"], own.len(), "{report}");
        agrees(&report, 0);
        own.len() as u64
    }
}

/// A report that says that nothing is decided otherwise, of an input that breaks off so often.
fn agrees(report: &Value, torn: u64) {
    assert_eq!(report["unreadable"], torn, "{report}");
    assert_eq!(report["agreement"], 1.0, "{report}");
    assert_eq!(report["changed"], 0, "{report}");
    assert_eq!(report["estimated"], 0, "{report}");
    let outcomes = &report["outcomes"];
    assert_eq!(outcomes["candidate"], outcomes["baseline"], "{report}");
    assert_eq!(report["cost"]["delta_usd"], "0", "{report}");
}

fn requests() -> usize {
    let wanted = std::env::var("POINTSMAN_DAY_REQUESTS").ok();
    wanted.map_or(400, |text| text.parse().unwrap())
}

/// The hash of the policy that made each record, by the request's id; no request has two.
fn policies_by_id(lines: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| record[name].as_str().unwrap().to_owned();
        let before = found.insert(text("id"), text("policy"));
        assert_eq!(before, None, "two records of one request: {line}");
    }
    found
}

/// Whether the traffic had a bit of everything.
fn shows_all(lines: &str) {
    for part in [
        "\"outcome\":\"ok\"",
        "\"outcome\":\"denied\"",
        "\"outcome\":\"failed\"",
        "\"outcome\":\"truncated\"",
        "\"stream\":true",
        "\"stream\":false",
        "\"api\":\"messages\"",
        "\"api\":\"responses\"",
        "\"api\":\"embeddings\"",
        "\"class\":\"rate-limit\"",
        "\"class\":\"connect\"",
        "\"skipped\":[{",
        "\"passed_over\"",
        "\"shadow\":{",
    ] {
        assert!(lines.contains(part), "no record has `{part}`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_recorded_wholly_and_decided_alike_again() {
    let day = Day::begin().await;
    let proxy = day.serve();
    let mut answers = load::start(&proxy.url);
    let mut proxy = Some(proxy);
    let (mut answered, mut ended) = (Vec::new(), None);
    while let Some(answer) = answers.recv().await {
        answered.push(answer);
        if answered.len() == requests() / 2 {
            day.policies[1].write_to(&day.served);
            proxy.as_ref().unwrap().reload().await;
        }
        // More is asked while it ends.
        if answered.len() == requests() {
            let proxy = proxy.take().unwrap();
            ended = Some(tokio::task::spawn_blocking(|| proxy.terminate()));
        }
    }
    let (code, log) = ended
        .expect("the proxy answers until it is told to stop")
        .await
        .unwrap();
    assert_eq!(code, Some(0), "{log}");
    let lines = recorded(&day.records());
    let records = policies_by_id(&lines);
    for Answer { id, status, policy } in &answered {
        match records.get(id) {
            Some(hash) => assert!(
                hash.starts_with(policy),
                "{id} was decided by {policy}, not {hash}"
            ),
            None => assert_eq!(*status, 401, "{id} has no record"),
        }
    }
    shows_all(&lines);
    let each = day.policies.each_ref().map(|policy| day.agrees(policy, &lines));
    println!(
        "{} answers, {each:?} records of morning and evening",
        answered.len()
    );
    assert_eq!(each.iter().sum::<u64>(), records.len() as u64);
    assert!(
        each.iter().all(|records| *records > requests() as u64 / 4),
        "{each:?}"
    );
}

/// What can be read of the record file at some moment, and how long it was then.
struct Flushed {
    bytes: u64,
    lines: String,
}

impl Day {
    fn flushed(&self) -> Flushed {
        let lines = recorded(&self.records());
        let bytes = fs::metadata(only_file(&self.records())).unwrap().len();
        Flushed { bytes, lines }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_leaves_is_read_up_to_the_last_flush() {
    let day = Day::begin().await;
    let proxy = day.serve();
    let mut answers = load::start(&proxy.url);
    let mut proxy = Some(proxy);
    let mut answered = 0;
    let mut seen = vec![day.flushed()];
    while answers.recv().await.is_some() {
        answered += 1;
        if proxy.is_some() && answered % 64 == 0 {
            let now = day.flushed();
            if now.lines.len() > seen[seen.len() - 1].lines.len() {
                seen.push(now);
            }
            // A kill amid requests, behind two flushes.
            if seen.len() > 2 && answered >= requests() {
                drop(proxy.take());
            }
        }
    }
    assert!(proxy.is_none(), "the proxy answers until it is killed");
    let left = day.flushed().lines;
    for before in &seen {
        assert!(left.starts_with(&before.lines), "what was flushed is lost");
    }
    let ids = policies_by_id(&left);
    let report = replay(&day.records(), &day.policies[0].folder);
    assert_eq!(report["records"], ids.len(), "{report}");
    agrees(&report, 1);
    println!("{answered} answers, {} records left by the kill", ids.len());
    cut_between(&day, &seen, &left);
    goes_on(&day, ids.len() as u64).await;
}

/// Wherever else the file might have ended, its whole lines are read, and decided alike.
fn cut_between(day: &Day, seen: &[Flushed], left: &str) {
    let whole = fs::read(only_file(&day.records())).unwrap();
    let folder = day.folder.path().join("cut");
    fs::create_dir(&folder).unwrap();
    // A long day has many flushes, and each cut is a replay: the first, one in the middle and the last will do.
    for at in BTreeSet::from([1, seen.len() / 2, seen.len() - 1]) {
        let flushed = &seen[at];
        for more in [0, 1, 100] {
            let bytes = usize::try_from(flushed.bytes).unwrap() + more;
            let cut = &whole[..bytes.min(whole.len())];
            fs::write(folder.join("torn.jsonl.zst"), cut).unwrap();
            let lines = recorded(&folder);
            assert!(lines.starts_with(&flushed.lines) && left.starts_with(&lines));
            agrees(&replay(&folder, &day.policies[0].folder), 1);
        }
    }
}

/// The next process begins a file of its own beside the torn one.
async fn goes_on(day: &Day, before: u64) {
    let proxy = day.serve();
    let mut answers = load::start(&proxy.url);
    for _ in 0..20 {
        answers.recv().await.unwrap();
    }
    let ended = tokio::task::spawn_blocking(|| proxy.terminate());
    while answers.recv().await.is_some() {}
    assert_eq!(ended.await.unwrap().0, Some(0));
    let report = replay(&day.records(), &day.policies[0].folder);
    assert!(report["records"].as_u64().unwrap() > before, "{report}");
    agrees(&report, 1);
}

fn only_file(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = files.next().unwrap();
    assert_eq!(files.next(), None);
    file
}
