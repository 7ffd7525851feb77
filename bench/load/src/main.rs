//! Streams for the benchmark.
//!
//!     load upstream PORT EVENTS MILLISECONDS     answers chats; a stream has so many events, so far apart
//!     load first URL KEY COUNT                   asks for streams one by one: the time to the first byte of each body
//!     load hold URL KEY COUNT SECONDS            asks for so many at once and reads them to their ends

use std::io::Result;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

const WHOLE: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"upstream-model","choices":[{"index":0,"message":{"role":"assistant","content":"The answer."},"finish_reason":"stop"}],"usage":{"prompt_tokens":200,"completion_tokens":3,"total_tokens":203}}"#;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["upstream", port, events, pause] => upstream(number(port), number(events), number(pause)).await,
        ["first", url, key, count] => first(url, key, number(count)).await,
        ["hold", url, key, count, seconds] => hold(url, key, number(count), number(seconds)).await,
        _ => panic!("see the head of the source for what may be said"),
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

async fn upstream(port: u64, events: u64, pause: u64) -> Result<()> {
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(answer(stream, events, Duration::from_millis(pause)));
    }
}

/// Answers the requests of a connection; a broken one ends it.
async fn answer(mut stream: TcpStream, events: u64, pause: Duration) -> Result<()> {
    let mut buffer = Vec::new();
    while let Some(body) = message(&mut stream, &mut buffer).await? {
        if !contains(&body, b"\"stream\": true") && !contains(&body, b"\"stream\":true") {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
            let whole = format!("{head}: {}\r\n\r\n{WHOLE}", WHOLE.len());
            stream.write_all(whole.as_bytes()).await?;
            continue;
        }
        stream.write_all(HEAD.as_bytes()).await?;
        for event in 0..events {
            if event > 0 {
                sleep(pause).await;
            }
            stream
                .write_all(chunk(&delta("\"content\":\"word \"", "null")).as_bytes())
                .await?;
        }
        let end = delta("", "\"stop\"") + "data: [DONE]\n\n";
        stream.write_all((chunk(&end) + "0\r\n\r\n").as_bytes()).await?;
    }
    Ok(())
}

fn delta(delta: &str, finish: &str) -> String {
    format!(
        "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"upstream-model\",\
         \"choices\":[{{\"index\":0,\"delta\":{{{delta}}},\"finish_reason\":{finish}}}]}}\n\n"
    )
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// The body of the next message with a length; none at the connection's end.
async fn message(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Option<Vec<u8>>> {
    let mut piece = [0; 16 * 1024];
    loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let whole = end + 4 + length.map_or(0, |length| number(length.trim()) as usize);
            if buffer.len() >= whole {
                let body = buffer[end + 4..whole].to_vec();
                buffer.drain(..whole);
                return Ok(Some(body));
            }
        }
        match stream.read(&mut piece).await? {
            0 => return Ok(None),
            read => buffer.extend_from_slice(&piece[..read]),
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    find(text, part).is_some()
}

/// The request for a stream.
fn request(host: &str, key: &str) -> String {
    let words = "word ".repeat(190);
    let body = format!(r#"{{"model":"m","stream":true,"messages":[{{"role":"user","content":"{words}"}}]}}"#);
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         authorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn connect(url: &str) -> Result<(TcpStream, &str)> {
    let host = url.trim_start_matches("http://");
    let stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    Ok((stream, host))
}

/// Reads an answer to its end; the time of its first body byte.
async fn read(stream: &mut TcpStream, begun: Instant) -> Result<Duration> {
    let (mut seen, mut first) = (Vec::new(), None);
    let mut piece = [0; 16 * 1024];
    while !seen.ends_with(b"0\r\n\r\n") {
        let read = stream.read(&mut piece).await?;
        assert!(read > 0, "cut off: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..read]);
        let has_body = find(&seen, b"\r\n\r\n").is_some_and(|end| seen.len() > end + 4);
        if first.is_none() && has_body {
            first = Some(begun.elapsed());
        }
    }
    assert!(
        seen.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&seen)
    );
    assert!(contains(&seen, b"[DONE]"), "no end");
    Ok(first.expect("a body"))
}

async fn first(url: &str, key: &str, count: u64) -> Result<()> {
    let (mut stream, host) = connect(url).await?;
    let request = request(host, key);
    let mut times = Vec::new();
    for _ in 0..count {
        let begun = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        times.push(read(&mut stream, begun).await?);
    }
    times.sort();
    let share = |percent: usize| times[times.len() * percent / 100].as_nanos() as f64 / 1000.0;
    println!("{:.1} {:.1}", share(50), share(99));
    Ok(())
}

async fn hold(url: &str, key: &str, count: u64, seconds: u64) -> Result<()> {
    let held = (0..count).map(|_| {
        let (url, key) = (url.to_owned(), key.to_owned());
        tokio::spawn(async move {
            let (mut stream, host) = connect(&url).await?;
            stream.write_all(request(host, &key).as_bytes()).await?;
            read(&mut stream, Instant::now()).await
        })
    });
    let held: Vec<_> = held.collect();
    let mut whole = 0;
    for task in held {
        let ended = timeout(Duration::from_secs(seconds), task).await;
        whole += u64::from(matches!(ended, Ok(Ok(Ok(_)))));
    }
    println!("{whole}");
    Ok(())
}
