//! HTTP clients: one for each bound on the time to a connection, shared by all providers and kept over reloads, so
//! that open connections are too. Beside each stands one that keeps no connections, for calls that need a fresh one.

use super::fresh::NoteOpening;
use super::plain::PlainClient;
use super::roots::Roots;
use reqwest::Client;
use reqwest::redirect::Policy;
use std::collections::BTreeMap;
use std::fmt;
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
#[derive(Clone, Debug, Default)]
pub struct Clients {
    known: Arc<RwLock<BTreeMap<(Duration, Pooled), Client>>>,
    roots: Arc<Roots>,
    /// For calls in the clear.
    plain: PlainClient,
}

/// Whether a client keeps connections for later calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pooled {
    Yes,
    No,
}

/// No HTTP client can be made on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientError {
    reason: String,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no HTTP client can be made: {}", self.reason)
    }
}

impl std::error::Error for ClientError {}

impl Clients {
    /// No client yet; each is made when it is first needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, for upstreams that are trusted by these authorities too.
    pub fn trusting(roots: Roots) -> Self {
        Clients {
            roots: Arc::new(roots),
            ..Self::default()
        }
    }

    /// The client whose connections must be open in this time.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn get(&self, connect_timeout: Duration) -> Result<Client, ClientError> {
        self.of(connect_timeout, Pooled::Yes)
    }

    /// The client for calls in the clear.
    pub(super) fn plain(&self) -> &PlainClient {
        &self.plain
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
        let client = build(connect_timeout, pooled, &self.roots)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_CLIENTS {
            known.clear();
        }
        Ok(known.entry(key).or_insert(client).clone())
    }
}

fn build(connect_timeout: Duration, pooled: Pooled, roots: &Roots) -> Result<Client, ClientError> {
    // Another part of the program may have chosen already; either choice will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        Client::builder()
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
    };
    match builder().tls_certs_merge(roots.0.iter().cloned()).build() {
        Ok(client) => Ok(client),
        // A machine without root certificates can still reach providers by `http`; by `https` they cannot be trusted.
        Err(_) if !roots.0.is_empty() => builder().tls_certs_only(roots.0.iter().cloned()).build(),
        Err(_) => builder().tls_backend_preconfigured(trusting_nobody()).build(),
    }
    .map_err(|error| ClientError {
        reason: error.to_string(),
    })
}

fn trusting_nobody() -> rustls::ClientConfig {
    rustls::ClientConfig::builder()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}
