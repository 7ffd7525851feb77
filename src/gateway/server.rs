//! A listener and its connections: accepted with TCP_NODELAY, bounded in number and in the size and time of their heads,
//! and drained when the process stops.

use super::connection::{Ambiguous, Guarded, Marks};
use super::context::{REQUEST_ID, new_id};
use super::problem::Problem;
use super::tls::Tls;
use super::under_way::UnderWay;
use crate::traffic::reason;
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::Either;
use http::header::{CONNECTION, HOST, HeaderValue};
use http::{HeaderMap, Request, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_service::Service;

/// Most open connections of one listener; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 65_536;

/// How long a connection may wait for its next request, which is longer than common clients and proxies keep theirs.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);

/// How long to wait when the system has no more file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Most bytes of a request's head, and of what is read ahead of a body.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Most requests at a time on one connection of HTTP/2.
const MAX_STREAMS: u32 = 256;

/// How often a silent connection of HTTP/2 is asked whether it is alive.
const PING: Duration = Duration::from_secs(30);

/// Where connections come from.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    tls: Option<Arc<Tls>>,
}

impl Listener {
    /// Of a socket that is listened on, with TLS or in the clear.
    pub fn new(socket: TcpListener, tls: Option<Arc<Tls>>) -> Self {
        Listener { socket, tls }
    }

    /// How clients call it.
    ///
    /// # Errors
    /// The socket has no address.
    pub fn url(&self) -> std::io::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.socket.local_addr()?))
    }
}

/// Listens on an address; port 0 takes a free one.
pub async fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("`{setting}`: cannot listen on `{address}`: {}", reason(&error)))
}

/// What answers the requests that a listener takes.
pub trait Answers: Clone + Send + Sync + 'static {
    /// The answer to one request.
    fn answer(self, request: Request<Body>) -> impl Future<Output = Response> + Send + 'static;

    /// The answer to a request that nobody looks into.
    fn refuse(&self, request: &Request<Body>, problem: Problem) -> Response;

    /// The headers that every answer has, for one to a request that cannot be read.
    fn marks(&self) -> HeaderMap;
}

impl Answers for Router {
    async fn answer(mut self, request: Request<Body>) -> Response {
        let Ok(response) = self.call(request).await;
        response
    }

    fn refuse(&self, _: &Request<Body>, problem: Problem) -> Response {
        let mut response = problem.into_response();
        response.headers_mut().extend(self.marks());
        response
    }

    fn marks(&self) -> HeaderMap {
        let id = HeaderValue::try_from(new_id()).ok();
        let name = http::HeaderName::from_static(REQUEST_ID);
        id.map(|id| (name, id)).into_iter().collect()
    }
}

/// What the connections of one listener share.
struct Connections<A> {
    server: Builder<TokioExecutor>,
    answers: A,
    marks: Marks,
    tls: Option<Arc<Tls>>,
    /// Whether no more connections are taken.
    stopping: AtomicBool,
    cut_off: CancellationToken,
}

/// Serves until `stop`, then takes no more connections and lets the requests in flight end, unless `patience` ends
/// before: those that are left are cut off. True where all of them ended.
pub async fn serve(
    listener: Listener,
    answers: impl Answers,
    stop: CancellationToken,
    patience: impl Future<Output = ()>,
) -> bool {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let Listener { socket, tls } = listener;
    let marking = answers.clone();
    let connections = Arc::new(Connections {
        server: server(),
        answers,
        marks: Marks::new(move || marking.marks()),
        tls,
        stopping: AtomicBool::new(false),
        cut_off: CancellationToken::new(),
    });
    loop {
        let accepted = tokio::select! {
            accepted = accept(&socket, &permits) => accepted,
            () = stop.cancelled() => break,
        };
        let Some((stream, permit)) = accepted else {
            continue;
        };
        let (connections, watcher) = (Arc::clone(&connections), graceful.watcher());
        tokio::spawn(async move {
            // In one place, which the cutting off only points to.
            let serving = Box::pin(connections.serve(stream, watcher));
            connections.cut_off.run_until_cancelled(serving).await;
            drop(permit);
        });
    }
    drop(socket);
    connections.stopping.store(true, Ordering::Relaxed);
    tokio::select! {
        () = graceful.shutdown() => true,
        () = patience => {
            connections.cut_off.cancel();
            false
        }
    }
}

