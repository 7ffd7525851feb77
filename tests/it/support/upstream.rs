//! An upstream that fails on demand. The first segment of the path names what it does, so that a policy's provider
//! URLs say which fault they meet: `http://127.0.0.1:PORT/status-500/v1`.

use super::faults::{self, Fault};
use super::shape::Shape;
use super::shapes;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What one request looked like when it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// First segment of the path: the behaviour asked for.
    pub(crate) behaviour: String,
    /// The path behind it, query included.
    pub(crate) path: String,
    /// Header names in lower case, with their values.
    pub(crate) headers: Vec<(String, String)>,
    /// The body's bytes.
    pub(crate) body: Vec<u8>,
    /// Whether the other side has closed the connection since.
    pub(crate) closed: bool,
}

impl Seen {
    /// The model that was asked for, in the body or in the path.
    pub(crate) fn model(&self) -> String {
        if let Some((_, behind)) = self.path.split_once("/models/") {
            return behind.split(':').next().unwrap_or_default().to_owned();
        }
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["model"].as_str().unwrap_or_default().to_owned()
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a stream was asked for.
    pub(crate) fn streams(&self) -> bool {
        self.path.contains(":streamGenerateContent")
            || serde_json::from_slice::<serde_json::Value>(&self.body)
                .is_ok_and(|body| body["stream"] == true)
    }
}

/// A running upstream; it ends with the test's runtime.
#[derive(Clone)]
pub(crate) struct Upstream {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Seen>>>,
    faults: Arc<BTreeMap<(Shape, String), Fault>>,
}

impl Upstream {
    /// Listens on a free port of the loopback.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = Shape::ALL.into_iter().flat_map(|shape| {
            let faults = faults::all(shape).into_iter();
            let all = faults.chain([faults::healthy(shape), faults::rate_limited()]);
            all.map(move |fault| ((shape, fault.name.clone()), fault))
        });
        let upstream = Upstream {
            address,
            faults: Arc::new(served.collect()),
            log: Arc::default(),
        };
        let serving = upstream.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let _ = socket.set_nodelay(true);
                tokio::spawn(serving.clone().connection(socket));
            }
        });
        upstream
    }

    /// The base URL of a provider that behaves so.
    pub(crate) fn url(&self, behaviour: &str) -> String {
        format!("http://{}/{behaviour}/v1", self.address)
    }

    /// All requests so far, in order of arrival.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }

    /// The requests that met one behaviour.
    pub(crate) fn seen_by(&self, behaviour: &str) -> Vec<Seen> {
        self.seen()
            .into_iter()
            .filter(|seen| seen.behaviour == behaviour)
            .collect()
    }

    async fn connection(self, mut socket: TcpStream) {
        let mut buffer = Vec::new();
        while let Some(seen) = read_request(&mut socket, &mut buffer).await {
            let (index, before) = {
                let mut log = self.log.lock().unwrap();
                let before = log
                    .iter()
                    .filter(|other| other.behaviour == seen.behaviour)
                    .count();
                log.push(seen.clone());
                (log.len() - 1, before)
            };
            let fault = seen.behaviour.strip_prefix("fault-");
            let shape = Shape::of(&seen.path);
            let goes_on = match fault.and_then(|name| self.faults.get(&(shape, name.to_owned()))) {
                Some(fault) => match faults::play(&mut socket, fault, seen.streams()).await {
                    Some(goes_on) => goes_on,
                    None => return,
                },
                None => answer(&mut socket, &seen, before).await,
            };
            if !goes_on {
                let mut rest = [0; 1024];
                while matches!(socket.read(&mut rest).await, Ok(read) if read > 0) {}
                self.log.lock().unwrap()[index].closed = true;
                return;
            }
        }
    }
}

/// Reads one request, its body by `content-length` or chunked; `None` at the connection's end.
pub(crate) async fn read_request<S>(socket: &mut S, buffer: &mut Vec<u8>) -> Option<Seen>
where
    S: AsyncRead + Unpin,
{
    let head_end = loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at;
        }
        read_more(socket, buffer).await?;
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    buffer.drain(..head_end + 4);
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok());
    let body = match length {
        Some(length) => {
            while buffer.len() < length {
                read_more(socket, buffer).await?;
            }
            buffer.drain(..length).collect()
        }
        None if headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked") =>
        {
            read_chunks(socket, buffer).await?
        }
        None => Vec::new(),
    };
    let (behaviour, path) = path
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or((&path, ""));
    Some(Seen {
        behaviour: behaviour.to_owned(),
        path: format!("/{path}"),
        headers,
        body,
        closed: false,
    })
}

