//! Circuit breakers in front of a provider that is down, through the real binary: passed over, shown, kept over a
//! reload, probed.

use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{chat, client, eventually, header, message, recorded};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

fn policy(upstream: &Upstream, first: &str, open: &str) -> String {
    format!(
        "provider shaky {{ protocol openai url \"{}\" }}\n\
         provider healthy {{ protocol openai url \"{}\" }}\n\
         model main {{ provider shaky }}\nmodel spare {{ provider healthy }}\n\
         route alone {{ when requested == \"spare\" target main }}\n\
         route default {{ target main fallback spare }}\n\
         defaults {{ retry 0 breaker 3 in 1m open {open} }}\n",
        upstream.url(first),
        upstream.url("healthy"),
    )
}

fn write(folder: &Path, text: &str) {
    fs::write(folder.join("policy.policy"), text).unwrap();
}

async fn ask(proxy: &Proxy, model: &str) -> reqwest::Response {
    chat(&client(), &proxy.url, "any", &message(model, false))
        .send()
        .await
        .unwrap()
}

async fn breaker(proxy: &Proxy) -> Value {
    let targets: Value = serde_json::from_str(&proxy.ask("/targets").await).unwrap();
    assert_eq!(targets["targets"][0]["target"], "main");
    targets["targets"][0]["breaker"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_target_is_passed_over_shown_and_kept_over_a_reload() {
    let upstream = Upstream::start().await;
    let (folder, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(folder.path(), &policy(&upstream, "status-500", "10m"));
    let proxy = Proxy::start(folder.path(), &["--record", records.path().to_str().unwrap()]);
    assert_eq!(breaker(&proxy).await["state"], "closed");
    for _ in 0..3 {
        let answer = ask(&proxy, "main").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "x-pointsman-failures"), "main=server");
    }
    let reloaded = policy(&upstream, "status-500", "9m");
    write(folder.path(), &reloaded);
    proxy.reload().await;
    let answer = ask(&proxy, "main").await;
    assert_eq!(header(&answer, "x-pointsman-target"), "spare");
    assert_eq!(header(&answer, "x-pointsman-attempts"), "1");
    assert_eq!(header(&answer, "x-pointsman-failures"), "main=open");

    let alone = ask(&proxy, "spare").await;
    assert_eq!(alone.status(), 503);
    assert_eq!(header(&alone, "x-pointsman-attempts"), "0");
    let wait: u64 = header(&alone, "retry-after").parse().unwrap();
    assert!((500..=600).contains(&wait), "{wait}");
    let body: Value = serde_json::from_str(&alone.text().await.unwrap()).unwrap();
    assert_eq!(body["error"]["code"], "upstream_unavailable");

    assert_eq!(upstream.seen_by("status-500").len(), 3);
    let shown = breaker(&proxy).await;
    assert_eq!(shown["state"], "open");
    assert!(shown["retry_in_ms"].as_u64().unwrap() > 500_000, "{shown}");
    let metrics = proxy.ask("/metrics").await;
    for line in [
        "pointsman_breaker_open{target=\"main\"} 1",
        "pointsman_breaker_open{target=\"spare\"} 0",
        "pointsman_passed_over_total{target=\"main\"} 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let (code, log) = proxy.terminate();
    assert_eq!(code, Some(0), "{log}");
    let recorded = recorded(records.path());
    let lines: Vec<Value> = recorded
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[2]["passed_over"], Value::Null);
    assert_eq!(lines[3]["passed_over"][0], "main");
    assert_eq!(
        lines[3]["decision"]["targets"][0], "main",
        "no part of the decision"
    );
    assert_eq!(lines[3]["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(lines[4]["outcome"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_brings_a_target_back() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &policy(&upstream, "fails-thrice", "50ms"));
    let proxy = Proxy::start(folder.path(), &[]);
    for _ in 0..3 {
        assert_eq!(header(&ask(&proxy, "main").await, "x-pointsman-target"), "spare");
    }
    eventually("the target answers again", || async {
        let answer = ask(&proxy, "main").await;
        assert_eq!(answer.status(), 200);
        (header(&answer, "x-pointsman-target") == "main").then_some(())
    })
    .await;
    assert_eq!(breaker(&proxy).await["state"], "closed");
    assert_eq!(upstream.seen_by("fails-thrice").len(), 4);
}

/// Callers that come while a target is being probed.
const CALLERS: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_callers_at_once_make_one_probe() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let text = policy(&upstream, "fails-thrice-then-silent", "300ms");
    write(
        folder.path(),
        &text.replace("retry 0", "retry 0 timeout headers 5m total 5m"),
    );
    let proxy = Proxy::start(folder.path(), &[]);
    for _ in 0..3 {
        assert_eq!(header(&ask(&proxy, "main").await, "x-pointsman-target"), "spare");
    }
    eventually("the target may be probed", || async {
        (breaker(&proxy).await["state"] == "half-open").then_some(())
    })
    .await;
    let gate = Arc::new(Barrier::new(CALLERS));
    let mut callers = JoinSet::new();
    let client = client();
    for _ in 0..CALLERS {
        let (gate, client, url) = (Arc::clone(&gate), client.clone(), proxy.url.clone());
        callers.spawn(async move {
            gate.wait().await;
            let answer = chat(&client, &url, "any", &message("main", false))
                .send()
                .await
                .unwrap();
            (
                header(&answer, "x-pointsman-target").to_owned(),
                header(&answer, "x-pointsman-failures").to_owned(),
            )
        });
    }
    // All but the one that probes are answered by the fallback at once; the probe is never answered.
    for _ in 1..CALLERS {
        let (target, failures) = callers.join_next().await.unwrap().unwrap();
        assert_eq!((target.as_str(), failures.as_str()), ("spare", "main=open"));
    }
    assert_eq!(callers.len(), 1);
    assert_eq!(upstream.seen_by("fails-thrice-then-silent").len(), 4);
    assert_eq!(breaker(&proxy).await["state"], "half-open");
    // The prober leaves, and says nothing of the target: the next caller is the probe.
    callers.shutdown().await;
    eventually("the probe is closed", || async {
        upstream.seen_by("fails-thrice-then-silent")[3]
            .closed
            .then_some(())
    })
    .await;
}
