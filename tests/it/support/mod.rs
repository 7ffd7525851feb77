//! What end-to-end tests stand on: a scripted upstream on a real socket, the real binary in front of it, and
//! the official SDKs for Python and Node.

pub(crate) mod decisions;
pub(crate) mod examples;
pub(crate) mod faults;
pub(crate) mod node;
pub(crate) mod proxy;
pub(crate) mod python;
pub(crate) mod regions;
pub(crate) mod requests;
pub(crate) mod shape;
pub(crate) mod shapes;
pub(crate) mod tls;
pub(crate) mod upstream;

use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a test waits for something that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until the answer is there; fails with `what` when [`PATIENCE`] is over.
pub(crate) async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// An HTTP client; the TLS library's cryptography is chosen as the binary chooses it.
pub(crate) fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// One chat request over plain HTTP.
pub(crate) fn chat(client: &reqwest::Client, url: &str, key: &str, body: &Value) -> reqwest::RequestBuilder {
    client
        .post(format!("{url}/v1/chat/completions"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {key}"))
        .body(body.to_string())
}

/// A small chat body for a model.
pub(crate) fn message(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": "hi"}]})
}

/// The value of an answer's header; empty where it has none.
pub(crate) fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// All whole lines that stand in the record files of a folder. A file that is being written may end amid a character.
pub(crate) fn recorded(directory: &Path) -> String {
    let sources = pointsman::traffic::sources(&[directory.display().to_string()]).unwrap();
    let lines = sources.into_iter().flat_map(|source| {
        let blocks = source.open(&Arc::default()).unwrap();
        let mut bytes: Vec<u8> = blocks.flat_map(|block| block.bytes.to_vec()).collect();
        bytes.truncate(
            bytes
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1),
        );
        bytes
    });
    String::from_utf8(lines.collect()).unwrap()
}
