//! The newcomer's policy through the official SDK: whole answers, streaming and not, and four tenants on four routes.

use crate::support::proxy::Proxy;
use crate::support::python;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// The demo keys that the quickstart's comments name.
const KEYS: [&str; 4] = [
    "demo-acme-key",
    "demo-globex-key",
    "demo-initech-key",
    "demo-umbrella-key",
];

fn serve() -> Proxy {
    Proxy::start(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/quickstart"),
        &[],
    )
}

#[test]
fn four_tenants_reach_four_routes_streaming_and_not() {
    let proxy = serve();
    let base = format!("{}/v1", proxy.url);
    for stream in [false, true] {
        let calls: Vec<Value> = KEYS
            .iter()
            .map(|key| json!({"key": key, "model": "gpt-4o-mini", "stream": stream}))
            .collect();
        let seen: Vec<Value> =
            serde_json::from_str(&python::run("chat.py", &[&base, &json!(calls).to_string()])).unwrap();
        let mut routes = BTreeSet::new();
        for (key, seen) in KEYS.iter().zip(&seen) {
            assert_eq!(seen["error"], Value::Null, "{key}: {seen}");
            assert!(!seen["text"].as_str().unwrap().is_empty(), "{key}: {seen}");
            assert_eq!(seen["finish"], "stop", "{key}: {seen}");
            assert!(seen["headers"]["x-pointsman-target"].is_string(), "{key}: {seen}");
            routes.insert(seen["headers"]["x-pointsman-route"].as_str().unwrap().to_owned());
        }
        assert_eq!(routes.len(), 4, "{routes:?}");
    }
}

#[test]
fn a_wrong_key_is_refused_in_the_clients_words() {
    let proxy = serve();
    let calls = json!([{"key": "no-such-key", "model": "gpt-4o-mini"}]).to_string();
    let seen: Value =
        serde_json::from_str(&python::run("chat.py", &[&format!("{}/v1", proxy.url), &calls])).unwrap();
    assert_eq!(seen[0]["error"]["class"], "AuthenticationError", "{seen}");
    assert!(
        !seen.to_string().contains("no-such-key"),
        "the answer repeats the key: {seen}"
    );
}

#[test]
fn models_are_listed() {
    let proxy = serve();
    let listed: Vec<String> = serde_json::from_str(&python::run(
        "models.py",
        &[&format!("{}/v1", proxy.url), KEYS[0]],
    ))
    .unwrap();
    assert!(listed.iter().any(|name| name == "gpt-4o-mini"), "{listed:?}");
}
