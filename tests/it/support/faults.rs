//! Every way to fail that the fault server knows, as bytes on a socket: one script for whole answers, one for streams.
//! Every connection is used once, so that no fault meets one that another has left.

use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// One step of what the server does with a connection after it has read a request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send(String),
    /// Milliseconds.
    Wait(u64),
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
    /// Nothing more comes.
    Hang,
}

/// A way to fail.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) name: String,
    pub(crate) whole: Vec<Step>,
    pub(crate) stream: Vec<Step>,
}

const STREAM: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const END: &str = "0\r\n\r\n";
const DONE: &str = "data: [DONE]\n\n";

/// Plays a fault to its end: whether the connection may be used again, or only waits for its end; `None` where it is
/// over.
pub(crate) async fn play(socket: &mut TcpStream, fault: &Fault, stream: bool) -> Option<bool> {
    for step in if stream { &fault.stream } else { &fault.whole } {
        match step {
            Step::Send(text) => socket.write_all(text.as_bytes()).await.ok()?,
            Step::Wait(milliseconds) => tokio::time::sleep(Duration::from_millis(*milliseconds)).await,
            Step::Reset => {
                let _ = socket.set_zero_linger();
                return None;
            }
            Step::Close => return None,
            Step::Hang => return Some(false),
        }
    }
    Some(true)
}

/// Nothing is wrong here.
pub(crate) fn healthy() -> Fault {
    let words = ["answer", " of ", "healthy"].map(text).concat();
    fault(
        "none",
        vec![json(200, "", &whole("\"answer of healthy\"", "stop"))],
        stream(&[&role(), &words, &finish("stop"), DONE]),
    )
}

/// A rate limit whose end is worth waiting for.
pub(crate) fn rate_limited() -> Fault {
    let body = error("slow down", "requests", "rate_limit_exceeded");
    both("four-seconds", vec![json(429, "retry-after: 4\r\n", &body)])
}

/// All faults.
pub(crate) fn all() -> Vec<Fault> {
    [
        statuses(),
        codes(),
        waits(),
        resets(),
        silences(),
        errors_within(),
        cuts(),
        shapes(),
    ]
    .concat()
}

fn send(text: impl Into<String>) -> Step {
    Step::Send(text.into())
}

/// A fault that is the same whether a stream was asked for or not.
fn both(name: impl Into<String>, steps: Vec<Step>) -> Fault {
    fault(name, steps.clone(), steps)
}

fn fault(name: impl Into<String>, whole: Vec<Step>, stream: Vec<Step>) -> Fault {
    Fault {
        name: name.into(),
        whole,
        stream,
    }
}

