//! Upstreams over TLS, through the real binary and over real sockets: whom it trusts and what it says of others, sessions
//! that stall, are cut or end without a farewell, connections and sessions that are used again, and HTTP/2.

use crate::support::proxy::Proxy;
use crate::support::tls::{Authority, Greeting, TlsUpstream};
use crate::support::upstream::{
    STREAM_HEAD, Seen, chunk, event, finish_delta, read_request, role_delta, text_delta, whole_answer,
};
use crate::support::{chat, client, eventually, header, message};
use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use std::convert::Infallible;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::server::TlsStream;

type Session = TlsStream<TcpStream>;

/// A proxy that trusts the authority. Each model's upstream is at the port that stands beside it, and behaves as the model
/// is named; what clients ask for is the target, with `rules` for its route.
fn serve(folder: &Path, authority: &Authority, models: &[(&str, u16)], rules: &str) -> Proxy {
    let mut text = String::new();
    for (model, port) in models {
        text.push_str(&format!(
            "provider {model} {{ protocol openai url \"https://127.0.0.1:{port}/{model}/v1\" key env \"UP_KEY\" }}\n\
             model {model} {{ provider {model} }}\n"
        ));
    }
    // A busy machine may take its time over a handshake.
    text.push_str(&format!(
        "route all {{ target requested {rules} }}\ndefaults {{ timeout connect 1m }}\n"
    ));
    let policy = folder.join("a.policy");
    fs::write(&policy, text).unwrap();
    let authority = authority.write(folder);
    let trust = ["--upstream-ca", authority.to_str().unwrap()];
    Proxy::start_with(&policy, &trust, &[("UP_KEY", "provider-secret")])
}

async fn ask(proxy: &Proxy, model: &str, stream: bool) -> reqwest::Response {
    let call = chat(&client(), &proxy.url, "any", &message(model, stream));
    call.send().await.unwrap()
}

/// An answer with a length.
fn with_length(text: &str, more: &str) -> String {
    let body = whole_answer(text);
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{more}content-length: {length}\r\n\r\n{body}"
    )
}

/// The events of a stream that is whole.
fn whole_stream() -> String {
    [text_delta("hello"), finish_delta(), "[DONE]".to_owned()]
        .map(|data| chunk(&event(&data)))
        .concat()
        + "0\r\n\r\n"
}

/// Answers every request as it asks.
async fn well(mut session: Session) {
    let mut buffer = Vec::new();
    while let Some(seen) = read_request(&mut session, &mut buffer).await {
        let answer = match seen.streams() {
            true => STREAM_HEAD.to_owned() + &whole_stream(),
            false => with_length("hello", ""),
        };
        if session.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A server that takes connections and hands them over as they come.
async fn bare<F>(play: impl Fn(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(play(socket));
        }
    });
    port
}

