//! Every way to fail that the fault server knows, as bytes on a socket: one script for whole answers, one for streams,
//! with the content in the shape of the endpoint that is called.
//! Every connection is used once, so that no fault meets one that another has left.

mod refusals;

use super::shape::Shape;
use refusals::{codes, statuses, waits};
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
pub(crate) fn healthy(shape: Shape) -> Fault {
    let words = ["answer", " of ", "healthy"]
        .map(|word| shape.text(word))
        .concat();
    fault(
        "none",
        vec![json(200, "", &shape.whole("\"answer of healthy\"", "stop"))],
        stream(&[&shape.role(), &words, &shape.finish("stop"), shape.done()]),
    )
}

/// A rate limit whose end is worth waiting for.
pub(crate) fn rate_limited() -> Fault {
    let body = error("slow down", "requests", "rate_limit_exceeded");
    both("four-seconds", vec![json(429, "retry-after: 4\r\n", &body)])
}

/// All faults.
pub(crate) fn all(shape: Shape) -> Vec<Fault> {
    [
        statuses(),
        codes(),
        waits(),
        resets(shape),
        silences(shape),
        errors_within(shape),
        cuts(shape),
        shapes(shape),
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
            .filter(|piece| !piece.is_empty())
            .map(|piece| send(format!("{:x}\r\n{piece}\r\n", piece.len()))),
    )
    .collect()
}

fn then(mut steps: Vec<Step>, step: Step) -> Vec<Step> {
    steps.push(step);
    steps
}

fn resets(shape: Shape) -> Vec<Fault> {
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
            then(then(open(&[&shape.role()]), Step::Wait(20)), Step::Reset),
        ),
        fault(
            "reset-after-content",
            vec![
                send(head),
                send(shape.whole("\"partial", "stop")),
                Step::Wait(20),
                Step::Reset,
            ],
            then(
                then(open(&[&shape.role(), &shape.text("partial")]), Step::Wait(20)),
                Step::Reset,
            ),
        ),
    ]
}

fn silences(shape: Shape) -> Vec<Fault> {
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
            then(open(&[&shape.role()]), Step::Hang),
        ),
        fault(
            "silent-after-content",
            vec![send(head), send("{\"choices\":["), Step::Hang],
            then(open(&[&shape.text("partial")]), Step::Hang),
        ),
        fault("pings-and-no-content", vec![send(head), Step::Hang], pings),
    ]
}

fn errors_within(shape: Shape) -> Vec<Fault> {
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
            stream(&[&shape.role(), &format!("data: {limit}\n\n"), shape.done()]),
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
            stream(&[&shape.text("partial"), &event]),
        ),
        fault(
            "anthropic-error-after-content",
            vec![json(200, "", anthropic)],
            stream(&[&shape.text("partial"), &anthropic_event]),
        ),
        fault(
            "error-that-is-text",
            vec![json(200, "", r#"{"error":"model is loading"}"#)],
            stream(&["data: {\"error\":\"model is loading\"}\n\n"]),
        ),
    ]
}

fn cuts(shape: Shape) -> Vec<Fault> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n";
    let half = r#"{"id":"c","choices":[{"index":0,"mess"#;
    vec![
        fault(
            "closed-within-body",
            vec![send(head), send(half), Step::Close],
            then(open(&[&shape.role(), &shape.text("partial")]), Step::Close),
        ),
        fault(
            "regular-end-too-early",
            vec![json(200, "", half)],
            stream(&[&shape.role(), &shape.text("partial")]),
        ),
        fault(
            "cut-event",
            vec![json(200, "", "{")],
            stream(&[&shape.role(), "data: {\"choices\":[{\"del"]),
        ),
        fault(
            "cut-event-after-content",
            vec![json(200, "", half)],
            stream(&[&shape.text("partial"), "data: {\"choices\":[{\"del"]),
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

fn shapes(shape: Shape) -> Vec<Fault> {
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
                &shape.whole("\"hidden\"", "stop"),
            )],
        ),
        fault(
            "events-as-json",
            vec![json(
                200,
                "",
                &format!("{}{}", shape.text("hidden"), shape.done()),
            )],
            vec![json(
                200,
                "",
                &format!("{}{}", shape.text("hidden"), shape.done()),
            )],
        ),
        both("empty-body", vec![json(200, "", "")]),
        fault(
            "empty-answer",
            vec![json(200, "", &shape.whole("\"\"", "stop"))],
            stream(&[&shape.role(), &shape.finish("stop"), shape.done()]),
        ),
        fault(
            "null-answer",
            vec![json(200, "", &shape.whole("null", "stop"))],
            stream(&[&shape.role(), shape.done()]),
        ),
        fault(
            "no-choices",
            vec![json(200, "", r#"{"choices":[]}"#)],
            stream(&[shape.done()]),
        ),
        fault(
            "filtered",
            vec![json(200, "", &shape.whole("null", "content_filter"))],
            stream(&[&shape.role(), &shape.finish("content_filter"), shape.done()]),
        ),
        fault(
            "malformed-event",
            vec![json(200, "", "{oops}")],
            stream(&[
                &shape.role(),
                broken,
                &shape.text("late"),
                &shape.finish("stop"),
                shape.done(),
            ]),
        ),
        fault(
            "malformed-event-after-content",
            vec![json(200, "", "{\"choices\":oops}")],
            stream(&[
                &shape.text("half"),
                broken,
                &shape.text(" done"),
                &shape.finish("stop"),
                shape.done(),
            ]),
        ),
        fault(
            "no-done",
            vec![json(200, "", &shape.whole("\"fine\"", "stop"))],
            stream(&[&shape.text("fine"), &shape.finish("stop")]),
        ),
        fault(
            "no-done-and-no-end",
            vec![json(200, "", &shape.whole("\"fine\"", "stop"))],
            then(open(&[&shape.text("fine"), &shape.finish("stop")]), Step::Hang),
        ),
        fault(
            "done-and-no-end",
            vec![json(200, "", &shape.whole("\"fine\"", "stop"))],
            then(
                open(&[&shape.text("fine"), &shape.finish("stop"), shape.done()]),
                Step::Hang,
            ),
        ),
        fault(
            "done-without-finish",
            vec![json(200, "", &shape.whole("\"fine\"", "stop"))],
            stream(&[&shape.text("fine"), shape.done()]),
        ),
    ]
}
