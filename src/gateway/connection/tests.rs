//! Heads cut anywhere, late ones, and the library's own refusals.

use super::heads::Heads;
use super::{Ambiguous, Guarded, Marks};
use http::{HeaderMap, HeaderValue};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::Instant;

const PLAIN: &str = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc";
const BOTH: &str = "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
const TWICE: &str = "POST / HTTP/1.1\ncontent-LENGTH:3\ncontent-length: 3\n\nabc";
const CHUNKED: &str = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";

const TRAILED: &str = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n20 ;a=b\r\n{\"text\":\"POST / HTTP/1.1\\r\\n\"}..\r\n0A\r\n0123456789\r\n0\r\nx-a: b\r\nx-c: d\r\n\r\n";

fn marks() -> Marks {
    Marks::new(|| {
        [("x-request-id", "req-7"), ("x-pointsman-policy", "abc")]
            .into_iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect::<HeaderMap>()
    })
}

/// Whether any of these pieces makes the connection ambiguous.
fn is_ambiguous(pieces: &[&[u8]]) -> bool {
    let mut heads = Heads::default();
    pieces.iter().any(|piece| heads.read(piece))
}

#[test]
fn a_length_said_twice_is_found_wherever_the_bytes_are_cut() {
    let body_like_a_head = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n{BOTH}", BOTH.len());
    for (text, expected) in [
        (PLAIN.to_owned(), false),
        (CHUNKED.to_owned(), false),
        (BOTH.to_owned(), true),
        (TWICE.to_owned(), true),
        (CHUNKED.replace("chunked", "gzip, chunked"), true),
        (CHUNKED.replace("chunked", " Chunked "), false),
        (format!("{PLAIN}{BOTH}"), true),
        (format!("{PLAIN}\r\n\r\n{TWICE}"), true),
        (format!("{PLAIN}{PLAIN}{PLAIN}"), false),
        (format!("{TRAILED}{CHUNKED}{PLAIN}"), false),
        (format!("{CHUNKED}{BOTH}"), true),
        (format!("{TRAILED}{TRAILED}{TWICE}"), true),
        (body_like_a_head, false),
        (format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{BOTH}"), false),
    ] {
        let bytes = text.as_bytes();
        assert_eq!(is_ambiguous(&[bytes]), expected, "{text:?}");
        for at in 0..bytes.len() {
            let (before, behind) = bytes.split_at(at);
            assert_eq!(is_ambiguous(&[before, behind]), expected, "{text:?} at {at}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(is_ambiguous(&single), expected, "{text:?} byte by byte");
    }
}

/// The time after which a connection is given up whose client sends these pieces, 20 s apart.
async fn given_up_after(pieces: &[&str]) -> Duration {
    let (mut client, server) = duplex(1024);
    let mut guarded = Guarded::new(server, Ambiguous::default(), marks());
    let begun = Instant::now();
    let reading = async {
        let mut bytes = [0; 1024];
        while guarded.read(&mut bytes).await.is_ok() {}
        begun.elapsed()
    };
    let writing = async {
        for piece in pieces {
            client.write_all(piece.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_secs(20)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        took = reading => took,
        () = writing => unreachable!(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_must_come_in_time() {
    let seconds = Duration::from_secs;
    assert_eq!(given_up_after(&[]).await, seconds(75));
    assert_eq!(given_up_after(&["POST / "]).await, seconds(30));
    assert_eq!(given_up_after(&["P", "O", "S", "T"]).await, seconds(30));
    assert_eq!(given_up_after(&[PLAIN, "POST"]).await, seconds(50));
}

/// What a client gets where the library writes this.
async fn written(bytes: &[u8]) -> String {
    let (mut client, server) = duplex(16);
    let mut guarded = Guarded::new(server, Ambiguous::default(), marks());
    let writing = async move {
        guarded.write_all(bytes).await.unwrap();
        guarded.shutdown().await.unwrap();
        drop(guarded);
    };
    let mut seen = String::new();
    let reading = client.read_to_string(&mut seen);
    let (read, ()) = tokio::join!(reading, writing);
    read.unwrap();
    seen
}

#[tokio::test]
async fn what_the_library_refuses_has_a_body_and_an_id() {
    for (status, says) in [
        ("400 Bad Request", "cannot be read as HTTP"),
        ("414 URI Too Long", "65534"),
        ("431 Request Header Fields Too Large", "64 KiB"),
    ] {
        let own = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\ndate: Sat, 28 Nov 2026 06:25:26 GMT\r\n\r\n"
        );
        let seen = written(own.as_bytes()).await;
        assert!(seen.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{seen}");
        assert!(seen.contains("\r\nx-request-id: req-7\r\n"), "{seen}");
        assert!(seen.contains("\r\nx-pointsman-policy: abc\r\n"), "{seen}");
        let (head, body) = seen.split_once("\r\n\r\n").unwrap();
        assert!(body.starts_with("{\"error\":{") && body.contains(says), "{seen}");
        assert!(
            head.contains(&format!("content-length: {}", body.len())),
            "{seen}"
        );
    }
}

#[tokio::test]
async fn other_answers_are_not_touched() {
    for text in [
        "HTTP/1.1 400 Bad Request\r\nx-request-id: a\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 4",
    ] {
        assert_eq!(written(text.as_bytes()).await, text);
    }
}
