//! A server that speaks S3 (`tests/s3/server.py`), and a proxy before it that cuts answers off.

use crate::support::python;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

/// A running server; ends with its standard input.
pub(super) struct Storage {
    child: Child,
    pub(super) url: String,
}

impl Storage {
    /// A server with the bucket `records`.
    pub(super) fn start() -> Self {
        let storage = Self::run(&[]);
        storage.send("/records", Vec::new());
        storage
    }

    /// A server that knows no credentials and refuses all.
    pub(super) fn closed() -> Self {
        Self::run(&["closed"])
    }

    fn run(arguments: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/s3");
        let mut child = Command::new(python::interpreter(&folder))
            .arg(folder.join("server.py"))
            .args(arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://"), "the server did not start");
        Storage { child, url }
    }

    /// Stores an object.
    pub(super) fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.send(&format!("/records/{key}"), bytes.into());
    }

    fn send(&self, path: &str, body: Vec<u8>) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address of a proxy before `url` that passes on half of each answer to a request of which `is_cut` says so.
pub(super) fn cutting(url: &str, is_cut: impl Fn(&str) -> bool + Send + Sync + 'static) -> String {
    let upstream = url.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let is_cut = Arc::new(is_cut);
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (upstream, is_cut) = (upstream.clone(), Arc::clone(&is_cut));
            // A client that goes away is no failure of the proxy.
            thread::spawn(move || pass_on(client, &upstream, |head| is_cut(head)));
        }
    });
    address
}

/// One request without a body, which the server's answer closes.
fn pass_on(mut client: TcpStream, upstream: &str, is_cut: impl Fn(&str) -> bool) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(&head)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = if is_cut(&head) {
        answer.len() / 2
    } else {
        answer.len()
    };
    client.write_all(&answer[..length])?;
    client.shutdown(Shutdown::Both)
}
