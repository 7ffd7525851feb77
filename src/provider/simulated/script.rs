//! What one simulated call does, written down before it is played.

use super::super::backend::UpstreamRequest;
use super::{fault, vectors, words};
use crate::model::{FailureClass, SimulatedBehaviour};
use crate::wire::endpoint::Endpoint;
use ::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use ::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A call from its start to its end.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// Time until headers, or until it is known that there is no connection.
    pub(super) latency: Duration,
    /// Whether there is no connection.
    pub(super) fails_to_connect: bool,
    /// Whether headers never come.
    pub(super) silent: bool,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) steps: Vec<Step>,
}

/// One step of a body.
#[derive(Debug)]
pub(super) enum Step {
    /// Bytes after a while.
    Piece { after: Duration, bytes: Bytes },
    /// The connection is lost.
    Cut,
    /// Nothing more, for ever.
    Silence,
}

/// The keys of a body that change the form of an answer.
#[derive(Default, Deserialize)]
struct Asked {
    stream_options: Option<StreamOptions>,
}

#[derive(Default, Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

/// What an answer consists of.
struct Answer<'a> {
    request: &'a UpstreamRequest,
    tokens: Vec<&'static str>,
    cut_by_cap: bool,
    created: u64,
}

/// Writes the script of one call.
pub(super) fn write(
    behaviour: &SimulatedBehaviour,
    request: &UpstreamRequest,
    fault: Option<FailureClass>,
) -> Script {
    let mut script = Script {
        latency: behaviour.latency,
        ..Script::default()
    };
    let id = format!("sim-{:016x}", request.seed);
    if let Ok(id) = HeaderValue::try_from(id) {
        script.headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    match fault {
        Some(FailureClass::Connect) => script.fails_to_connect = true,
        Some(FailureClass::TimeoutHeaders | FailureClass::TimeoutTotal) => script.silent = true,
        Some(class) if fault::error(class).is_some() => refuse(&mut script, class),
        other if request.endpoint == Endpoint::Embeddings => vectors(&mut script, behaviour, request, other),
        other if request.stream => stream(&mut script, behaviour, request, other),
        other => whole(&mut script, behaviour, request, other),
    }
    script
}

fn refuse(script: &mut Script, class: FailureClass) {
    let Some((status, body)) = fault::error(class) else {
        return;
    };
    script.status = StatusCode::from_u16(status).unwrap_or_default();
    set_type(script, "application/json");
    if class == FailureClass::RateLimit {
        let seconds = HeaderValue::from_static(fault::RETRY_AFTER);
        script.headers.insert(RETRY_AFTER, seconds);
    }
    script.steps.push(piece(Duration::ZERO, body.to_string()));
}

/// A whole answer: its headers come when all of it has been made.
fn whole(
    script: &mut Script,
    behaviour: &SimulatedBehaviour,
    request: &UpstreamRequest,
    fault: Option<FailureClass>,
) {
    let answer = Answer::new(request, fault);
    let further = u32::try_from(answer.tokens.len().saturating_sub(1)).unwrap_or(u32::MAX);
    script.latency += behaviour.first_token + pause(behaviour).saturating_mul(further);
    send_whole(script, answer.whole().to_string(), fault);
}

/// Embeddings, after the time to the first token.
fn vectors(
    script: &mut Script,
    behaviour: &SimulatedBehaviour,
    request: &UpstreamRequest,
    fault: Option<FailureClass>,
) {
    script.latency += behaviour.first_token;
    let empty = fault == Some(FailureClass::Empty);
    send_whole(script, vectors::answer(request, empty).to_string(), fault);
}

/// A whole body, or as much of it as the fault leaves.
fn send_whole(script: &mut Script, body: String, fault: Option<FailureClass>) {
    set_type(script, "application/json");
    let half = body.get(..body.len() / 2).unwrap_or_default().to_owned();
    match fault {
        Some(FailureClass::Truncated) => script.steps.extend([piece(Duration::ZERO, half), Step::Cut]),
        Some(FailureClass::TimeoutIdle) => script.steps.extend([piece(Duration::ZERO, half), Step::Silence]),
        Some(FailureClass::TimeoutFirstToken) => script.steps.push(Step::Silence),
        _ => script.steps.push(piece(Duration::ZERO, body)),
    }
}

/// A stream: a role, then token by token, then the end.
fn stream(
    script: &mut Script,
    behaviour: &SimulatedBehaviour,
    request: &UpstreamRequest,
    fault: Option<FailureClass>,
) {
    let answer = Answer::new(request, fault);
    set_type(script, "text/event-stream; charset=utf-8");
    let role = json!({ "role": "assistant", "content": "" });
    script
        .steps
        .push(event(Duration::ZERO, &answer.chunk(role, None)));
    if fault == Some(FailureClass::TimeoutFirstToken) {
        script.steps.push(Step::Silence);
        return;
    }
    let spoken = match fault {
        Some(FailureClass::Truncated | FailureClass::TimeoutIdle) => answer.tokens.len().div_ceil(2),
        _ => answer.tokens.len(),
    };
    for (position, token) in answer.tokens.iter().take(spoken).enumerate() {
        let after = if position == 0 {
            behaviour.first_token
        } else {
            pause(behaviour)
        };
        let delta = json!({ "content": token });
        script.steps.push(event(after, &answer.chunk(delta, None)));
    }
    match fault {
        Some(FailureClass::Truncated) => script.steps.push(Step::Cut),
        Some(FailureClass::TimeoutIdle) => script.steps.push(Step::Silence),
        _ => finish(script, &answer),
    }
}

fn finish(script: &mut Script, answer: &Answer<'_>) {
    let end = answer.chunk(json!({}), Some(answer.finish_reason()));
    script.steps.push(event(Duration::ZERO, &end));
    let asked: Asked = serde_json::from_slice(&answer.request.body).unwrap_or_default();
    if asked.stream_options.and_then(|options| options.include_usage) == Some(true) {
        let mut usage = answer.envelope("chat.completion.chunk", json!([]));
        usage["usage"] = answer.usage();
        script.steps.push(event(Duration::ZERO, &usage));
    }
    script
        .steps
        .push(piece(Duration::ZERO, "data: [DONE]\n\n".to_owned()));
}

impl<'a> Answer<'a> {
    fn new(request: &'a UpstreamRequest, fault: Option<FailureClass>) -> Self {
        let (tokens, cut_by_cap) = match fault {
            Some(FailureClass::Empty) => (Vec::new(), false),
            _ => words::tokens(request.max_tokens),
        };
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Answer {
            request,
            tokens,
            cut_by_cap,
            created: since_epoch.map_or(0, |age| age.as_secs()),
        }
    }

    fn finish_reason(&self) -> &'static str {
        if self.cut_by_cap { "length" } else { "stop" }
    }

    fn usage(&self) -> Value {
        let (input, output) = (self.request.tokens, self.tokens.len() as u64);
        json!({
            "prompt_tokens": input,
            "completion_tokens": output,
            "total_tokens": input + output,
            "prompt_tokens_details": { "cached_tokens": 0 },
        })
    }

    fn envelope(&self, object: &str, choices: Value) -> Value {
        json!({
            "id": format!("chatcmpl-{:016x}", self.request.seed),
            "object": object,
            "created": self.created,
            "model": self.request.model,
            "choices": choices,
        })
    }

    fn chunk(&self, delta: Value, finish_reason: Option<&str>) -> Value {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
        self.envelope("chat.completion.chunk", json!([choice]))
    }

    fn whole(&self) -> Value {
        let text = (!self.tokens.is_empty()).then(|| self.tokens.concat());
        let message = json!({ "role": "assistant", "content": text, "refusal": null });
        let choice = json!({ "index": 0, "message": message, "finish_reason": self.finish_reason() });
        let mut whole = self.envelope("chat.completion", json!([choice]));
        whole["usage"] = self.usage();
        whole
    }
}

/// The time between two tokens.
fn pause(behaviour: &SimulatedBehaviour) -> Duration {
    behaviour
        .rate
        .filter(|rate| *rate > 0.0)
        .and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok())
        .unwrap_or_default()
}

fn set_type(script: &mut Script, content_type: &'static str) {
    let value = HeaderValue::from_static(content_type);
    script.headers.insert(CONTENT_TYPE, value);
}

fn piece(after: Duration, text: String) -> Step {
    Step::Piece {
        after,
        bytes: Bytes::from(text),
    }
}

fn event(after: Duration, chunk: &Value) -> Step {
    piece(after, format!("data: {chunk}\n\n"))
}
