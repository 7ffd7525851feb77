//! One connection of HTTP/1.1, driven by whoever waits for what it brings.

use super::super::body::RequestBody;
use super::pool::Pool;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Most bytes of an answer's head, and of what is read ahead of its body.
const MAX_READ: usize = 64 * 1024;

/// Where a connection lies between two calls: the pool, and the origin's name in it.
pub(super) type Home = (Arc<Pool>, Arc<str>);

/// An open connection.
pub(super) struct Connection {
    sender: Sender,
    /// What reads and writes, until it has come to its end. Then it goes: a call that it has not taken up, since the other
    /// side had closed the connection, waits as long as it is there.
    driver: Option<Driver>,
}

type Sender = http1::SendRequest<RequestBody>;

type Over<S> = Pin<Box<http1::Connection<TokioIo<S>, RequestBody>>>;

/// What reads and writes.
enum Driver {
    Clear(Over<TcpStream>),
    Encrypted(Over<TlsStream<TcpStream>>),
}

impl Driver {
    /// Reads and writes what can be now; none is left where it has come to its end.
    fn drive(driver: &mut Option<Driver>, context: &mut Context<'_>) {
        let has_ended = match driver {
            None => false,
            Some(Driver::Clear(driver)) => driver.as_mut().poll(context).is_ready(),
            Some(Driver::Encrypted(driver)) => driver.as_mut().poll(context).is_ready(),
        };
        if has_ended {
            *driver = None;
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// A connection in the clear.
    pub(super) async fn clear(stream: TcpStream) -> hyper::Result<Self> {
        let (sender, driver) = over(stream).await?;
        Ok(Self::new(sender, Driver::Clear(driver)))
    }

    /// A connection over TLS.
    pub(super) async fn encrypted(stream: TlsStream<TcpStream>) -> hyper::Result<Self> {
        let (sender, driver) = over(stream).await?;
        Ok(Self::new(sender, Driver::Encrypted(driver)))
    }

    fn new(sender: Sender, driver: Driver) -> Self {
        Connection {
            sender,
            driver: Some(driver),
        }
    }

    /// Lets the connection read and write what it can. It tells whoever waits for an answer or a body how it ended.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        Driver::drive(&mut self.driver, context);
    }

    /// Whether it can carry another call now.
    pub(super) fn is_idle(&self) -> bool {
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn exchange(
        mut self,
        request: Request<RequestBody>,
        home: Home,
    ) -> hyper::Result<Response<AnswerBody>> {
        let mut answer = pin!(self.sender.send_request(request));
        let driver = &mut self.driver;
        let response = poll_fn(|context| {
            if let Poll::Ready(response) = answer.as_mut().poll(context) {
                return Poll::Ready(response);
            }
            Driver::drive(driver, context);
            answer.as_mut().poll(context)
        })
        .await?;
        Ok(response.map(|incoming| AnswerBody {
            incoming,
            connection: Some((self, home)),
        }))
    }
}

async fn over<S>(stream: S) -> hyper::Result<(Sender, Over<S>)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut client = http1::Builder::new();
    client.max_buf_size(MAX_READ);
    let (sender, driver) = client.handshake(TokioIo::new(stream)).await?;
    Ok((sender, Box::pin(driver)))
}

/// The body of an answer. At its end the connection goes back to its pool; one that is dropped before closes it.
#[derive(Debug)]
pub(in crate::provider) struct AnswerBody {
    incoming: Incoming,
    connection: Option<(Connection, Home)>,
}

impl AnswerBody {
    fn give_back(&mut self, context: &mut Context<'_>) {
        if let Some((mut connection, (pool, origin))) = self.connection.take() {
            connection.drive(context);
            if connection.is_idle() {
                pool.put(origin, connection);
            }
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let mut frame = Pin::new(&mut self.incoming).poll_frame(context);
        if frame.is_pending()
            && let Some((connection, _)) = &mut self.connection
        {
            connection.drive(context);
            frame = Pin::new(&mut self.incoming).poll_frame(context);
        }
        match &frame {
            Poll::Ready(None) => self.give_back(context),
            Poll::Ready(Some(Err(_))) => self.connection = None,
            Poll::Ready(Some(Ok(_))) if self.incoming.is_end_stream() => self.give_back(context),
            _ => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

#[cfg(test)]
mod tests;