impl<A: Answers> Connections<A> {
    async fn serve(&self, stream: TcpStream, watcher: Watcher) {
        match &self.tls {
            None => self.requests(stream, watcher).await,
            // Much larger, and of no use to a connection in the clear.
            Some(tls) => Box::pin(self.encrypted(tls, stream, watcher)).await,
        }
    }

    async fn encrypted(&self, tls: &Tls, stream: TcpStream, watcher: Watcher) {
        match tls.accept(stream).await {
            Ok(stream) => self.requests(stream, watcher).await,
            Err(error) => tracing::debug!(error, "a connection without TLS"),
        }
    }

    /// Answers the requests of a connection until it ends.
    async fn requests<S>(&self, stream: S, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (ambiguous, under_way) = (Ambiguous::default(), UnderWay::default());
        let stream = Guarded::new(stream, ambiguous.clone(), self.marks.clone());
        let (answers, begun) = (self.answers.clone(), under_way.clone());
        // The library keeps room for an answer's future as long as the connection lasts; this way that of a pointer.
        let service = service_fn(move |request: Request<Incoming>| {
            let begun = begun.begin(request.version());
            let answer = answer(answers.clone(), request.map(Body::new), ambiguous.take());
            Box::pin(answer.map(|response| {
                Ok::<_, Infallible>(match begun {
                    Some(begun) => begun.until_taken(response),
                    None => response,
                })
            }))
        });
        let connection = self.server.serve_connection(TokioIo::new(stream), service);
        let mut serving = pin!(watcher.watch(connection.into_owned()));
        let mut quiet = None;
        let ended = poll_fn(|context| match serving.as_mut().poll(context) {
            Poll::Pending if self.stopping.load(Ordering::Relaxed) => {
                let quiet = quiet.get_or_insert_with(|| Box::pin(under_way.clone().quiet()));
                quiet.as_mut().poll(context).map(Ok)
            }
            ended => ended,
        });
        if let Err(error) = ended.await {
            tracing::debug!(error, "a connection ended with an error");
        }
    }
}

/// The answer, or the refusal of a request that two readers may read differently; its connection ends.
fn answer(
    answers: impl Answers,
    request: Request<Body>,
    is_ambiguous: bool,
) -> impl Future<Output = Response> + Send + 'static {
    let problem = match is_ambiguous {
        true => Some(Problem::ambiguous_length()),
        false => host_problem(&request),
    };
    let Some(problem) = problem else {
        return Either::Left(answers.answer(request));
    };
    let mut response = answers.refuse(&request, problem);
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    Either::Right(ready(response))
}

/// What is wrong with how a request names its host (RFC 9112, section 3.2).
fn host_problem(request: &Request<Body>) -> Option<Problem> {
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (_, Some(_)) => Some(Problem::ambiguous_host()),
        (Some(host), None) => (!is_host(host.as_bytes())).then(Problem::broken_host),
        (None, None) => (request.version() == Version::HTTP_11).then(Problem::no_host),
    }
}

/// Whether all bytes can stand in a host and its port (RFC 3986, section 3.2.2). An empty one is no name, and allowed.
fn is_host(bytes: &[u8]) -> bool {
    let is_mark = |byte: &u8| b"-._~!$&'()*+,;=:[]%".contains(byte);
    bytes
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}

fn server() -> Builder<TokioExecutor> {
    let mut server = Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .max_buf_size(MAX_HEAD_BYTES)
        .header_read_timeout(HEADER_TIMEOUT);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEAD_BYTES as u32)
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(PING);
    server
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection without TCP_NODELAY");
            }
            Some((stream, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "no connection could be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}
