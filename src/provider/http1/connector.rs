//! Opens connections: the name looked up, the socket, and the session over TLS where the place asks for one.

use super::super::place::Http1Place;
use super::super::trust::Trust;
use super::connection::Connection;
use super::{Unanswered, causes};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, Error};
use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

/// How often a silent connection is probed.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Most origins that are known to speak another protocol; what is beyond begins afresh.
const MAX_OTHERS: usize = 1024;

/// What connections are opened with.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    tcp: HttpConnector,
    trust: Arc<Trust>,
    /// Origins that have refused HTTP/1.1 in the handshake: they are not asked again.
    others: Arc<RwLock<BTreeSet<Arc<str>>>>,
}

impl Connector {
    pub(super) fn new(trust: Arc<Trust>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        Connector {
            tcp,
            trust,
            others: Arc::default(),
        }
    }

    /// A new connection, open within the limit, its handshake included.
    pub(super) async fn open(&self, place: &Http1Place, limit: Duration) -> Result<Connection, Unanswered> {
        if place.tls.is_some() && self.is_other(place) {
            return Err(Unanswered::OtherProtocol);
        }
        let Ok(opened) = timeout(limit, self.connect(place)).await else {
            return Err(Unanswered::Lost("the connection was not open in time".to_owned()));
        };
        if let Err(Unanswered::OtherProtocol) = &opened {
            self.note_other(place);
        }
        opened
    }

    async fn connect(&self, place: &Http1Place) -> Result<Connection, Unanswered> {
        let socket = self.tcp.clone().call(place.server.clone()).await;
        let socket = socket.map_err(|error| Unanswered::Lost(causes(&error)))?;
        let connection = match &place.tls {
            None => Connection::clear(socket.into_inner()).await,
            Some(name) => Connection::encrypted(self.encrypt(name, socket.into_inner()).await?).await,
        };
        connection.map_err(|error| Unanswered::Lost(causes(&error)))
    }

    async fn encrypt(
        &self,
        name: &ServerName<'static>,
        socket: TcpStream,
    ) -> Result<TlsStream<TcpStream>, Unanswered> {
        let config = self.trust.http1();
        let config = config.map_err(|error| Unanswered::Lost(error.to_string()))?;
        let session = TlsConnector::from(config).connect(name.clone(), socket).await;
        session.map_err(|error| refusal(&error))
    }

    fn is_other(&self, place: &Http1Place) -> bool {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        others.contains(&place.origin)
    }

    fn note_other(&self, place: &Http1Place) {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        if others.len() >= MAX_OTHERS {
            others.clear();
        }
        others.insert(Arc::clone(&place.origin));
    }
}

/// What a handshake that failed means.
fn refusal(error: &io::Error) -> Unanswered {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
    let why = match cause {
        Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => {
            return Unanswered::OtherProtocol;
        }
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "the certificate is of an authority that is not trusted; `--upstream-ca` can name it".to_owned()
        }
        _ => error.to_string(),
    };
    Unanswered::Lost(format!("the TLS handshake failed: {why}"))
}
