//! Copies of requests through the real binary: the client never waits for one and never sees one, guards keep them back, and
//! each is recorded, counted, bounded, and ended with the process.

use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{chat, client, eventually, header, message, recorded};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// A proxy whose requests are copied to an upstream that behaves so.
struct Copying {
    upstream: Upstream,
    _folder: TempDir,
    records: TempDir,
    proxy: Proxy,
}

impl Copying {
    async fn start(behaviour: &str, share: &str, rules: &str, extra: &[&str]) -> Self {
        Self::beside("healthy", behaviour, share, rules, extra).await
    }

    /// The same with a target that behaves in some way.
    async fn beside(target: &str, behaviour: &str, share: &str, rules: &str, extra: &[&str]) -> Self {
        let upstream = Upstream::start().await;
        let (folder, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let text = format!(
            "provider main {{ protocol openai url \"{}\" region \"eu\" }}\n\
             provider next {{ protocol openai url \"{}\" region \"us\" }}\n\
             model a {{ provider main price input $1 output $9 }}\n\
             model b {{ provider next price input $2 output $3 }}\n\
             {rules}\nroute all {{ target a shadow b {share} }}\n",
            upstream.url(target),
            upstream.url(behaviour),
        );
        fs::write(folder.path().join("policy.policy"), text).unwrap();
        let record = ["--record", records.path().to_str().unwrap()];
        let proxy = Proxy::start(folder.path(), &[&record, extra].concat());
        Copying {
            upstream,
            _folder: folder,
            records,
            proxy,
        }
    }

    /// One request, whose answer must be the target's.
    async fn ask(&self, stream: bool) {
        let body = message("a", stream);
        let answer = chat(&client(), &self.proxy.url, "any", &body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "x-pointsman-target"), "a");
        assert_eq!(header(&answer, "x-pointsman-attempts"), "1");
        assert_eq!(header(&answer, "x-pointsman-failures"), "");
        let text = answer.text().await.unwrap();
        assert!(text.contains("healthy"), "{text}");
    }

    /// Waits until the metrics have this line.
    async fn counted(&self, line: &str) {
        eventually(line, || async {
            let metrics = self.proxy.ask("/metrics").await;
            metrics.lines().any(|other| other == line).then_some(())
        })
        .await;
    }