async fn read_chunks<S: AsyncRead + Unpin>(socket: &mut S, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line_end = loop {
            if let Some(at) = find(buffer, b"\r\n") {
                break at;
            }
            read_more(socket, buffer).await?;
        };
        let size = usize::from_str_radix(std::str::from_utf8(&buffer[..line_end]).ok()?.trim(), 16).ok()?;
        while buffer.len() < line_end + 2 + size + 2 {
            read_more(socket, buffer).await?;
        }
        body.extend_from_slice(&buffer[line_end + 2..line_end + 2 + size]);
        buffer.drain(..line_end + 2 + size + 2);
        if size == 0 {
            return Some(body);
        }
    }
}

async fn read_more<S: AsyncRead + Unpin>(socket: &mut S, buffer: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 16 * 1024];
    let read = socket.read(&mut chunk).await.ok()?;
    buffer.extend_from_slice(&chunk[..read]);
    (read > 0).then_some(())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Plays the behaviour, which was met so often before; false where the connection is not to be used again and only its end is awaited.
async fn answer(socket: &mut TcpStream, seen: &Seen, before: usize) -> bool {
    let stream = seen.streams();
    match seen.behaviour.as_str() {
        "reset" => {
            let _ = socket.set_zero_linger();
            let _ = socket.shutdown().await;
            false
        }
        "fails-thrice-then-silent" if before < 3 => {
            refuse(socket, "status-500", &seen.path).await;
            true
        }
        "garbled-later" if before > 0 => {
            send(socket, "no HTTP at all\r\n\r\n").await;
            true
        }
        "silent" | "fails-thrice-then-silent" => false,
        "silent-after-headers" => {
            send(socket, STREAM_HEAD).await;
            false
        }
        "dies-before-content" => {
            send(socket, STREAM_HEAD).await;
            send(socket, &chunk(&event(&role_delta()))).await;
            let _ = socket.shutdown().await;
            false
        }
        "dies-after-content" => {
            send(socket, STREAM_HEAD).await;
            send(socket, &chunk(&event(&role_delta()))).await;
            send(socket, &chunk(&event(&text_delta("partial")))).await;
            let _ = socket.shutdown().await;
            false
        }
        "stalls-after-content" => {
            send(socket, STREAM_HEAD).await;
            send(socket, &chunk(&event(&text_delta("partial")))).await;
            false
        }
        "tells-key" | "tells-key-within" => {
            let key = seen.header("authorization").unwrap_or_default();
            let error = format!(
                r#"{{"error":{{"message":"`{key}` may not","type":"invalid_request_error","code":"{key}"}}}}"#
            );
            match (seen.behaviour.as_str(), stream) {
                ("tells-key", _) => respond(socket, 400, JSON, &error).await,
                (_, false) => respond(socket, 200, JSON, &error).await,
                (_, true) => {
                    send(socket, STREAM_HEAD).await;
                    send(socket, &chunk(&event(&text_delta("partial")))).await;
                    send(socket, &chunk(&event(&error))).await;
                    send(socket, "0\r\n\r\n").await;
                }
            }
            true
        }
        "error-in-stream" => {
            send(socket, STREAM_HEAD).await;
            let error = r#"{"error":{"message":"overloaded","type":"overloaded_error"}}"#;
            send(socket, &chunk(&event(error))).await;
            send(socket, "0\r\n\r\n").await;
            true
        }
        "html" => {
            respond(
                socket,
                200,
                &[("content-type", "text/html")],
                "<html>maintenance</html>",
            )
            .await;
            true
        }
        "cut-json" => {
            send(socket, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\":\"x\",").await;
            let _ = socket.shutdown().await;
            false
        }
        "empty" if stream => {
            send(socket, STREAM_HEAD).await;
            send(socket, &chunk(&event(&role_delta()))).await;
            send(socket, &chunk(&event(&finish_delta()))).await;
            send(socket, &chunk("data: [DONE]\n\n")).await;
            send(socket, "0\r\n\r\n").await;
            true
        }
        "empty" => {
            respond(socket, 200, JSON, &whole_answer("")).await;
            true
        }
        "fails-thrice" if before < 3 => {
            refuse(socket, "status-500", &seen.path).await;
            true
        }
        status if status.starts_with("status-") => {
            refuse(socket, status, &seen.path).await;
            true
        }
        name if seen.path.contains("/embeddings") => {
            respond(socket, 200, JSON, &shapes::embeddings(name)).await;
            true
        }
        _ if seen.path.ends_with("/count_tokens") => {
            respond(socket, 200, JSON, r#"{"input_tokens":42}"#).await;
            true
        }
        name if seen.path.ends_with("/messages") && stream => {
            send(socket, STREAM_HEAD).await;
            send(socket, &chunk(&shapes::message_events(name))).await;
            send(socket, "0\r\n\r\n").await;
            true
        }
        name if seen.path.ends_with("/messages") => {
            respond(socket, 200, JSON, &shapes::message(name)).await;
            true
        }
        name if seen.path.ends_with("/responses") && stream => {
            send(socket, STREAM_HEAD).await;
            send(socket, &chunk(&shapes::response_events(name))).await;
            send(socket, "0\r\n\r\n").await;
            true
        }
        name if seen.path.ends_with("/responses") => {
            respond(socket, 200, JSON, &shapes::response(name)).await;
            true
        }
        name if seen.path.ends_with(":streamGenerateContent?alt=sse") => {
            send(socket, STREAM_HEAD).await;
            send(socket, &chunk(&event(&shapes::generated(name)))).await;
            send(socket, "0\r\n\r\n").await;
            true
        }
        name if seen.path.ends_with(":generateContent") => {
            respond(socket, 200, JSON, &shapes::generated(name)).await;
            true
        }
        "tells-address" if stream => {
            send(socket, STREAM_HEAD).await;
            for text in ["write to jo", "hn@exam", "ple.com, card 4111 1111", " 1111 1111"] {
                send(socket, &chunk(&event(&text_delta(text)))).await;
            }
            send(socket, &chunk(&event(&finish_delta()))).await;
            send(socket, &chunk("data: [DONE]\n\n")).await;
            send(socket, "0\r\n\r\n").await;
            true
        }
        "tells-address" => {
            respond(socket, 200, JSON, &whole_answer("write to john@example.com")).await;
            true
        }
        "gpt-tools" if stream => {
            send(socket, STREAM_HEAD).await;
            send(socket, &chunk(&shapes::completion_events_with_tools())).await;
            send(socket, "0\r\n\r\n").await;
            true
        }
        "gpt-tools" => {
            respond(socket, 200, JSON, shapes::completion_with_tools()).await;
            true
        }
        name if stream => {
            good_stream(socket, name).await;
            true
        }
        name => {
            respond(socket, 200, JSON, &whole_answer(&format!("answer of {name}"))).await;
            true
        }
    }
}

const JSON: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("x-request-id", "upstream-1"),
];

