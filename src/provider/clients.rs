//! HTTP clients, shared by all providers and kept over reloads, so that open connections are too: the one for HTTP/1.1
//! and, for what is not called so, one of the library for each bound on the time to a connection. Beside each of those
//! stands one that keeps no connections, for calls that need a fresh one.

use super::fresh::NoteOpening;
use super::http1::Http1Client;
use super::trust::{ClientError, Roots, Trust};
use reqwest::Client;
use reqwest::redirect::Policy;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Most clients at a time. A policy has a handful of connect timeouts; what is beyond begins afresh.
const MAX_CLIENTS: usize = 32;

/// An idle connection is kept this long: shorter than what common servers allow.
const IDLE_CONNECTION: Duration = Duration::from_secs(55);

/// Most idle connections to one host.
const IDLE_CONNECTIONS: usize = 1024;

/// How often a silent connection is probed.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// The HTTP clients of the program.
#[derive(Clone, Debug)]
pub struct Clients {
    known: Arc<RwLock<BTreeMap<(Duration, Pooled), Client>>>,
    trust: Arc<Trust>,
    http1: Http1Client,
}

impl Default for Clients {
    fn default() -> Self {
        Self::trusting(Roots::default())
    }
}

/// Whether a client keeps connections for later calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pooled {
    Yes,
    No,
}

impl Clients {
    /// No client yet; each is made when it is first needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, for upstreams that are trusted by these authorities too.
    pub fn trusting(roots: Roots) -> Self {
        let trust = Arc::new(Trust::new(roots));
        Clients {
            known: Arc::default(),
            http1: Http1Client::new(Arc::clone(&trust)),
            trust,
        }
    }

    /// Whom upstreams are trusted by.
    pub(super) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The client whose connections must be open in this time.
    ///
    /// # Errors
    /// The client cannot be made.
    pub(super) fn get(&self, connect_timeout: Duration) -> Result<Client, ClientError> {
        self.of(connect_timeout, Pooled::Yes)
    }

    /// The client for HTTP/1.1.
    pub(super) fn http1(&self) -> &Http1Client {
        &self.http1
    }

    /// A client as [`Clients::get`], which opens a connection for each call.
    pub(super) fn fresh(&self, connect_timeout: Duration) -> Result<Client, ClientError> {
        self.of(connect_timeout, Pooled::No)
    }

    fn of(&self, connect_timeout: Duration, pooled: Pooled) -> Result<Client, ClientError> {
        let key = (connect_timeout, pooled);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.get(&key) {
            return Ok(client.clone());
        }
        drop(known);
        let client = build(connect_timeout, pooled, &self.trust)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_CLIENTS {
            known.clear();
        }
        Ok(known.entry(key).or_insert(client).clone())
    }
}

fn build(connect_timeout: Duration, pooled: Pooled, trust: &Trust) -> Result<Client, ClientError> {
    let builder = Client::builder()
        .connect_timeout(connect_timeout)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .tcp_nodelay(true)
        .tcp_keepalive(KEEP_ALIVE)
        .pool_idle_timeout(IDLE_CONNECTION)
        .pool_max_idle_per_host(match pooled {
            Pooled::Yes => IDLE_CONNECTIONS,
            Pooled::No => 0,
        })
        .connector_layer(NoteOpening)
        .tls_backend_preconfigured(trust.any_http()?);
    builder.build().map_err(|error| ClientError {
        reason: error.to_string(),
    })
}
