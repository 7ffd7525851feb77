//! Real connections on the loopback: resets, cuts, refusals, cancellation.

use super::bench::{Bench, Seen, see};
use crate::engine::{Outcome, carry_out};
use crate::model::{Credential, CredentialSource, FailureClass as Class, Timeouts};
use crate::provider::{Clients, Upstreams};
use http_body_util::BodyExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

const STREAM: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const CONTENT: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"hello\"}}]}\n\n";

/// A server that reads one request on each connection, writes this, and closes (with a reset where `resets`).
async fn server(answer: String, resets: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            read_request(&mut socket).await;
            socket.write_all(answer.as_bytes()).await.unwrap();
            socket.flush().await.unwrap();
            if resets {
                socket.set_zero_linger().unwrap();
            }
        }
    });
    format!("http://{address}/v1")
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.ends_with('}') {
        let read = socket.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the request ended early: {text}");
        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    text
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

async fn run(stream: bool, urls: Vec<String>) -> Seen {
    let mut bench = Bench::new(stream, Vec::new()).without_retry();
    bench.urls = urls;
    let upstreams = Upstreams::new(&bench.policy(), &Clients::new()).unwrap();
    let call = bench.call(upstreams);
    let (sender, report) = oneshot::channel();
    let answer = carry_out(call, move |report| sender.send(report).unwrap()).await;
    see(answer, report, Instant::now()).await
}

async fn good() -> String {
    let body = r#"{"choices":[{"message":{"content":"rescued"}}]}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    server(
        format!("{head}content-length: {}\r\n\r\n{body}", body.len()),
        false,
    )
    .await
}

#[tokio::test]
async fn a_refused_connection_is_rescued() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refused = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let seen = run(false, vec![refused, good().await]).await;
    assert_eq!(
        (seen.spoken().as_str(), seen.failures[0].1),
        ("rescued", Class::Connect)
    );
}

#[tokio::test]
async fn a_connection_lost_before_the_answer_is_rescued() {
    for resets in [false, true] {
        let seen = run(false, vec![server(String::new(), resets).await, good().await]).await;
        assert_eq!(
            (seen.spoken().as_str(), seen.failures[0].1),
            ("rescued", Class::Connect)
        );
    }
}

#[tokio::test]
async fn a_cut_whole_answer_is_rescued() {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"choices\":";
    let seen = run(false, vec![server(head.to_owned(), false).await, good().await]).await;
    assert_eq!(
        (seen.spoken().as_str(), seen.failures[0].1),
        ("rescued", Class::Truncated)
    );
}

#[tokio::test]
async fn a_stream_cut_before_content_is_rescued_and_after_it_shown() {
    let before = format!("{STREAM}{}", chunk(": ping\n\n"));
    let seen = run(true, vec![server(before, true).await, good().await]).await;
    assert_eq!(
        (seen.spoken().as_str(), seen.failures[0].1),
        ("rescued", Class::Truncated)
    );

    let after = format!("{STREAM}{}", chunk(CONTENT));
    let seen = run(true, vec![server(after, false).await, good().await]).await;
    assert_eq!(
        (seen.spoken().as_str(), seen.outcome()),
        ("hello", Outcome::Truncated)
    );
    assert!(seen.body.contains("upstream_truncated") && !seen.body.contains("[DONE]"));
}

#[tokio::test]
async fn a_client_that_leaves_closes_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1?key=1", listener.local_addr().unwrap());
    let (sender, closed) = oneshot::channel();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let request = read_request(&mut socket).await;
        let answer = format!("{STREAM}{}", chunk(CONTENT));
        socket.write_all(answer.as_bytes()).await.unwrap();
        let end = socket.read(&mut [0; 16]).await;
        sender.send((request, matches!(end, Ok(0) | Err(_)))).unwrap();
    });
    let mut bench = Bench::new(true, Vec::new());
    bench.urls = vec![url];
    let upstreams = Upstreams::new(&bench.policy(), &Clients::new()).unwrap();
    let (report_sender, report) = oneshot::channel();
    let mut answer = carry_out(bench.call(upstreams), move |report| {
        report_sender.send(report).unwrap()
    })
    .await;
    assert!(answer.body.frame().await.is_some());
    drop(answer);
    let (request, was_closed) = timeout(Duration::from_secs(10), closed).await.unwrap().unwrap();
    assert!(was_closed);
    assert!(
        request.starts_with("POST /v1/chat/completions?key=1 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.ends_with(r#"{"model":"up-0","stream":true,"messages":[]}"#));
    assert_eq!(report.await.unwrap().outcome, Outcome::ClientClosed);
}

/// A server that takes one key and answers 401 to any other.
async fn keyed_server(header: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let request = read_request(&mut socket).await;
            let taken = request.contains(&format!("\r\n{header}\r\n"));
            let (status, body) = if taken {
                (200, r#"{"choices":[{"message":{"content":"welcome"}}]}"#)
            } else {
                (401, r#"{"error":{"message":"old key"}}"#)
            };
            let head = "content-type: application/json\r\nconnection: close";
            let length = body.len();
            let answer = format!("HTTP/1.1 {status} x\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}");
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_refused_key_is_read_again_once() {
    for (header, line) in [
        (None, "authorization: Bearer new"),
        (Some("api-key"), "api-key: new"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        std::fs::write(&path, "old").unwrap();
        let mut bench = Bench::new(false, Vec::new());
        bench.urls = vec![keyed_server(line).await];
        let mut policy = bench.policy();
        policy.providers[0].credential = Some(Credential {
            source: CredentialSource::File(path.display().to_string()),
            header: header.map(str::to_owned),
            span: policy.providers[0].span,
        });
        let upstreams = Upstreams::new(&policy, &Clients::new()).unwrap();
        std::fs::write(&path, "new\n").unwrap();
        let (sender, report) = oneshot::channel();
        let answer = carry_out(bench.call(upstreams), move |report| sender.send(report).unwrap()).await;
        let seen = see(answer, report, Instant::now()).await;
        assert_eq!((seen.spoken().as_str(), seen.attempts), ("welcome", 1));
    }
}

#[tokio::test]
async fn what_cannot_be_called_is_named_at_load() {
    let mut bench = Bench::new(false, Vec::new());
    bench.urls = vec!["localhost:1".to_owned(), "http://h".to_owned()];
    let mut policy = bench.policy();
    policy.providers[1].credential = Some(Credential {
        source: CredentialSource::Environment("POINTSMAN_TEST_NEVER_SET".to_owned()),
        header: None,
        span: policy.providers[1].span,
    });
    let unusable = Upstreams::new(&policy, &Clients::new()).unwrap_err();
    let shown: Vec<String> = unusable.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "provider `p0` cannot be called: `localhost:1` is no URL of `http` or `https`",
            "provider `p1` cannot be called: the environment variable `POINTSMAN_TEST_NEVER_SET` is not set",
        ]
    );
}

/// A server whose first connection answers one request and resets at the second; all others answer all. It counts the
/// connections.
async fn forgetful() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            tokio::spawn(async move {
                let body = r#"{"choices":[{"message":{"content":"fine"}}]}"#;
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
                let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                read_request(&mut socket).await;
                socket.write_all(answer.as_bytes()).await.unwrap();
                read_request(&mut socket).await;
                if is_first {
                    socket.set_zero_linger().unwrap();
                    return;
                }
                socket.write_all(answer.as_bytes()).await.unwrap();
            });
        }
    });
    (format!("http://{address}/v1"), connections)
}