/// An answer with a length.
fn answer(status: u16, headers: &str, body: &str) -> Step {
    send(format!(
        "HTTP/1.1 {status} Scripted\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    ))
}

fn json(status: u16, headers: &str, body: &str) -> Step {
    answer(
        status,
        &format!("content-type: application/json\r\n{headers}"),
        body,
    )
}

fn error(message: &str, kind: &str, code: &str) -> String {
    format!(r#"{{"error":{{"message":"{message}","type":"{kind}","code":"{code}","param":null}}}}"#)
}

/// A stream of these pieces with its regular end.
fn stream(pieces: &[&str]) -> Vec<Step> {
    let mut steps = open(pieces);
    steps.push(send(END));
    steps
}

/// A stream of these pieces without its end.
fn open(pieces: &[&str]) -> Vec<Step> {
    let head = std::iter::once(send(STREAM));
    head.chain(
        pieces
            .iter()
            .map(|piece| send(format!("{:x}\r\n{piece}\r\n", piece.len()))),
    )
    .collect()
}

fn then(mut steps: Vec<Step>, step: Step) -> Vec<Step> {
    steps.push(step);
    steps
}

fn delta(delta: &str, finish: &str) -> String {
    format!(
        r#"data: {{"id":"c","object":"chat.completion.chunk","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
    ) + "\n\n"
}

fn role() -> String {
    delta(r#"{"role":"assistant","content":""}"#, "null")
}

fn text(text: &str) -> String {
    delta(&format!(r#"{{"content":"{text}"}}"#), "null")
}

fn finish(reason: &str) -> String {
    delta("{}", &format!("\"{reason}\""))
}

fn whole(content: &str, finish: &str) -> String {
    format!(
        r#"{{"id":"c","object":"chat.completion","choices":[{{"index":0,"message":{{"role":"assistant","content":{content}}},"finish_reason":"{finish}"}}],"usage":{{"prompt_tokens":11,"completion_tokens":7}}}}"#
    )
}

fn statuses() -> Vec<Fault> {
    let plain = [
        302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 425, 429, 451, 500, 501, 502,
        503, 504, 507, 520, 529, 599,
    ];
    plain
        .into_iter()
        .map(|status| {
            let body = error(&format!("upstream says {status}"), "upstream", "");
            both(format!("status-{status}"), vec![json(status, "", &body)])
        })
        .collect()
}

fn codes() -> Vec<Fault> {
    let coded = |name: &str, status, message: &str, code: &str| {
        both(
            name,
            vec![json(status, "", &error(message, "invalid_request_error", code))],
        )
    };
    vec![
        coded("context-by-code", 400, "no", "context_length_exceeded"),
        coded(
            "context-by-text",
            400,
            "This model's maximum context length is 8192 tokens",
            "",
        ),
        coded("filter-by-code", 400, "no", "content_filter"),
        coded("quota-429", 429, "no", "insufficient_quota"),
        coded("quota-403", 403, "no", "billing_hard_limit_reached"),
        coded("overloaded-500", 500, "no", "overloaded_error"),
        both(
            "error-without-json",
            vec![answer(500, "content-type: text/html\r\n", "<html>oops</html>")],
        ),
        both("error-without-body", vec![answer(503, "", "")]),
    ]
}

/// `Retry-After` in its forms; the route repeats once.
fn waits() -> Vec<Fault> {
    let forms = [
        ("zero", "retry-after: 0"),
        ("fraction", "retry-after: 0.02"),
        ("milliseconds", "retry-after-ms: 20"),
        ("unit", "retry-after: 20ms"),
        ("past-date", "retry-after: Sun, 06 Nov 1994 08:49:37 GMT"),
        ("rfc-850-date", "retry-after: Sunday, 06-Nov-94 08:49:37 GMT"),
        ("asctime-date", "retry-after: Sun Nov  6 08:49:37 1994"),
        ("reset-header", "x-ratelimit-reset-requests: 20ms"),
        ("negative", "retry-after: -30"),
        ("garbage", "retry-after: soon"),
        ("long", "retry-after: 1m30s"),
        ("future-date", "retry-after: Fri, 06 Nov 2099 08:49:37 GMT"),
        ("huge", "retry-after: 99999999999999999999999"),
    ];
    forms
        .into_iter()
        .map(|(name, header)| {
            let body = error("slow down", "requests", "rate_limit_exceeded");
            both(
                format!("wait-{name}"),
                vec![json(429, &format!("{header}\r\n"), &body)],
            )
        })
        .collect()
}

fn resets() -> Vec<Fault> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n";
    vec![
        both("reset-before-headers", vec![Step::Reset]),
        both("closed-before-headers", vec![Step::Close]),
        both(
            "closed-within-headers",
            vec![send("HTTP/1.1 200 OK\r\ncontent-ty"), Step::Close],
        ),
        fault(
            "reset-after-headers",
            vec![send(head), Step::Wait(20), Step::Reset],
            vec![send(STREAM), Step::Wait(20), Step::Reset],
        ),
        fault(
            "reset-before-content",
            vec![send(head), send("{\"id\":"), Step::Wait(20), Step::Reset],
            then(then(open(&[&role()]), Step::Wait(20)), Step::Reset),
        ),
        fault(
            "reset-after-content",
            vec![
                send(head),
                send(whole("\"partial", "stop")),
                Step::Wait(20),
                Step::Reset,
            ],
            then(
                then(open(&[&role(), &text("partial")]), Step::Wait(20)),
                Step::Reset,
            ),
        ),
    ]
}

fn silences() -> Vec<Fault> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n";
    let pings: Vec<Step> = std::iter::once(send(STREAM))
        .chain((0..200).flat_map(|_| [Step::Wait(50), send("8\r\n: ping\n\n\r\n")]))
        .collect();
    vec![
        both("silent-before-headers", vec![Step::Hang]),
        both(
            "silent-within-headers",
            vec![send("HTTP/1.1 200 OK\r\ncont"), Step::Hang],
        ),
        fault(
            "silent-after-headers",
            vec![send(head), Step::Hang],
            vec![send(STREAM), Step::Hang],
        ),
        fault(
            "silent-before-content",
            vec![send(head), send("{"), Step::Hang],
            then(open(&[&role()]), Step::Hang),
        ),
        fault(
            "silent-after-content",
            vec![send(head), send("{\"choices\":["), Step::Hang],
            then(open(&[&text("partial")]), Step::Hang),
        ),
        fault("pings-and-no-content", vec![send(head), Step::Hang], pings),
    ]
}

fn errors_within() -> Vec<Fault> {
    let overloaded = error("busy", "overloaded_error", "");
    let event = format!("data: {overloaded}\n\n");
    let anthropic = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let anthropic_event = format!("event: error\ndata: {anthropic}\n\n");
    let limit = error("slow", "requests", "rate_limit_exceeded");
    vec![
        fault(
            "error-in-200",
            vec![json(200, "", &overloaded)],
            stream(&[&event]),
        ),
        fault(
            "rate-limit-in-200",
            vec![json(200, "", &limit)],
            stream(&[&role(), &format!("data: {limit}\n\n"), DONE]),
        ),
        fault(
            "anthropic-error-in-200",
            vec![json(200, "", anthropic)],
            stream(&[&anthropic_event]),
        ),
        fault(
            "error-of-object-kind",
            vec![json(
                200,
                "",
                r#"{"object":"error","message":"out of memory","code":500}"#,
            )],
            stream(&["data: {\"object\":\"error\",\"message\":\"out of memory\",\"code\":500}\n\n"]),
        ),
        fault(
            "error-after-content",
            vec![json(200, "", &overloaded)],
            stream(&[&text("partial"), &event]),
        ),
        fault(
            "anthropic-error-after-content",
            vec![json(200, "", anthropic)],
            stream(&[&text("partial"), &anthropic_event]),
        ),
        fault(
            "error-that-is-text",
            vec![json(200, "", r#"{"error":"model is loading"}"#)],
            stream(&["data: {\"error\":\"model is loading\"}\n\n"]),
        ),
    ]
}

fn cuts() -> Vec<Fault> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n";
    let half = r#"{"id":"c","choices":[{"index":0,"mess"#;
    vec![
        fault(
            "closed-within-body",
            vec![send(head), send(half), Step::Close],
            then(open(&[&role(), &text("partial")]), Step::Close),
        ),
        fault(
            "regular-end-too-early",
            vec![json(200, "", half)],
            stream(&[&role(), &text("partial")]),
        ),
        fault(
            "cut-event",
            vec![json(200, "", "{")],
            stream(&[&role(), "data: {\"choices\":[{\"del"]),
        ),
        fault(
            "cut-event-after-content",
            vec![json(200, "", half)],
            stream(&[&text("partial"), "data: {\"choices\":[{\"del"]),
        ),
        both(
            "bad-chunk-size",
            vec![
                send(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nxx\r\n",
                ),
                Step::Close,
            ],
        ),
        both("no-http", vec![send("SSH-2.0-OpenSSH_9.2\r\n"), Step::Close]),
    ]
}

fn shapes() -> Vec<Fault> {
    let broken = "data: {\"choices\": oops}\n\n";
    vec![
        both(
            "html-200",
            vec![answer(
                200,
                "content-type: text/html\r\n",
                "<html>maintenance</html>",
            )],
        ),
        both(
            "json-as-events",
            vec![answer(
                200,
                "content-type: text/event-stream\r\n",
                &whole("\"hidden\"", "stop"),
            )],
        ),
        fault(
            "events-as-json",
            vec![json(200, "", &format!("{}{DONE}", text("hidden")))],
            vec![json(200, "", &format!("{}{DONE}", text("hidden")))],
        ),
        both("empty-body", vec![json(200, "", "")]),
        fault(
            "empty-answer",
            vec![json(200, "", &whole("\"\"", "stop"))],
            stream(&[&role(), &finish("stop"), DONE]),
        ),
        fault(
            "null-answer",
            vec![json(200, "", &whole("null", "stop"))],
            stream(&[&role(), DONE]),
        ),
        fault(
            "no-choices",
            vec![json(200, "", r#"{"choices":[]}"#)],
            stream(&[DONE]),
        ),
        fault(
            "filtered",
            vec![json(200, "", &whole("null", "content_filter"))],
            stream(&[&role(), &finish("content_filter"), DONE]),
        ),
        fault(
            "malformed-event",
            vec![json(200, "", "{oops}")],
            stream(&[&role(), broken, &text("late"), &finish("stop"), DONE]),
        ),
        fault(
            "malformed-event-after-content",
            vec![json(200, "", "{\"choices\":oops}")],
            stream(&[&text("half"), broken, &text(" done"), &finish("stop"), DONE]),
        ),
        fault(
            "no-done",
            vec![json(200, "", &whole("\"fine\"", "stop"))],
            stream(&[&text("fine"), &finish("stop")]),
        ),
        fault(
            "no-done-and-no-end",
            vec![json(200, "", &whole("\"fine\"", "stop"))],
            then(open(&[&text("fine"), &finish("stop")]), Step::Hang),
        ),
        fault(
            "done-and-no-end",
            vec![json(200, "", &whole("\"fine\"", "stop"))],
            then(open(&[&text("fine"), &finish("stop"), DONE]), Step::Hang),
        ),
        fault(
            "done-without-finish",
            vec![json(200, "", &whole("\"fine\"", "stop"))],
            stream(&[&text("fine"), DONE]),
        ),
    ]
}
