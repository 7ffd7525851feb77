//! What passes to a provider.

use crate::provider::headers::upstream;
use crate::wire::endpoint::Endpoint;
use ::http::header::{HeaderMap, HeaderName, HeaderValue};

#[test]
fn only_the_named_headers_pass() {
    let mut client = HeaderMap::new();
    for (name, value) in [
        ("authorization", "Bearer tenant"),
        ("cookie", "a=b"),
        ("x-api-key", "k"),
        ("host", "proxy"),
        ("content-length", "5"),
        ("accept-encoding", "gzip"),
        ("openai-organization", "o"),
        ("x-pointsman-tags", "t"),
        ("accept", "text/event-stream"),
        ("user-agent", "sdk"),
        ("x-stainless-lang", "python"),
        ("x-trace", "1"),
        ("x-own", "client"),
    ] {
        client.insert(name, HeaderValue::from_static(value));
    }
    client.append("x-trace", HeaderValue::from_static("2"));
    let forward: Vec<HeaderName> = ["x-trace", "x-own", "cookie", "authorization"]
        .into_iter()
        .map(HeaderName::from_static)
        .collect();
    let own = [(
        HeaderName::from_static("x-own"),
        HeaderValue::from_static("provider"),
    )];
    let mut passed: Vec<String> = upstream(Endpoint::Chat, &client, &forward, &own)
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    passed.sort();
    assert_eq!(
        passed,
        [
            "accept: text/event-stream",
            "content-type: application/json",
            "user-agent: sdk",
            "x-own: provider",
            "x-stainless-lang: python",
            "x-trace: 1",
            "x-trace: 2",
        ]
    );
}
