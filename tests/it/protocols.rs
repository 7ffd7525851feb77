//! Every endpoint through official clients and the real binary, against upstreams that speak the providers' shapes.

use crate::support::proxy::Proxy;
use crate::support::python;
use crate::support::upstream::Upstream;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A proxy in front of an upstream that records what it sees.
struct Scene {
    proxy: Proxy,
    upstream: Upstream,
    _directory: tempfile::TempDir,
}

impl Scene {
    /// Serves a policy in which `{name}` stands for the URL of the upstream that behaves so.
    async fn start(behaviours: &[&str], policy: &str) -> Self {
        let upstream = Upstream::start().await;
        let directory = tempfile::tempdir().unwrap();
        let mut policy = policy.to_owned();
        for behaviour in behaviours {
            policy = policy.replace(&format!("{{{behaviour}}}"), &upstream.url(behaviour));
        }
        let path: PathBuf = directory.path().join("a.policy");
        fs::write(&path, policy).unwrap();
        let proxy = Proxy::start(&path, &[]);
        Scene {
            proxy,
            upstream,
            _directory: directory,
        }
    }

    /// Runs a script of the official clients with these calls; gives what a program that uses them sees.
    async fn run(&self, script: &'static str, calls: &Value) -> Value {
        let (url, calls) = (self.proxy.url.clone(), calls.to_string());
        let output = tokio::task::spawn_blocking(move || python::run(script, &[&url, &calls]));
        serde_json::from_str(&output.await.unwrap()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embeddings_never_leave_their_space() {
    let policy = r#"
        provider down { protocol openai url "{status-500}" }
        provider up { protocol openai url "{good}" }
        provider rehearsal { protocol simulated }
        model small { provider down name "e-small" vectors "e" }
        model other { provider up name "e-other" }
        model twin { provider up name "e-twin" vectors "e" }
        model imagined { provider rehearsal }
        route rehearsed { when model == "imagined" target imagined }
        route all { target small fallback [other, twin] retry 0 on [server] }
    "#;
    let scene = Scene::start(&["status-500", "good"], policy).await;
    let calls = json!([{"model": "x"}, {"model": "imagined", "input": ["a", "b"]}]);
    let seen = scene.run("embed.py", &calls).await;
    assert_eq!(seen[0]["vectors"], json!([[1.0, -0.5]]));
    assert_eq!(seen[0]["tokens"], 3);
    assert_eq!(seen[0]["target"], "twin");
    assert_eq!(seen[0]["failures"], "small=server");
    let called = scene.upstream.seen();
    let paths: Vec<&str> = called.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths, ["/v1/embeddings", "/v1/embeddings"]);
    let body: Value = serde_json::from_slice(&called[1].body).unwrap();
    assert_eq!(
        (&body["model"], &body["input"]),
        (&json!("e-twin"), &json!("a text"))
    );
    let vectors = seen[1]["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 2);
    assert_ne!(vectors[0], vectors[1]);
}
