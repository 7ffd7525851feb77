//! Providers that are asked whether they are well, through the real binary.

use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{chat, client, eventually, header, message};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Two providers that answer requests well; the first is asked as `sick` says, the second ten times a second.
fn policy(upstream: &Upstream, sick: &str) -> String {
    format!(
        "provider sick {{ protocol openai url \"{}\" {sick} }}\n\
         provider well {{ protocol openai url \"{}\" check \"GET /fine/health?deep=1\" every 100ms }}\n\
         model a {{ provider sick }}\nmodel b {{ provider well }}\n\
         route alone {{ when \"x\" in tags target a }}\n\
         route default {{ target a fallback b }}\n",
        upstream.url("healthy"),
        upstream.url("healthy"),
    )
}

fn write(folder: &Path, text: &str) {
    fs::write(folder.join("policy.policy"), text).unwrap();
}

async fn reload(proxy: &Proxy, folder: &Path, text: &str) {
    write(folder, text);
    proxy.reload().await;
}

async fn target(proxy: &Proxy, at: usize) -> Value {
    let targets: Value = serde_json::from_str(&proxy.ask("/targets").await).unwrap();
    targets["targets"][at].clone()
}

async fn becomes(proxy: &Proxy, at: usize, standing: &str) {
    eventually(standing, || async {
        (target(proxy, at).await["check"] == standing).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_its_checks_is_passed_over_also_after_a_reload() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let checked = |every: &str| {
        policy(
            &upstream,
            &format!("check \"GET /status-503/health\" every {every}"),
        )
    };
    write(folder.path(), &checked("200ms"));
    let proxy = Proxy::start(folder.path(), &[]);
    becomes(&proxy, 0, "down").await;
    becomes(&proxy, 1, "well").await;
    assert_eq!(target(&proxy, 0).await["breaker"]["state"], "open");
    assert_eq!(target(&proxy, 0).await["breaker"]["by"], "check");
    assert_eq!(target(&proxy, 1).await["breaker"]["state"], "closed");
    assert_eq!(upstream.seen_by("fine")[0].path, "/health?deep=1");
    reload(&proxy, folder.path(), &checked("10m")).await;
    assert_eq!(target(&proxy, 0).await["check"], "down");
    let ask = || chat(&client(), &proxy.url, "any", &message("any", false));
    let answer = ask().send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "x-pointsman-target"), "b");
    assert_eq!(header(&answer, "x-pointsman-attempts"), "1");
    assert_eq!(header(&answer, "x-pointsman-failures"), "a=open");
    let alone = ask().header("x-pointsman-tags", "x").send().await.unwrap();
    assert_eq!(alone.status(), 503);
    assert!(header(&alone, "retry-after").parse::<u32>().unwrap() >= 1);
    let metrics = proxy.ask("/metrics").await;
    for line in [
        "pointsman_target_down{target=\"a\"} 1",
        "pointsman_target_down{target=\"b\"} 0",
        "pointsman_breaker_open{target=\"a\"} 1",
        "pointsman_breaker_open{target=\"b\"} 0",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_well_again_is_asked_again() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &policy(&upstream, "check \"GET /fails-thrice/health\" every 200ms"),
    );
    let proxy = Proxy::start(folder.path(), &[]);
    eventually("four checks", || async {
        (upstream.seen_by("fails-thrice").len() >= 4).then_some(())
    })
    .await;
    becomes(&proxy, 0, "well").await;
    let answer = chat(&client(), &proxy.url, "any", &message("any", false))
        .send()
        .await
        .unwrap();
    assert_eq!(header(&answer, "x-pointsman-target"), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_stop_with_the_policy_that_declares_them() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &policy(&upstream, "check \"GET /status-503/health\" every 100ms"),
    );
    let proxy = Proxy::start(folder.path(), &[]);
    becomes(&proxy, 0, "down").await;
    reload(&proxy, folder.path(), &policy(&upstream, "")).await;
    let before = upstream.seen_by("status-503").len();
    let others = upstream.seen_by("fine").len();
    eventually("five more checks of the other provider", || async {
        (upstream.seen_by("fine").len() >= others + 5).then_some(())
    })
    .await;
    // One may have been under way.
    assert!(upstream.seen_by("status-503").len() <= before + 1);
    let target = target(&proxy, 0).await;
    assert_eq!(
        (&target["check"], &target["breaker"]["state"]),
        (&Value::Null, &"closed".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_go_on_while_the_last_requests_end() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let stalling = format!(
        "provider slow {{ protocol openai url \"{}\" timeout idle 1500ms }}\nmodel s {{ provider slow }}\n\
         route slow {{ when requested == \"s\" target s }}\n",
        upstream.url("stalls-after-content"),
    );
    write(folder.path(), &(stalling + &policy(&upstream, "")));
    let proxy = Proxy::start(folder.path(), &[]);
    becomes(&proxy, 2, "well").await;
    let answer = chat(&client(), &proxy.url, "any", &message("s", true))
        .send()
        .await
        .unwrap();
    let before = upstream.seen_by("fine").len();
    let (code, log) = tokio::task::block_in_place(|| proxy.terminate());
    assert_eq!(code, Some(0), "{log}");
    assert!(answer.text().await.unwrap().contains("upstream_timeout"));
    assert!(
        upstream.seen_by("fine").len() >= before + 3,
        "no check during the drain"
    );
}
