//! Keys and callers, bodies within bounds, errors as the client sees them.

use super::body::{self, Limit};
use super::callers::{Callers, Stranger, written_hash};
use super::observe::{Observation, Wishes};
use super::problem::Problem;
use crate::compile::compile_text;
use crate::facts::{Builtin, Timestamp};
use crate::model::{CredentialSource, KeySecret, Policy, Tenant, TenantId, TenantKey};
use crate::source::{SourceMap, Span};
use crate::wire::endpoint::Endpoint;
use crate::wire::errors::ErrorForm;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::time::Duration;

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}

fn tenant(name: &str, secret: KeySecret, expires: Option<Timestamp>) -> Tenant {
    let span = Span::new(SourceMap::new().add("p", ""), 0, 0);
    Tenant {
        name: name.to_owned(),
        keys: vec![TenantKey {
            name: "ci".to_owned(),
            secret,
            expires,
            span,
        }],
        tags: Vec::new(),
        facts: Vec::new(),
        span,
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::new(seconds, 0).unwrap()
}

fn presenting(name: &'static str, value: Option<&'static str>) -> HeaderMap {
    value
        .map(|value| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .into_iter()
        .collect()
}

#[test]
fn a_key_may_come_as_anthropics_clients_send_it() {
    let policy = Policy {
        tenants: vec![tenant("first", KeySecret::Sha256(hash("one")), None)],
        ..Policy::default()
    };
    let callers = Callers::new(&policy, written_hash).unwrap();
    let known = |headers: &HeaderMap| callers.identify(headers, at(0)).map(|caller| caller.is_some());
    let mut headers = presenting("x-api-key", Some("one"));
    assert_eq!(known(&headers), Ok(true));
    headers.insert("authorization", HeaderValue::from_static("Bearer one"));
    assert_eq!(known(&headers), Ok(true));
    headers.insert("authorization", HeaderValue::from_static("Bearer other"));
    assert_eq!(known(&headers), Err(Stranger::TwoKeys));
    headers.remove("authorization");
    headers.append("x-api-key", HeaderValue::from_static("one"));
    assert_eq!(known(&headers), Err(Stranger::Twice("x-api-key")));
    assert_eq!(known(&presenting("x-api-key", Some(" "))), Err(Stranger::NoKey));
}

#[test]
fn a_key_leads_to_its_tenant_until_it_expires() {
    let policy = Policy {
        tenants: vec![
            tenant("first", KeySecret::Sha256(hash("one")), None),
            tenant("second", KeySecret::Sha256(hash("two")), Some(at(100))),
        ],
        ..Policy::default()
    };
    let callers = Callers::new(&policy, written_hash).unwrap();
    let identify = |authorization: Option<&'static str>, seconds| {
        callers
            .identify(&presenting("authorization", authorization), at(seconds))
            .map(|caller| caller.map(|caller| caller.tenant))
    };
    assert_eq!(identify(Some("Bearer one"), 0), Ok(Some(TenantId(0))));
    assert_eq!(identify(Some("bearer two"), 99), Ok(Some(TenantId(1))));
    assert_eq!(identify(Some("Bearer two"), 100), Err(Stranger::ExpiredKey));
    assert_eq!(identify(Some("Bearer three"), 0), Err(Stranger::UnknownKey));
    for none in [None, Some("Basic one"), Some("Bearer "), Some("one"), Some("")] {
        assert_eq!(identify(none, 0), Err(Stranger::NoKey), "{none:?}");
    }
}

#[test]
fn without_tenants_everyone_may_call() {
    let callers = Callers::new(&Policy::default(), written_hash).unwrap();
    assert_eq!(
        callers.identify(&presenting("authorization", Some("Bearer any")), at(0)),
        Ok(None)
    );
    assert_eq!(callers.identify(&HeaderMap::new(), at(0)), Ok(None));
}

#[test]
fn two_tenants_cannot_share_a_key() {
    let from_environment = KeySecret::Source(CredentialSource::Environment("KEY".to_owned()));
    let policy = Policy {
        tenants: vec![
            tenant("first", KeySecret::Sha256(hash("one")), None),
            tenant("second", from_environment, None),
        ],
        ..Policy::default()
    };
    let from_environment =
        |text: &'static str| move |key: &TenantKey| written_hash(key).or_else(|| Some(hash(text)));
    assert!(Callers::new(&policy, from_environment("other")).is_ok());
    let errors = Callers::new(&policy, from_environment("one")).unwrap_err();
    assert_eq!(
        errors[0].message(),
        "the key `ci` of tenant `second` is also the key of another"
    );
}

fn pieces(pieces: &[&'static str]) -> Body {
    let pieces: Vec<Result<Bytes, Infallible>> = pieces
        .iter()
        .map(|piece| Ok(Bytes::from_static(piece.as_bytes())))
        .collect();
    Body::from_stream(stream::iter(pieces))
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit() {
    const FIVE: Limit = Limit {
        bytes: 5,
        setting: Some("--limit"),
    };
    let refused = Err(Problem::too_large(5, Some("--limit")));
    assert_eq!(
        body::read(Body::from("12345"), &HeaderMap::new(), FIVE)
            .await
            .unwrap(),
        "12345"
    );
    assert_eq!(
        body::read(pieces(&["12", "", "34", "5"]), &HeaderMap::new(), FIVE)
            .await
            .unwrap(),
        "12345"
    );
    assert_eq!(
        body::read(pieces(&[]), &HeaderMap::new(), FIVE).await.unwrap(),
        ""
    );
    assert_eq!(
        body::read(Body::from("123456"), &HeaderMap::new(), FIVE).await,
        refused
    );
    assert_eq!(
        body::read(pieces(&["12", "34", "56"]), &HeaderMap::new(), FIVE).await,
        refused
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_in_is_given_up() {
    const LIMIT: Limit = Limit {
        bytes: 1 << 20,
        setting: None,
    };
    let read = async |pieces: usize, length: usize, seconds: u64| {
        let piece = Bytes::from(vec![b'a'; length]);
        let pieces = stream::iter(0..pieces).then(move |_| {
            let piece = piece.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Ok::<_, Infallible>(piece)
            }
        });
        let read = body::read(Body::from_stream(pieces), &HeaderMap::new(), LIMIT).await;
        read.map(|body| body.len())
    };
    assert_eq!(read(2, 1, 59).await, Err(Problem::too_slow()));
    assert_eq!(read(1, 1, 61).await, Err(Problem::too_slow()));
    assert_eq!(read(3, 1, 20).await, Ok(3));
    assert_eq!(read(4, 1, 20).await, Err(Problem::too_slow()));
    assert_eq!(read(50, 20 * 1024, 20).await, Ok(50 * 20 * 1024));
}

#[test]
fn an_error_has_the_shape_that_clients_know() {
    let problem = Problem::model_not_found("the model `x` does not exist".to_owned());
    assert_eq!(
        String::from_utf8(problem.body(ErrorForm::OpenAi)).unwrap(),
        r#"{"error":{"message":"the model `x` does not exist","type":"invalid_request_error","param":"model","code":"model_not_found"}}"#
    );
    assert_eq!(
        String::from_utf8(problem.body(ErrorForm::Anthropic)).unwrap(),
        r#"{"type":"error","error":{"type":"not_found_error","message":"the model `x` does not exist","code":"model_not_found"}}"#
    );
}

/// What is observed of a request with one message, for a policy whose first route asks for something.
fn observed(condition: &str, recorded: Option<&[String]>) -> Observation {
    let text = format!(
        "provider p {{ protocol openai url \"http://127.0.0.1:1\" }}\nmodel m {{ provider p }}\n\
         route asked {{ when {condition} target m }}\nroute rest {{ target m }}"
    );
    observed_by(&text, recorded, Endpoint::Chat)
}

fn observed_by(policy: &str, recorded: Option<&[String]>, endpoint: Endpoint) -> Observation {
    let tree = compile_text(policy).unwrap().tree;
    let wishes = Wishes::new(&tree, recorded);
    let head = wishes
        .head(tree.policy(), None, &HeaderMap::new(), at(0))
        .unwrap();
    let body = br#"{"model":"m","messages":[{"role":"user","content":"how many words"}]}"#;
    wishes.body(tree.policy(), head, endpoint, body).unwrap()
}

#[test]
fn text_is_looked_at_where_somebody_asks() {
    let prompt = |observation: &Observation| observation.facts.string(Builtin::Prompt.into()).to_owned();
    let asks_nothing = observed("stream && turns > 1", None);
    assert!(!asks_nothing.scanned.text.counts_text());
    assert_eq!(prompt(&asks_nothing), "");
    let asks_tokens = observed("tokens > 5", None);
    assert!(asks_tokens.scanned.text.counts_text());
    assert!(asks_tokens.facts.int(Builtin::Tokens.into()) > asks_nothing.facts.int(Builtin::Tokens.into()));
    assert_eq!(prompt(&asks_tokens), "");
    let asks_prompt = observed("prompt.contains(\"words\")", None);
    assert!(!asks_prompt.scanned.text.counts_text());
    assert_eq!(prompt(&asks_prompt), "how many words");
    let recorded = observed("stream", Some(&[]));
    assert!(
        recorded.scanned.text.counts_text(),
        "another policy may ask when it is replayed"
    );
}

#[test]
fn text_is_weighed_for_whom_its_tokens_are_told() {
    let weighed = |provider: &str, model: &str, endpoint| {
        let text = format!(
            "provider p {{ {provider} }}\nmodel m {{ provider p {model} }}\nroute rest {{ target m }}"
        );
        observed_by(&text, None, endpoint).scanned.text.counts_text()
    };
    let remote = "protocol anthropic url \"http://127.0.0.1:1\"";
    assert!(!weighed(remote, "", Endpoint::Messages));
    assert!(weighed(remote, "", Endpoint::CountTokens));
    assert!(weighed(remote, "context 8k", Endpoint::Messages));
    assert!(weighed("protocol simulated", "", Endpoint::Messages));
}
