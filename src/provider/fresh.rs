//! Tells whether a call has opened a connection, or was given one that lay idle: an idle one may have been closed by the
//! provider in the very moment, which is no failure of the provider.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// Set when the call of this task begins to open a connection.
    static OPENED: Arc<AtomicBool>;
}

/// The call's result, and whether it has begun to open a connection of its own.
pub(super) async fn watched<T>(call: impl Future<Output = T>) -> (T, bool) {
    let opened = Arc::new(AtomicBool::new(false));
    let result = OPENED.scope(Arc::clone(&opened), call).await;
    (result, opened.load(Ordering::Relaxed))
}

/// Notes when a client's connector is asked for a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoteOpening;

/// A connector whose use is noted.
#[derive(Clone, Debug)]
pub(super) struct Noted<S>(S);

impl<S> Layer<S> for NoteOpening {
    type Service = Noted<S>;

    fn layer(&self, connector: S) -> Noted<S> {
        Noted(connector)
    }
}

impl<S: Service<R>, R> Service<R> for Noted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        // A connection that is opened for nobody in particular has no task of a call.
        let _ = OPENED.try_with(|opened| opened.store(true, Ordering::Relaxed));
        self.0.call(request)
    }
}
