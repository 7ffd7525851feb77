//! What attackers and broken clients send, through the real binary: requests that two readers may read differently, heads
//! and bodies without measure, codings, paths in disguise, and TLS on both sides.

use crate::support::proxy::Proxy;
use crate::support::tls::Authority;
use crate::support::{client, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const POLICY: &str =
    "provider here { protocol simulated }\nmodel m { provider here }\nroute all { target m }\n";

const CHAT: &str = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;

fn serve(folder: &Path, arguments: &[&str]) -> Proxy {
    fs::write(folder.join("a.policy"), POLICY).unwrap();
    Proxy::start(&folder.join("a.policy"), arguments)
}

/// All that comes back to these bytes until the connection ends.
async fn raw(proxy: &Proxy, request: &[u8]) -> String {
    let address = proxy.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut seen = Vec::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut seen)).await;
    // A connection that is closed with bytes unread may be reset behind the answer.
    let _ = read.expect("the connection is closed");
    String::from_utf8(seen).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_can_be_read_in_two_ways_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &[]);
    let chunked = format!("{:x}\r\n{CHAT}\r\n0\r\n\r\n", CHAT.len());
    let length = format!("content-length: {}", CHAT.len());
    let smuggled = "GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n";
    let both = format!("{length}\r\ntransfer-encoding: chunked");
    let swapped = format!("transfer-encoding: chunked\r\n{length}");
    let short = format!("content-length: 3\r\n{length}");
    for (name, fields, body) in [
        ("both", both.as_str(), chunked.as_str()),
        ("both the other way", &swapped, &chunked),
        ("two lengths", &short, CHAT),
        ("the same length twice", &format!("{length}\r\n{length}"), CHAT),
        ("two hosts", &format!("{length}\r\nHost: y"), CHAT),
        ("a length of two numbers", "content-length: 3, 3", "abc"),
        ("a signed length", "content-length: +3", "abc"),
        ("a length that is none", "content-length: 3a", "abc"),
        ("an unknown encoding", "transfer-encoding: xchunked", &chunked),
        (
            "a coding within chunks",
            "transfer-encoding: gzip, chunked",
            &chunked,
        ),
        (
            "chunked not at the end",
            "transfer-encoding: chunked, gzip",
            &chunked,
        ),
        (
            "chunked twice",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
            &chunked,
        ),
        ("a folded field", "transfer-encoding:\r\n chunked", &chunked),
        (
            "a blank before the colon",
            "transfer-encoding : chunked",
            &chunked,
        ),
        (
            "a size that is none",
            "transfer-encoding: chunked",
            "zz\r\nabc\r\n0\r\n\r\n",
        ),
        (
            "a size with a sign",
            "transfer-encoding: chunked",
            "-3\r\nabc\r\n0\r\n\r\n",
        ),
        (
            "a huge size",
            "transfer-encoding: chunked",
            "fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
        ),
        (
            "a chunk without its end",
            "transfer-encoding: chunked",
            "3\r\nabcX\r\n0\r\n\r\n",
        ),
    ] {
        let request =
            format!("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n{fields}\r\n\r\n{body}{smuggled}");
        let seen = raw(&proxy, request.as_bytes()).await;
        assert!(seen.starts_with("HTTP/1.1 400 "), "{name}: {seen}");
        assert_eq!(seen.matches("HTTP/1.1 ").count(), 1, "{name}: {seen}");
        assert!(seen.contains("{\"error\":{\"message\":\""), "{name}: {seen}");
        assert!(seen.contains("x-request-id: "), "{name}: {seen}");
        assert!(seen.contains("x-pointsman-policy: "), "{name}: {seen}");
        // The connection may have carried a body in chunks before.
        let before = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{chunked}"
        );
        let seen = raw(&proxy, format!("{before}{request}").as_bytes()).await;
        assert!(seen.contains("HTTP/1.1 400 "), "{name}, later: {seen}");
        assert!(seen.matches("HTTP/1.1 ").count() <= 2, "{name}, later: {seen}");
    }
    let good = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{chunked}"
    );
    let seen = raw(&proxy, good.as_bytes()).await;
    assert!(seen.starts_with("HTTP/1.1 200 "), "{seen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_names_its_host_once() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &[]);
    for (version, host, status) in [
        ("1.1", "", 400),
        ("1.1", "host: a b\r\n", 400),
        ("1.1", "host: a/b\r\n", 400),
        ("1.1", "host: a\r\nhost: a\r\n", 400),
        ("1.1", "host:\r\n", 200),
        ("1.1", "host: [::1]:8080\r\n", 200),
        ("1.0", "", 200),
    ] {
        let request = format!("GET /v1/models HTTP/{version}\r\n{host}connection: close\r\n\r\n");
        let seen = raw(&proxy, request.as_bytes()).await;
        assert!(
            seen.starts_with(&format!("HTTP/{version} {status} ")),
            "{host:?}: {seen}"
        );
        assert!(seen.contains("x-pointsman-policy: "), "{host:?}: {seen}");
        assert_eq!(seen.contains("`host`"), status == 400, "{host:?}: {seen}");
    }
    let length = CHAT.len();
    let head = "POST /v1/messages HTTP/1.1\r\nx-request-id: mine";
    let seen = raw(
        &proxy,
        format!("{head}\r\ncontent-length: {length}\r\n\r\n{CHAT}").as_bytes(),
    )
    .await;
    assert!(seen.contains("{\"type\":\"error\","), "{seen}");
    assert!(seen.contains("\r\nrequest-id: mine\r\n"), "{seen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_have_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &[]);
    let long = "a".repeat(100_000);
    let many: String = (0..200).map(|number| format!("x-{number}: 1\r\n")).collect();
    for (request, status) in [
        (format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"), 414),
        (
            format!("GET /v1/models HTTP/1.1\r\nhost: x\r\nx-a: {long}\r\n\r\n"),
            431,
        ),
        (format!("GET /v1/models HTTP/1.1\r\n{many}\r\n"), 431),
        ("GET /v1/models\r\n\r\n".to_owned(), 400),
        ("GET /v1/models HTTP/1.1\r\nhost x\r\n\r\n".to_owned(), 400),
    ] {
        let seen = raw(&proxy, request.as_bytes()).await;
        let shown: String = request.chars().take(60).collect();
        assert!(
            seen.starts_with(&format!("HTTP/1.1 {status} "))
                || (status == 414 && seen.starts_with("HTTP/1.1 431 ")),
            "{shown}: {seen}"
        );
        assert!(
            seen.contains("x-request-id: req-")
                && seen.contains("x-pointsman-policy: ")
                && seen.contains("{\"error\":{"),
            "{shown}: {seen}"
        );
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_may_be_gzip_within_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &["--body-limit", "1MiB"]);
    let send = async |coding: &[&str], body: Vec<u8>| {
        let mut request = client()
            .post(format!("{}/v1/chat/completions", proxy.url))
            .body(body);
        for coding in coding {
            request = request.header("content-encoding", *coding);
        }
        let answer = request.send().await.unwrap();
        let accepts = header(&answer, "accept-encoding").to_owned();
        let status = answer.status().as_u16();
        (status, accepts, answer.text().await.unwrap())
    };
    let zipped = gzip(CHAT.as_bytes());
    assert_eq!(send(&["gzip"], zipped.clone()).await.0, 200);
    assert_eq!(send(&["X-GZIP"], zipped.clone()).await.0, 200);
    assert_eq!(send(&["identity"], CHAT.into()).await.0, 200);
    let (status, accepts, text) = send(&["br"], zipped.clone()).await;
    assert_eq!((status, accepts.as_str()), (415, "gzip"), "{text}");
    assert!(text.contains("`br`"), "{text}");
    assert_eq!(send(&["gzip, gzip"], zipped.clone()).await.0, 415);
    assert_eq!(send(&["gzip", "gzip"], zipped.clone()).await.0, 415);
    assert_eq!(send(&["gzip"], CHAT.into()).await.0, 400);
    assert_eq!(send(&["gzip"], zipped[..zipped.len() - 9].to_vec()).await.0, 400);
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    let (status, _, text) = send(&["gzip"], bomb).await;
    assert_eq!(status, 413);
    assert!(text.contains("--body-limit"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_parsed_path_routes() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &[]);
    for (target, status) in [
        ("/v1/models", 200),
        ("/v1/models?path=/v1/chat/completions", 200),
        ("http://elsewhere/v1/models", 200),
        ("//v1/models", 404),
        ("/v1//models", 404),
        ("/v1/../v1/models", 404),
        ("/v1/%6dodels", 404),
        ("/v1%2fmodels", 404),
        ("/V1/models", 404),
        ("/v1/models/", 404),
        ("/v1/models;x", 404),
        ("/?/v1/models", 404),
    ] {
        let request = format!(
            "GET {target} HTTP/1.1\r\nhost: x\r\nx-original-url: /v1/models\r\nx-rewrite-url: /v1/models\r\nconnection: close\r\n\r\n"
        );
        let seen = raw(&proxy, request.as_bytes()).await;
        assert!(
            seen.starts_with(&format!("HTTP/1.1 {status} ")),
            "{target}: {seen}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn models_are_listed_as_the_client_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = serve(folder.path(), &[]);
    let list = async |version: Option<&str>| -> Value {
        let mut request = client().get(format!("{}/v1/models", proxy.url));
        if let Some(version) = version {
            request = request.header("anthropic-version", version);
        }
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let openai = list(None).await;
    assert_eq!(
        (&openai["object"], &openai["data"][0]["object"]),
        (&json!("list"), &json!("model"))
    );
    let anthropic = list(Some("2023-06-01")).await;
    assert_eq!(anthropic["data"][0]["type"], "model");
    assert_eq!(anthropic["data"][0]["display_name"], "m");
    assert_eq!(
        (
            &anthropic["has_more"],
            &anthropic["first_id"],
            &anthropic["last_id"]
        ),
        (&json!(false), &json!("m"), &json!("m"))
    );
    let created = anthropic["data"][0]["created_at"].as_str().unwrap();
    assert!(created.ends_with('Z') && created.contains('T'), "{created}");
}

/// A certificate for this machine and the authority that has signed it, as files of PEM.
struct Made {
    authority: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

fn certificate(folder: &Path) -> Made {
    let authority = Authority::new();
    let [certificate, key] = authority.local().write(folder);
    Made {
        authority: authority.write(folder),
        certificate,
        key,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_holds_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let made = certificate(folder.path());
    let path = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let (certificate, key) = (path(&made.certificate), path(&made.key));
    let tls = ["--tls-cert", &certificate, "--tls-key", &key];
    let behind = serve(folder.path(), &tls);
    assert!(behind.url.starts_with("https://127.0.0.1:"), "{}", behind.url);
    let front_folder = tempfile::tempdir().unwrap();
    let policy = front_folder.path().join("front.policy");
    let upstream = behind.url.replace("127.0.0.1", "localhost");
    fs::write(
        &policy,
        format!(
            "provider behind {{ protocol openai url \"{upstream}/v1\" }}\nmodel m {{ provider behind }}\n\
             route all {{ target m retry 0 on [connect] }}\n"
        ),
    )
    .unwrap();
    let authority = path(&made.authority);
    let trusting = Proxy::start(&policy, &[&tls[..], &["--upstream-ca", &authority]].concat());
    let doubting = Proxy::start(&policy, &tls);
    let root = reqwest::Certificate::from_pem(&fs::read(&made.authority).unwrap()).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([root])
        .build()
        .unwrap();
    let ask = async |proxy: &Proxy, stream: bool| {
        let body = json!({"model": "m", "stream": stream, "messages": [{"role": "user", "content": "hi"}]});
        let answer = client
            .post(format!("{}/v1/chat/completions", proxy.url))
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    for stream in [false, true] {
        let (status, text) = ask(&trusting, stream).await;
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("simulated"), "{text}");
    }
    let (status, text) = ask(&doubting, false).await;
    assert_eq!(status, 502, "{text}");
    assert!(text.contains("upstream_connect"), "{text}");
}

#[test]
fn a_certificate_that_cannot_be_used_is_named_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let made = certificate(folder.path());
    fs::write(folder.path().join("a.policy"), POLICY).unwrap();
    let start = |arguments: &[&str]| {
        let output = crate::support::proxy::pointsman()
            .arg("serve")
            .arg(folder.path().join("a.policy"))
            .args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
            .args(arguments)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let certificate = made.certificate.to_str().unwrap();
    for (arguments, says) in [
        (vec!["--tls-cert", certificate], "add `--tls-key FILE`"),
        (vec!["--tls-key", certificate], "add `--tls-cert FILE`"),
        (
            vec!["--tls-cert", certificate, "--tls-key", certificate],
            "`--tls-key`",
        ),
        (
            vec!["--tls-cert", "/nowhere", "--tls-key", certificate],
            "`/nowhere` cannot be read",
        ),
        (
            vec!["--upstream-ca", "/nowhere"],
            "`--upstream-ca`: `/nowhere` cannot be read",
        ),
        (
            vec!["--upstream-ca", made.key.to_str().unwrap()],
            "it holds no certificate",
        ),
    ] {
        let (code, text) = start(&arguments);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(says), "{arguments:?}: {text}");
    }
}
