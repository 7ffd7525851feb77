//! Request bodies on their way upstream: byte for byte what the client sent but for what is spliced, from a kilobyte to a
//! hundred megabytes, and held once in memory.

use crate::support::proxy::Proxy;
use crate::support::tls::Authority;
use bytes::Bytes;
use rustls::ServerConfig;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

/// An upstream that answers with the hash of what it got, when so many bodies have come.
struct Hashing {
    url: String,
}

impl Hashing {
    async fn start(together: usize) -> Self {
        Self::over(together, None).await
    }

    /// The same over TLS, where a session's beginning is given.
    async fn over(together: usize, tls: Option<ServerConfig>) -> Self {
        let tls = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{scheme}://{}/v1", listener.local_addr().unwrap());
        let gate = Arc::new((AtomicUsize::new(0), Notify::new()));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (gate, tls) = (Arc::clone(&gate), tls.clone());
                tokio::spawn(async move {
                    let ready = || async {
                        let (come, all) = &*gate;
                        let notified = all.notified();
                        tokio::pin!(notified);
                        notified.as_mut().enable();
                        match come.fetch_add(1, Ordering::SeqCst) + 1 >= together {
                            true => all.notify_waiters(),
                            false => notified.await,
                        }
                    };
                    match tls {
                        Some(tls) => answer(tls.accept(stream).await.ok()?, ready).await,
                        None => answer(stream, ready).await,
                    }
                });
            }
        });
        Hashing { url }
    }
}

/// Reads one request with a length and answers it after `ready`; the hash stands as the content of a chat.
async fn answer<S, F>(mut stream: S, ready: impl FnOnce() -> F) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = ()>,
{
    let mut buffer = vec![0; 256 * 1024];
    let mut head = Vec::new();
    let end = loop {
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&buffer[..read]);
    };
    let text = String::from_utf8_lossy(&head[..end]).to_ascii_lowercase();
    let length: usize = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))?
        .trim()
        .parse()
        .ok()?;
    let mut hash = Sha256::new();
    hash.update(&head[end..]);
    let mut got = head.len() - end;
    while got < length {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        hash.update(&buffer[..read]);
        got += read;
    }
    ready().await;
    let hash = hex(&hash.finalize());
    let body = format!(r#"{{"choices":[{{"message":{{"content":"{hash}"}},"finish_reason":"stop"}}]}}"#);
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn serve(folder: &Path, upstream: &Hashing, arguments: &[&str]) -> Proxy {
    let policy = format!(
        "provider up {{ protocol openai url \"{}\" timeout connect 1m headers 5m total 10m }}\n\
         model asked {{ provider up name \"upstream\" }}\n\
         guard short {{ when user == \"capped\" set max_tokens at most 9 }}\n\
         route all {{ target asked retry 0 on [connect] }}\n",
        upstream.url
    );
    fs::write(folder.join("a.policy"), policy).unwrap();
    Proxy::start(&folder.join("a.policy"), arguments)
}

/// A body of about this length, its model in the middle; and the upstream's, which has what stands behind `|` in the
/// place of what stands before it.
fn body(length: usize, user: &str, cap: &str) -> (Bytes, String) {
    let half = "wörd \\u00fc 😀 ".repeat(length / 36);
    let text = |model: &str, cap: &str| {
        format!(
            "{{{cap} \"messages\":[{{\"role\":\"user\",\"content\":\"{half}\"}}], \"user\" : \"{user}\",\n\
             \"model\":\"{model}\", \"x\":[1.10, 1e2], \"metadata\":{{\"note\":\"{half}\"}} }}"
        )
    };
    let mut hash = Sha256::new();
    hash.update(text("upstream", cap));
    (text("asked", "").into(), hex(&hash.finalize()))
}

async fn send(proxy: &Proxy, body: Bytes) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A busy machine may take longer to read a body than the client's system waits by itself.
    let client = reqwest::Client::builder()
        .no_proxy()
        .tcp_user_timeout(None::<Duration>)
        .build()
        .unwrap();
    let answer = client
        .post(format!("{}/v1/chat/completions", proxy.url))
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert_eq!(status, 200, "{text}");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_upstreams_body_is_the_clients_but_for_what_is_spliced() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Hashing::start(1).await;
    let proxy = serve(folder.path(), &upstream, &[]);
    for length in [1_000, 64 * 1024, 66_000, 1_000_000, 10_000_000, 100_000_000] {
        for (user, cap) in [("free", ""), ("capped", "\"max_tokens\":9,")] {
            let (body, hash) = body(length, user, cap);
            let seen = send(&proxy, body).await;
            assert!(seen.contains(&hash), "{length} bytes, {user}: {seen}");
        }
    }
}

/// How many bodies, and megabytes of each: `POINTSMAN_BODIES=50x100` is the full size.
fn measure() -> (usize, usize) {
    let text = std::env::var("POINTSMAN_BODIES").unwrap_or_else(|_| "12x16".to_owned());
    let (count, megabytes) = text.split_once('x').unwrap();
    (count.parse().unwrap(), megabytes.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_held_once() {
    let folder = tempfile::tempdir().unwrap();
    let (count, megabytes) = measure();
    let upstream = Hashing::start(count).await;
    are_held_once(serve(folder.path(), &upstream, &[]), count, megabytes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_held_once_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let (count, megabytes) = measure();
    // Encrypting takes its time without optimisation.
    let count = count.div_ceil(3);
    let upstream = Hashing::over(count, Some(authority.local().server(&[]))).await;
    let authority = authority.write(folder.path());
    let trust = ["--upstream-ca", authority.to_str().unwrap()];
    are_held_once(serve(folder.path(), &upstream, &trust), count, megabytes).await;
}

async fn are_held_once(proxy: Proxy, count: usize, megabytes: usize) {
    let proxy = Arc::new(proxy);
    let (body, hash) = body(megabytes * 1_000_000, "free", "");
    let idle = proxy.memory("VmHWM");
    let size = body.len() * count;
    let sent: Vec<_> = (0..count)
        .map(|_| {
            let (proxy, body) = (Arc::clone(&proxy), body.clone());
            tokio::spawn(async move { send(&proxy, body).await })
        })
        .collect();
    for sent in sent {
        assert!(sent.await.unwrap().contains(&hash));
    }
    let held = proxy.memory("VmHWM") - idle;
    println!(
        "{count} bodies of {} bytes: {held} bytes held, {:.3} of their size",
        body.len(),
        held as f64 / size as f64
    );
    assert!(held * 10 < size * 12, "{held} bytes for bodies of {size}");
}
