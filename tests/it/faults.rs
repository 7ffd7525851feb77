//! Providers that fail, met by the official SDK through the real binary: before the first content the client sees only
//! the fallback's answer, after it a broken answer is shown as broken.

use crate::support::proxy::Proxy;
use crate::support::python;
use crate::support::upstream::Upstream;
use crate::support::{client, eventually, recorded};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Each is a primary that fails before its first content.
const RESCUED: [&str; 11] = [
    "status-429",
    "status-500",
    "status-503",
    "status-401",
    "status-402",
    "reset",
    "silent",
    "html",
    "empty",
    "dies-before-content",
    "error-in-stream",
];

/// A policy in which the model `m-X` is served by a provider that behaves as X, with a healthy fallback.
fn policy(upstream: &Upstream, behaviours: &[&str]) -> String {
    let mut text = format!(
        "provider healthy {{ protocol openai url \"{}\" }}\nmodel good {{ provider healthy }}\n",
        upstream.url("healthy")
    );
    for behaviour in behaviours {
        text.push_str(&format!(
            "provider p-{behaviour} {{ protocol openai url \"{}\" }}\n\
             model m-{behaviour} {{ provider p-{behaviour} name \"upstream-{behaviour}\" }}\n\
             route r-{behaviour} {{ when requested == \"m-{behaviour}\" target m-{behaviour} fallback good retry 0 on [connect] \
             timeout headers 2s first-token 3s idle 3s total 60s }}\n",
            upstream.url(behaviour)
        ));
    }
    text.push_str("route default { target good }\n");
    text
}

fn serve(folder: &Path, text: &str) -> Proxy {
    fs::write(folder.join("policy.policy"), text).unwrap();
    Proxy::start(folder, &[])
}

fn calls(behaviours: &[&str], stream: bool) -> String {
    let calls: Vec<Value> = behaviours
        .iter()
        .map(|behaviour| json!({"key": "any", "model": format!("m-{behaviour}"), "stream": stream}))
        .collect();
    json!(calls).to_string()
}