pub(crate) const STREAM_HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// `status-429`, `status-500`, … with an error body of the protocol's shape.
async fn refuse(socket: &mut TcpStream, behaviour: &str, path: &str) {
    let status: u16 = behaviour.trim_start_matches("status-").parse().unwrap_or(500);
    let headers: &[(&str, &str)] = match status {
        429 => &[("content-type", "application/json"), ("retry-after-ms", "10")],
        _ => &[("content-type", "application/json")],
    };
    let body = match path.ends_with("/messages") {
        true => format!(
            r#"{{"type":"error","error":{{"type":"api_error","message":"upstream says {status}"}},"request_id":"req_1"}}"#
        ),
        false => format!(
            r#"{{"error":{{"message":"upstream says {status}","type":"upstream","code":null,"param":null}}}}"#
        ),
    };
    respond(socket, status, headers, &body).await;
}

async fn good_stream(socket: &mut TcpStream, name: &str) {
    send(socket, STREAM_HEAD).await;
    send(socket, &chunk(&event(&role_delta()))).await;
    for word in ["answer", " of ", name] {
        send(socket, &chunk(&event(&text_delta(word)))).await;
    }
    send(socket, &chunk(&event(&finish_delta()))).await;
    send(socket, &chunk("data: [DONE]\n\n")).await;
    send(socket, "0\r\n\r\n").await;
}

async fn respond(socket: &mut TcpStream, status: u16, headers: &[(&str, &str)], body: &str) {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    send(socket, &format!("{head}\r\n{body}")).await;
}

async fn send(socket: &mut TcpStream, text: &str) {
    let _ = socket.write_all(text.as_bytes()).await;
    let _ = socket.flush().await;
}

pub(crate) fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

pub(crate) fn event(data: &str) -> String {
    format!("data: {data}\n\n")
}

fn delta(delta: &str, finish: &str) -> String {
    format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"scripted","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
    )
}

pub(crate) fn role_delta() -> String {
    delta(r#"{"role":"assistant","content":""}"#, "null")
}

pub(crate) fn text_delta(text: &str) -> String {
    delta(&format!(r#"{{"content":"{text}"}}"#), "null")
}

pub(crate) fn finish_delta() -> String {
    delta("{}", r#""stop""#)
}

pub(crate) fn whole_answer(text: &str) -> String {
    format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"scripted","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}}}"#
    )
}
