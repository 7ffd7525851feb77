//! Connections between two calls, by origin: the one that was used last is used next, and the oldest are closed.

use super::connection::Connection;
use futures_util::task::noop_waker_ref;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// An idle connection is kept this long: shorter than what common servers allow.
const IDLE: Duration = Duration::from_secs(55);

/// Most idle connections to one origin.
const MAX_IDLE: usize = 1024;

/// A connection that was used so lately is not looked at before it is used again: a call that meets one that has been
/// closed gets a fresh one.
const LATELY: Duration = Duration::from_millis(100);

/// How often connections that lay idle for too long are looked for.
const SWEEP: Duration = Duration::from_secs(10);

/// The idle connections.
#[derive(Debug, Default)]
pub(super) struct Pool {
    idle: Mutex<BTreeMap<Arc<str>, VecDeque<Idle>>>,
    /// Whether somebody looks for those that lie too long.
    is_swept: AtomicBool,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    /// A connection to an origin that seems to be open.
    pub(super) fn take(&self, origin: &str) -> Option<Connection> {
        loop {
            let mut idle = {
                let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                all.get_mut(origin)?.pop_back()?
            };
            if idle.is_good() {
                return Some(idle.connection);
            }
        }
    }

    /// Keeps a connection for later calls.
    pub(super) fn put(self: &Arc<Self>, origin: Arc<str>, connection: Connection) {
        let idle = Idle {
            connection,
            since: Instant::now(),
        };
        let surplus = {
            let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let connections = all.entry(origin).or_default();
            connections.push_back(idle);
            (connections.len() > MAX_IDLE).then(|| connections.pop_front())
        };
        drop(surplus);
        if !self.is_swept.load(Ordering::Relaxed) && !self.is_swept.swap(true, Ordering::Relaxed) {
            tokio::spawn(Arc::clone(self).sweep());
        }
    }

    /// Closes what lies too long or was closed from the other side, until nothing lies here.
    async fn sweep(self: Arc<Self>) {
        loop {
            sleep(SWEEP).await;
            let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|_, connections| {
                connections.retain_mut(Idle::is_good);
                !connections.is_empty()
            });
            if all.is_empty() {
                self.is_swept.store(false, Ordering::Relaxed);
                return;
            }
        }
    }
}

impl Idle {
    /// Whether it may be used: nobody has looked at it since, so that it may have been closed.
    fn is_good(&mut self) -> bool {
        if self.since.elapsed() < LATELY {
            return true;
        }
        self.connection.drive(&mut Context::from_waker(noop_waker_ref()));
        self.since.elapsed() < IDLE && self.connection.is_idle()
    }
}