    /// All records, once the proxy has ended.
    fn end(self) -> Vec<Value> {
        let (code, log) = tokio::task::block_in_place(|| self.proxy.terminate());
        assert_eq!(code, Some(0), "{log}");
        let lines = recorded(self.records.path());
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_recorded_priced_and_counted_apart() {
    let copying = Copying::start("other", "100%", "", &[]).await;
    copying.ask(false).await;
    copying.ask(true).await;
    copying
        .counted("pointsman_shadows_total{target=\"b\",class=\"ok\"} 2")
        .await;
    copying
        .counted("pointsman_attempts_total{target=\"a\",class=\"ok\"} 2")
        .await;
    let copies = copying.upstream.seen_by("other");
    assert_eq!(copies.len(), 2);
    assert!(copies.iter().all(|copy| copy.model() == "b"));
    let records = copying.end();
    assert_eq!(records.len(), 2);
    for record in &records {
        assert_eq!(record["decision"]["shadow"], "b");
        assert_eq!(record["decision"]["targets"], serde_json::json!(["a"]));
        assert_eq!(record["attempts"].as_array().unwrap().len(), 1);
        let shadow = &record["shadow"];
        assert_eq!((&shadow["target"], &shadow["status"]), (&"b".into(), &200.into()));
        assert_eq!(shadow.get("class"), None);
    }
    let whole = records
        .iter()
        .find(|record| record["facts"]["stream"] != true)
        .unwrap();
    // 11 tokens in and 7 out, at the price of each.
    assert_eq!(whole["cost_usd"], "0.000074");
    assert_eq!(whole["shadow"]["cost_usd"], "0.000043");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_fails_or_breaks_is_nothing_to_the_client() {
    for (behaviour, stream, class) in [
        ("status-500", false, "server"),
        ("reset", false, "connect"),
        ("cut-json", false, "truncated"),
        ("dies-after-content", true, "truncated"),
        ("error-in-stream", true, "overload"),
    ] {
        let copying = Copying::start(behaviour, "100%", "", &[]).await;
        copying.ask(stream).await;
        copying
            .counted(&format!(
                "pointsman_shadows_total{{target=\"b\",class=\"{class}\"}} 1"
            ))
            .await;
        // Nothing is tried again for it, but for a connection that lay idle and is reset.
        let most = if behaviour == "reset" { 2 } else { 1 };
        assert!(copying.upstream.seen_by(behaviour).len() <= most, "{behaviour}");
        let records = copying.end();
        assert_eq!(records[0]["outcome"], "ok", "{behaviour}");
        assert_eq!(records[0]["shadow"]["class"], class, "{behaviour}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_forbids_the_target_forbids_the_copy() {
    let guard = "guard eu { require target.region == \"eu\" }";
    let copying = Copying::start("other", "100%", guard, &[]).await;
    for _ in 0..5 {
        copying.ask(false).await;
    }
    let upstream = copying.upstream.clone();
    let records = copying.end();
    assert!(upstream.seen_by("other").is_empty());
    assert_eq!(records.len(), 5);
    for record in records {
        assert_eq!(record.get("shadow"), None);
        assert_eq!(record["decision"].get("shadow"), None);
        assert_eq!(record["decision"]["skipped"][0]["target"], "b");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_that_are_copied_are_those_whose_seed_says_so() {
    let copying = Copying::start("other", "30%", "", &[]).await;
    for _ in 0..60 {
        copying.ask(false).await;
    }
    let upstream = copying.upstream.clone();
    let records = copying.end();
    let copied = |record: &&Value| record["shadow"]["target"] == "b";
    let decided = |record: &&Value| record["decision"]["shadow"] == "b";
    let count = records.iter().filter(copied).count();
    assert_eq!(records.iter().filter(decided).count(), count);
    assert_eq!(upstream.seen_by("other").len(), count);
    // Outside of these once in 10⁶ times.
    assert!((3..=38).contains(&count), "{count} of 60");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_bounded_and_end_with_the_drain() {
    let copying = Copying::start("silent", "100%", "", &["--drain-timeout", "300ms"]).await;
    let calls: Vec<_> = (0..260).map(|_| copying.ask(false)).collect();
    futures_util::future::join_all(calls).await;
    // Every client has its answer while its copy hears nothing.
    copying.counted("pointsman_shadows_in_flight 256").await;
    copying
        .counted("pointsman_shadows_total{target=\"b\",class=\"busy\"} 4")
        .await;
    let records = copying.end();
    assert_eq!(records.len(), 260);
    let cancelled = |record: &&Value| record["shadow"]["cancelled"] == true;
    let busy = |record: &&Value| record["shadow"]["passed_over"] == "busy";
    assert_eq!(records.iter().filter(cancelled).count(), 256);
    assert_eq!(records.iter().filter(busy).count(), 4);
    assert!(records.iter().all(|record| record["outcome"] == "ok"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_takes_its_copy_along() {
    let copying = Copying::beside("silent", "stalls-after-content", "100%", "", &[]).await;
    let call = chat(&client(), &copying.proxy.url, "any", &message("a", true)).send();
    let task = tokio::spawn(call);
    let upstream = copying.upstream.clone();
    eventually("both are asked", || async {
        (upstream.seen().len() == 2).then_some(())
    })
    .await;
    task.abort();
    eventually("both connections are closed", || async {
        upstream.seen().iter().all(|call| call.closed).then_some(())
    })
    .await;
    let records = copying.end();
    assert_eq!(records[0]["outcome"], "client-closed");
    assert_eq!(records[0]["shadow"]["cancelled"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_breaker_keeps_copies_back() {
    let rules = "defaults { breaker 2 in 1m open 10m }";
    let copying = Copying::start("status-500", "100%", rules, &[]).await;
    for _ in 0..2 {
        copying.ask(false).await;
    }
    copying
        .counted("pointsman_shadows_total{target=\"b\",class=\"server\"} 2")
        .await;
    copying.ask(false).await;
    copying
        .counted("pointsman_shadows_total{target=\"b\",class=\"open\"} 1")
        .await;
    let upstream = copying.upstream.clone();
    let records = copying.end();
    assert_eq!(upstream.seen_by("status-500").len(), 2);
    assert_eq!(records[2]["shadow"]["passed_over"], "open");
}