fn sdk(proxy: &Proxy, calls: &str) -> Vec<Value> {
    serde_json::from_str(&python::run("chat.py", &[&format!("{}/v1", proxy.url), calls])).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_content_every_failure_is_rescued() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &policy(&upstream, &RESCUED));
    for stream in [false, true] {
        let faults: Vec<&str> = RESCUED
            .into_iter()
            .filter(|fault| stream || !matches!(*fault, "dies-before-content" | "error-in-stream"))
            .collect();
        let seen = tokio::task::block_in_place(|| sdk(&proxy, &calls(&faults, stream)));
        for (fault, seen) in faults.iter().zip(seen) {
            assert_eq!(seen["error"], Value::Null, "{fault} (stream: {stream}): {seen}");
            assert_eq!(seen["text"], "answer of healthy", "{fault} (stream: {stream})");
            assert_eq!(seen["finish"], "stop", "{fault} (stream: {stream})");
            assert_eq!(seen["headers"]["x-pointsman-target"], "good", "{fault}: {seen}");
            assert_eq!(seen["headers"]["x-pointsman-attempts"], "2", "{fault}: {seen}");
            let failures = seen["headers"]["x-pointsman-failures"]
                .as_str()
                .unwrap_or_default();
            assert!(
                failures.starts_with(&format!("m-{fault}=")),
                "{fault}: {failures}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_content_a_broken_stream_is_shown_as_broken() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let faults = ["dies-after-content", "stalls-after-content"];
    let proxy = serve(folder.path(), &policy(&upstream, &faults));
    let seen = tokio::task::block_in_place(|| sdk(&proxy, &calls(&faults, true)));
    for (fault, seen) in faults.iter().zip(seen) {
        assert_eq!(seen["text"], "partial", "{fault}: {seen}");
        assert_eq!(seen["finish"], Value::Null, "{fault}: an invented finish");
        assert!(
            seen["error"]["class"].is_string(),
            "{fault}: the SDK saw no error: {seen}"
        );
    }
    for fault in faults {
        let text = raw_stream(&proxy, &format!("m-{fault}")).await;
        assert!(
            text.contains("partial") && text.contains("\"error\""),
            "{fault}: {text}"
        );
        assert!(!text.contains("[DONE]"), "{fault}: {text}");
    }
}

async fn raw_stream(proxy: &Proxy, model: &str) -> String {
    let body =
        json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "hi"}]}).to_string();
    let answer = client()
        .post(format!("{}/v1/chat/completions", proxy.url))
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_commit_complete_a_broken_stream_is_rescued_too() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let faults = ["dies-after-content", "stalls-after-content"];
    let text = policy(&upstream, &faults).replace("retry 0", "commit complete retry 0");
    let proxy = serve(folder.path(), &text);
    let seen = tokio::task::block_in_place(|| sdk(&proxy, &calls(&faults, true)));
    for (fault, seen) in faults.iter().zip(seen) {
        assert_eq!(seen["text"], "answer of healthy", "{fault}: {seen}");
        assert_eq!(seen["finish"], "stop", "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_goes_upstream_as_it_came_but_for_the_name() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &policy(&upstream, &["plain"]));
    let body = "{ \"messages\" : [ {\"role\":\"user\",\"content\":\"h\\u00e9 \\ud83d\\ude00\"} ],\n\t\"model\":\"m-plain\", \"unknown\": {\"b\":1.10,\"a\":[1e2]} , \"seed\":12345678901234567890 }";
    let answer = client()
        .post(format!("{}/v1/chat/completions", proxy.url))
        .header("content-type", "application/json")
        .header("authorization", "Bearer secret-client-key")
        .header("cookie", "session=1")
        .header("x-stainless-lang", "python")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let seen = upstream.seen_by("plain");
    assert_eq!(
        String::from_utf8_lossy(&seen[0].body),
        body.replace("m-plain", "upstream-plain")
    );
    assert_eq!(seen[0].header("x-stainless-lang"), Some("python"));
    assert_eq!(
        seen[0].header("authorization"),
        None,
        "the client's key went upstream"
    );
    assert_eq!(seen[0].header("cookie"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_outlasts_the_drain_is_cut_off_and_recorded() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let records = tempfile::tempdir().unwrap();
    let text = policy(&upstream, &["stalls-after-content"]).replace("idle 600ms", "idle 20s");
    fs::write(folder.path().join("policy.policy"), text).unwrap();
    let arguments = [
        "--record",
        records.path().to_str().unwrap(),
        "--drain-timeout",
        "100ms",
    ];
    let proxy = Proxy::start(folder.path(), &arguments);
    let body = json!({"model": "m-stalls-after-content", "stream": true, "messages": []}).to_string();
    let answer = client()
        .post(format!("{}/v1/chat/completions", proxy.url))
        .body(body)
        .send()
        .await
        .unwrap();
    let reading = tokio::spawn(answer.text());
    let begun = Instant::now();
    let (code, log) = tokio::task::block_in_place(|| proxy.terminate());
    assert_eq!(code, Some(0), "{log}");
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(reading.await.unwrap().is_err(), "a cut stream looks whole");
    let recorded = recorded(records.path());
    assert!(recorded.contains("\"outcome\":\"client-closed\""), "{recorded}");
}

/// It is not sent again over a fresh connection, as it would be had the one that lay idle been closed: it might be paid twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_answered_with_no_http_is_made_once() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &policy(&upstream, &["garbled-later"]));
    let ask = || async {
        let body = json!({"model": "m-garbled-later", "messages": []}).to_string();
        let url = format!("{}/v1/chat/completions", proxy.url);
        let answer = client().post(url).body(body).send().await.unwrap();
        let target = answer.headers()["x-pointsman-target"]
            .to_str()
            .unwrap()
            .to_owned();
        answer.bytes().await.unwrap();
        target
    };
    assert_eq!(ask().await, "m-garbled-later");
    assert_eq!(ask().await, "good");
    assert_eq!(upstream.seen_by("garbled-later").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_key_is_crossed_out_of_what_it_complains_of() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let records = tempfile::tempdir().unwrap();
    let text = policy(&upstream, &["tells-key", "tells-key-within"])
        .replace("/v1\" }", "/v1\" key env \"PROVIDER_KEY\" }");
    fs::write(folder.path().join("policy.policy"), text).unwrap();
    let record = ["--record", records.path().to_str().unwrap()];
    let environment = [("PROVIDER_KEY", "provider-secret"), ("RUST_LOG", "trace")];
    let proxy = Proxy::start_with(folder.path(), &record, &environment);
    for model in ["m-tells-key", "m-tells-key-within"] {
        for stream in [false, true] {
            let body = json!({"model": model, "stream": stream, "messages": []}).to_string();
            let answer = client()
                .post(format!("{}/v1/chat/completions", proxy.url))
                .header("authorization", "Bearer client-secret")
                .body(body);
            let text = answer.send().await.unwrap().text().await.unwrap();
            assert!(text.contains("`Bearer ***` may not"), "{model} {stream}: {text}");
            assert!(!text.contains("secret"), "{model} {stream}: {text}");
        }
    }
    let metrics = proxy.ask("/metrics").await;
    let (_, log) = proxy.terminate();
    assert!(
        log.contains("request ended"),
        "the log is not at its loudest: {log}"
    );
    let recorded = recorded(records.path());
    assert_eq!(recorded.lines().count(), 4);
    for text in [metrics, log, recorded] {
        assert!(!text.contains("-secret"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_ends_the_upstream_call() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let text = policy(&upstream, &["silent", "stalls-after-content"])
        .replace("2s first-token 3s idle 3s", "20s first-token 20s idle 20s");
    let proxy = serve(folder.path(), &text);
    for model in ["m-silent", "m-stalls-after-content"] {
        let body = json!({"model": model, "stream": true, "messages": []}).to_string();
        let call = client()
            .post(format!("{}/v1/chat/completions", proxy.url))
            .body(body)
            .send();
        let task = tokio::spawn(call);
        let behaviour = model.trim_start_matches("m-");
        eventually("the call arrives upstream", || async {
            (!upstream.seen_by(behaviour).is_empty()).then_some(())
        })
        .await;
        match model {
            "m-silent" => task.abort(),
            _ => drop(task.await.unwrap().unwrap()),
        }
        eventually("the upstream connection is closed", || async {
            upstream.seen_by(behaviour)[0].closed.then_some(())
        })
        .await;
    }
    let metrics = proxy.ask("/metrics").await;
    for model in ["m-silent", "m-stalls-after-content"] {
        let line = format!("pointsman_attempts_total{{target=\"{model}\",class=\"client-closed\"}} 1");
        assert!(metrics.contains(&line), "{metrics}");
    }
    assert!(
        upstream.seen_by("healthy").is_empty(),
        "a fallback was tried for a client who had left"
    );
}