#[tokio::test]
async fn a_stale_connection_is_no_failure_of_the_target() {
    let (url, connections) = forgetful().await;
    let mut bench = Bench::new(false, Vec::new()).without_retry();
    bench.urls = vec![url];
    let clients = Clients::new();
    for _ in 0..2 {
        let call = bench.call(Upstreams::new(&bench.policy(), &clients).unwrap());
        let (sender, report) = oneshot::channel();
        let answer = carry_out(call, move |report| sender.send(report).unwrap()).await;
        let seen = see(answer, report, Instant::now()).await;
        assert_eq!(
            (seen.status, seen.spoken().as_str(), seen.attempts),
            (200, "fine", 1)
        );
        assert_eq!(seen.failures, []);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

/// A server that says this to each request and then nothing more.
async fn silent_after(said: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            read_request(&mut socket).await;
            socket.write_all(said.as_bytes()).await.unwrap();
            open.push(socket);
        }
    });
    format!("http://{address}/v1")
}

/// A listener that lets nobody in: its queue is full. What fills it comes along and is to be kept.
async fn full() -> (String, Vec<TcpStream>, TcpListener) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(Ok(stream)) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        queue.push(stream);
        assert!(queue.len() < 100, "the queue has no end");
    }
    (format!("http://{address}/v1"), queue, listener)
}

#[tokio::test]
async fn each_timeout_fires_on_a_silent_socket_soon() {
    const LIMIT: Duration = Duration::from_millis(250);
    let (full, _queue, _listener) = full().await;
    let silent = silent_after("").await;
    let begun = silent_after("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").await;
    let halted =
        silent_after("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"choices\":[]}\n\n")
            .await;
    let limit = Some(LIMIT);
    let none = Timeouts::default();
    for (url, timeouts, class) in [
        (
            &full,
            Timeouts {
                connect: limit,
                ..none
            },
            Class::Connect,
        ),
        (
            &silent,
            Timeouts {
                headers: limit,
                ..none
            },
            Class::TimeoutHeaders,
        ),
        (
            &begun,
            Timeouts {
                first_token: limit,
                ..none
            },
            Class::TimeoutFirstToken,
        ),
        (&halted, Timeouts { idle: limit, ..none }, Class::TimeoutIdle),
        (&silent, Timeouts { total: limit, ..none }, Class::TimeoutTotal),
    ] {
        // The machine may be busy, and the first call makes the client: the soonest of a few tells what the timer does.
        let mut soonest = Duration::MAX;
        let clients = Clients::new();
        for _ in 0..6 {
            let mut bench = Bench::new(true, Vec::new()).without_retry();
            bench.urls = vec![url.clone()];
            bench.routing.timeouts = timeouts;
            let begun = Instant::now();
            let call = bench.call(Upstreams::new(&bench.policy(), &clients).unwrap());
            let (sender, report) = oneshot::channel();
            let answer = carry_out(call, move |report| sender.send(report).unwrap()).await;
            let seen = see(answer, report, begun).await;
            assert_eq!(seen.failures, [(0, class)]);
            assert!(seen.took >= LIMIT, "{class}: {:?}", seen.took);
            soonest = soonest.min(seen.took);
        }
        assert!(
            soonest < LIMIT + Duration::from_millis(100),
            "{class}: {soonest:?}"
        );
    }
}
