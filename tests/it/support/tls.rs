//! Certificates made on the spot, and an upstream over TLS whose every connection a test plays itself.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// An authority that signs certificates.
pub(crate) struct Authority {
    pem: String,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

/// A certificate and its key, in PEM.
pub(crate) struct Signed {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("test authority")
    }

    pub(crate) fn named(name: &str) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).unwrap().pem();
        let issuer = rcgen::Issuer::new(parameters, key);
        Authority { pem, issuer }
    }

    /// A certificate for this machine.
    pub(crate) fn local(&self) -> Signed {
        self.sign(&["localhost", "127.0.0.1"], 4096)
    }

    /// A certificate for these names, which holds until this year begins.
    pub(crate) fn sign(&self, names: &[&str], until: i32) -> Signed {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = rcgen::CertificateParams::new(names).unwrap();
        parameters.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        Signed {
            certificate: parameters.signed_by(&key, &self.issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// Its certificate as a file of a folder.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        write(folder, "authority.pem", &self.pem)
    }
}

impl Signed {
    /// Certificate and key as files of a folder.
    pub(crate) fn write(&self, folder: &Path) -> [PathBuf; 2] {
        [
            write(folder, "certificate.pem", &self.certificate),
            write(folder, "key.pem", &self.key),
        ]
    }

    /// What a server begins its sessions with that offers these protocols.
    pub(crate) fn server(&self, protocols: &[&str]) -> ServerConfig {
        self.server_of(rustls::DEFAULT_VERSIONS, protocols)
    }

    /// The same for these versions of TLS alone.
    pub(crate) fn server_of(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&str],
    ) -> ServerConfig {
        let chain = CertificateDer::pem_slice_iter(self.certificate.as_bytes()).map(Result::unwrap);
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain.collect(), key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// How a connection began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// With a session: the protocol that was agreed on, and whether it resumed an earlier one.
    Session(String, bool),
    /// The handshake failed.
    Failed,
}

/// A running upstream over TLS; it ends with the test's runtime.
pub(crate) struct TlsUpstream {
    pub(crate) port: u16,
    greetings: Arc<Mutex<Vec<Greeting>>>,
}

impl TlsUpstream {
    /// Listens on a free port of the loopback; `play` is handed each session.
    pub(crate) async fn start<F>(
        config: ServerConfig,
        play: impl Fn(TlsStream<TcpStream>) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let greetings: Arc<Mutex<Vec<Greeting>>> = Arc::default();
        let (noted, acceptor) = (Arc::clone(&greetings), TlsAcceptor::from(Arc::new(config)));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let _ = socket.set_nodelay(true);
                let (noted, acceptor, play) = (Arc::clone(&noted), acceptor.clone(), play.clone());
                tokio::spawn(async move {
                    let session = acceptor.accept(socket).await;
                    noted.lock().unwrap().push(greeting(session.as_ref().ok()));
                    if let Ok(session) = session {
                        play(session).await;
                    }
                });
            }
        });
        TlsUpstream { port, greetings }
    }

    /// How its connections began, in the order in which they did.
    pub(crate) fn greetings(&self) -> Vec<Greeting> {
        self.greetings.lock().unwrap().clone()
    }
}

fn greeting(session: Option<&TlsStream<TcpStream>>) -> Greeting {
    let Some(session) = session else {
        return Greeting::Failed;
    };
    let (_, session) = session.get_ref();
    let protocol = session.alpn_protocol().unwrap_or_default();
    let resumed = session.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
    Greeting::Session(String::from_utf8_lossy(protocol).into_owned(), resumed)
}