/// Reads until the other side has closed, and tells when that was.
async fn tell_end(mut connection: impl AsyncRead + Unpin, ends: UnboundedSender<Instant>) {
    let mut rest = [0; 4096];
    while matches!(connection.read(&mut rest).await, Ok(read) if read > 0) {}
    let _ = ends.send(Instant::now());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_fails_says_why() {
    let authority = Authority::new();
    let expired = authority.sign(&["127.0.0.1"], 2020);
    let wrong = authority.sign(&["elsewhere.test"], 4096);
    let unknown = Authority::named("somebody").local();
    let posing = Authority::new().local();
    let mut ports = Vec::new();
    for signed in [&expired, &wrong, &unknown, &posing] {
        let upstream = TlsUpstream::start(signed.server(&[]), well).await;
        ports.push(upstream.port);
    }
    let closing = bare(|mut socket| async move {
        let _ = socket.read(&mut [0; 4096]).await;
    });
    let clear = bare(|mut socket| async move {
        let _ = socket.read(&mut [0; 4096]).await;
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = socket.read(&mut [0; 16]).await;
    });
    let models = [
        ("expired", ports[0], "certificate expired"),
        (
            "wrong",
            ports[1],
            "certificate not valid for name \\\"127.0.0.1\\\"",
        ),
        (
            "unknown",
            ports[2],
            "an authority that is not trusted; `--upstream-ca` can name it",
        ),
        ("posing", ports[3], "BadSignature"),
        ("closing", closing.await, "tls handshake eof"),
        ("clear", clear.await, "InvalidContentType"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let names = models.map(|(name, port, _)| (name, port));
    let proxy = serve(folder.path(), &authority, &names, "retry 0 on [connect]");
    for (model, _, _) in models {
        let answer = ask(&proxy, model, false).await;
        assert_eq!(answer.status(), 502, "{model}");
        assert!(
            answer.text().await.unwrap().contains("upstream_connect"),
            "{model}"
        );
    }
    let (_, log) = tokio::task::block_in_place(|| proxy.terminate());
    for (model, _, says) in models {
        let told = format!("{model}=connect (the TLS handshake failed: ");
        let line = log.lines().find(|line| line.contains(&told));
        assert!(line.is_some_and(|line| line.contains(says)), "{model}: {log}");
    }
    assert!(!log.contains("secret"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_stalls_ends_with_the_time_to_connect() {
    const LIMIT: Duration = Duration::from_millis(300);
    let (ends, _ended) = unbounded_channel();
    let port = bare(move |socket| tell_end(socket, ends.clone())).await;
    let folder = tempfile::tempdir().unwrap();
    let rules = "timeout connect 300ms retry 0 on [connect]";
    // The breaker of one alone would open.
    let models = ["s1", "s2", "s3", "s4", "s5", "s6"];
    let proxy = serve(
        folder.path(),
        &Authority::new(),
        &models.map(|name| (name, port)),
        rules,
    );
    // The machine may be busy: the soonest of a few tells what the timer does.
    let mut soonest = Duration::MAX;
    for model in models {
        let begun = Instant::now();
        let answer = ask(&proxy, model, false).await;
        let took = begun.elapsed();
        assert_eq!(answer.status(), 502);
        assert_eq!(
            header(&answer, "x-pointsman-failures"),
            format!("{model}=connect")
        );
        assert!(took >= LIMIT, "{took:?}");
        soonest = soonest.min(took);
    }
    assert!(soonest < LIMIT + Duration::from_millis(100), "{soonest:?}");
}

/// How soon a connection is closed whose client has left, once `reached` says how far it was.
async fn leave(
    proxy: &Proxy,
    model: &'static str,
    reached: &mut UnboundedReceiver<()>,
    ends: &mut UnboundedReceiver<Instant>,
) -> Duration {
    let call = chat(&client(), &proxy.url, "any", &message(model, true)).send();
    let task = tokio::spawn(async move {
        let answer = call.await;
        std::future::pending::<()>().await;
        drop(answer);
    });
    reached.recv().await.unwrap();
    let left = Instant::now();
    task.abort();
    ends.recv().await.unwrap().saturating_duration_since(left)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_closes_the_connection_in_every_phase() {
    let authority = Authority::new();
    let (ends, mut ended) = unbounded_channel();
    let (reach, mut reached) = unbounded_channel();
    let (first, at_first) = (ends.clone(), reach.clone());
    let shaking = bare(move |mut socket| {
        let (first, at_first) = (first.clone(), at_first.clone());
        async move {
            // The client's greeting: it waits for the server's.
            let _ = socket.read(&mut [0; 16]).await;
            let _ = at_first.send(());
            tell_end(socket, first).await;
        }
    });
    let play = move |mut session: Session| {
        let (ends, reach) = (ends.clone(), reach.clone());
        async move {
            let Some(seen) = read_request(&mut session, &mut Vec::new()).await else {
                return;
            };
            if seen.behaviour == "streaming" {
                let begun = STREAM_HEAD.to_owned() + &chunk(&event(&text_delta("partial")));
                session.write_all(begun.as_bytes()).await.unwrap();
            }
            let _ = reach.send(());
            tell_end(session, ends).await;
        }
    };
    let upstream = TlsUpstream::start(authority.local().server(&[]), play).await;
    let models = [
        ("shaking", shaking.await),
        ("headers", upstream.port),
        ("streaming", upstream.port),
    ];
    let folder = tempfile::tempdir().unwrap();
    let rules = "timeout connect 1m headers 1m first-token 1m idle 1m total 2m";
    let proxy = serve(folder.path(), &authority, &models, rules);
    for (model, _) in models {
        let mut soonest = Duration::MAX;
        for _ in 0..5 {
            soonest = soonest.min(leave(&proxy, model, &mut reached, &mut ended).await);
        }
        assert!(soonest < Duration::from_millis(100), "{model}: {soonest:?}");
    }
}

/// Writes this, half of the record of what comes next, and closes.
async fn cut(mut session: Session, whole: &str, next: &str) {
    session.write_all(whole.as_bytes()).await.unwrap();
    session.flush().await.unwrap();
    let (mut socket, mut session) = session.into_inner();
    session.writer().write_all(next.as_bytes()).unwrap();
    let mut record = Vec::new();
    while session.wants_write() {
        session.write_tls(&mut record).unwrap();
    }
    socket.write_all(&record[..record.len() / 2]).await.unwrap();
}

/// Ends its answer as the request's behaviour says; `good` is well.
async fn ends(mut session: Session) {
    let Some(seen) = read_request(&mut session, &mut Vec::new()).await else {
        return;
    };
    let content = chunk(&event(&text_delta("partial")));
    let unsized_answer = || {
        let body = whole_answer("hello");
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{body}")
    };
    match seen.behaviour.as_str() {
        "before" => cut(session, STREAM_HEAD, &content).await,
        "after" => cut(session, &(STREAM_HEAD.to_owned() + &content), &content).await,
        "head" => cut(session, "", &with_length("hello", "")).await,
        "within" => {
            let answer = with_length("hello", "");
            let (begun, rest) = answer.split_at(answer.len() - 40);
            cut(session, begun, rest).await;
        }
        "unclosed" => {
            session.write_all(unsized_answer().as_bytes()).await.unwrap();
            session.flush().await.unwrap();
            // Without the session's farewell anybody on the way may have ended it here.
            session.into_inner().0.shutdown().await.unwrap();
        }
        "closed" => {
            session.write_all(unsized_answer().as_bytes()).await.unwrap();
            session.shutdown().await.unwrap();
        }
        _ if seen.streams() => {
            let answer = STREAM_HEAD.to_owned() + &chunk(&event(&role_delta())) + &whole_stream();
            session.write_all(answer.as_bytes()).await.unwrap();
        }
        _ => {
            let answer = with_length("hello", "");
            session.write_all(answer.as_bytes()).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_within_a_session_is_never_passed_off_as_whole() {
    let authority = Authority::new();
    let upstream = TlsUpstream::start(authority.local().server(&[]), ends).await;
    let names = ["good", "before", "after", "head", "within", "unclosed", "closed"];
    let models = names.map(|name| (name, upstream.port));
    let folder = tempfile::tempdir().unwrap();
    let rules = "retry 0 on [connect] fallback good";
    let proxy = serve(folder.path(), &authority, &models, rules);
    for (model, stream, failed) in [
        ("before", true, "before=truncated"),
        ("head", false, "head=connect"),
        ("within", false, "within=truncated"),
        ("unclosed", false, "unclosed=truncated"),
        ("closed", false, ""),
    ] {
        let answer = ask(&proxy, model, stream).await;
        assert_eq!(answer.status(), 200, "{model}");
        assert_eq!(header(&answer, "x-pointsman-failures"), failed, "{model}");
        let text = answer.text().await.unwrap();
        assert!(
            text.contains("hello") && !text.contains("partial"),
            "{model}: {text}"
        );
    }
    let answer = ask(&proxy, "after", true).await;
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("partial") && text.contains("upstream_truncated"),
        "{text}"
    );
    assert!(!text.contains("[DONE]") && !text.contains("hello"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_turn_share_a_connection_of_http_1() {
    let authority = Authority::new();
    let upstream = TlsUpstream::start(authority.local().server(&["h2", "http/1.1"]), well).await;
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &authority, &[("well", upstream.port)], "");
    for number in 0..100 {
        let answer = ask(&proxy, "well", number % 2 == 0).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.text().await.unwrap().contains("hello"));
    }
    let begun = Greeting::Session("http/1.1".to_owned(), false);
    assert_eq!(upstream.greetings(), [begun]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_closed_while_it_lay_idle_is_no_failure() {
    let authority = Authority::new();
    let answered = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&answered);
    let play = move |mut session: Session| {
        let counted = Arc::clone(&counted);
        async move {
            let mut buffer = Vec::new();
            let Some(Seen { behaviour, .. }) = read_request(&mut session, &mut buffer).await else {
                return;
            };
            session
                .write_all(with_length("hello", "").as_bytes())
                .await
                .unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            match behaviour.as_str() {
                "parts" => session.shutdown().await.unwrap(),
                "drops" => {}
                _ => {
                    // The next request is read, and answered by nothing.
                    let _ = read_request(&mut session, &mut buffer).await;
                    session.get_ref().0.set_zero_linger().unwrap();
                }
            }
        }
    };
    let upstream = TlsUpstream::start(authority.local().server(&[]), play).await;
    let models = ["parts", "drops", "resets"].map(|name| (name, upstream.port));
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &authority, &models, "retry 0 on [connect]");
    for (model, _) in models {
        for pause in [Duration::ZERO, Duration::ZERO, Duration::from_millis(150)] {
            tokio::time::sleep(pause).await;
            let answer = ask(&proxy, model, false).await;
            assert_eq!(answer.status(), 200, "{model}");
            assert_eq!(header(&answer, "x-pointsman-failures"), "", "{model}");
            assert_eq!(header(&answer, "x-pointsman-attempts"), "1", "{model}");
            assert!(answer.text().await.unwrap().contains("hello"), "{model}");
        }
    }
    assert_eq!(answered.load(Ordering::SeqCst), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_resumed() {
    let versions: [&'static SupportedProtocolVersion; 2] = [&TLS12, &TLS13];
    for version in versions {
        let authority = Authority::new();
        let play = |mut session: Session| async move {
            if read_request(&mut session, &mut Vec::new()).await.is_some() {
                let answer = with_length("hello", "connection: close\r\n");
                session.write_all(answer.as_bytes()).await.unwrap();
                session.shutdown().await.unwrap();
            }
        };
        let config = authority.local().server_of(&[version], &["http/1.1"]);
        let upstream = TlsUpstream::start(config, play).await;
        let folder = tempfile::tempdir().unwrap();
        let proxy = serve(folder.path(), &authority, &[("well", upstream.port)], "");
        for _ in 0..4 {
            assert_eq!(ask(&proxy, "well", false).await.status(), 200);
        }
        let begun = |resumed| Greeting::Session("http/1.1".to_owned(), resumed);
        assert_eq!(
            upstream.greetings(),
            [false, true, true, true].map(begun),
            "{version:?}"
        );
    }
}

/// Speaks HTTP/2 alone.
async fn http2(session: Session) {
    let answer = service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
        let uri = request.uri();
        let is_good = uri.authority().is_some() && uri.path() == "/two/v1/chat/completions";
        let is_keyed = request
            .headers()
            .get("authorization")
            .is_some_and(|key| key == "Bearer provider-secret");
        let mut answer = hyper::Response::new(Full::new(Bytes::from(whole_answer("hello"))));
        answer
            .headers_mut()
            .insert("content-type", "application/json".parse().unwrap());
        if !is_good || !is_keyed || request.headers().contains_key("host") {
            *answer.status_mut() = hyper::StatusCode::BAD_REQUEST;
        }
        Ok::<_, Infallible>(answer)
    });
    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    let _ = server.serve_connection(TokioIo::new(session), answer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_of_http_2_alone_is_called_so() {
    let authority = Authority::new();
    let upstream = TlsUpstream::start(authority.local().server(&["h2"]), http2).await;
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(
        folder.path(),
        &authority,
        &[("two", upstream.port)],
        "retry 0 on [connect]",
    );
    for _ in 0..3 {
        let answer = ask(&proxy, "two", false).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        assert!(answer.text().await.unwrap().contains("hello"));
    }
    // HTTP/1.1 was offered once.
    let begun = Greeting::Session("h2".to_owned(), false);
    eventually("both connections", || async {
        (upstream.greetings().len() >= 2).then_some(())
    })
    .await;
    assert_eq!(upstream.greetings(), [Greeting::Failed, begun]);
}
