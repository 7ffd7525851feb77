//! Connections that the other side closes between two calls.

use super::*;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

fn request() -> Request<RequestBody> {
    Request::new(RequestBody::from(Bytes::from_static(b"{}")))
}

#[tokio::test]
async fn a_call_on_a_connection_that_has_been_closed_fails_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (close, closing) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        stream.write_all(answer).await.unwrap();
        closing.await.unwrap();
    });
    let connection = Connection::clear(TcpStream::connect(address).await.unwrap())
        .await
        .unwrap();
    let pool = Arc::new(Pool::default());
    let home: Home = (Arc::clone(&pool), Arc::from("origin"));
    let mut body = connection
        .exchange(request(), home.clone())
        .await
        .unwrap()
        .into_body();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        frame.unwrap();
    }
    let kept = pool.take("origin").unwrap();
    close.send(()).unwrap();
    server.await.unwrap();
    // The runtime is told of the end before the next call; where it is not, the call fails all the same.
    sleep(Duration::from_millis(20)).await;
    let second = timeout(Duration::from_secs(20), kept.exchange(request(), home)).await;
    assert!(second.unwrap().is_err());
}
