//! Whom upstreams are trusted by over TLS: the system's authorities, and those that the operator names beside them.

use rustls::client::WantsClientCert;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use rustls_platform_verifier::Verifier;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Certificates of authorities.
#[derive(Clone, Debug, Default)]
pub struct Roots(Vec<CertificateDer<'static>>);

impl Roots {
    /// The certificates in a text of PEM.
    ///
    /// # Errors
    /// There is none, or one that cannot be read.
    pub fn from_pem(text: &[u8]) -> Result<Self, String> {
        let roots = Roots(certificates(text)?);
        roots.store().map(|_| roots).map_err(|error| error.to_string())
    }

    fn store(&self) -> Result<RootCertStore, rustls::Error> {
        let mut store = RootCertStore::empty();
        for certificate in &self.0 {
            store.add(certificate.clone())?;
        }
        Ok(store)
    }
}

/// The certificates in a text of PEM, in its order.
///
/// # Errors
/// There is none, or one that cannot be read.
pub fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>();
    match certificates {
        Ok(none) if none.is_empty() => Err("it holds no certificate in PEM".to_owned()),
        read => read.map_err(|error| error.to_string()),
    }
}

/// No HTTP client can be made on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientError {
    pub(super) reason: String,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no HTTP client can be made: {}", self.reason)
    }
}

impl std::error::Error for ClientError {}

/// What sessions with upstreams begin with. The system's authorities are read once, when first needed; sessions that can be
/// resumed are kept for all connections.
#[derive(Debug)]
pub(super) struct Trust {
    roots: Roots,
    http1: OnceLock<Result<Arc<ClientConfig>, ClientError>>,
}

impl Trust {
    pub(super) fn new(roots: Roots) -> Self {
        Trust {
            roots,
            http1: OnceLock::new(),
        }
    }

    /// For sessions that carry HTTP/1.1.
    pub(super) fn http1(&self) -> Result<Arc<ClientConfig>, ClientError> {
        let made = self.http1.get_or_init(|| {
            let mut config = config(&self.roots).map_err(|error| ClientError {
                reason: error.to_string(),
            })?;
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            Ok(Arc::new(config))
        });
        made.clone()
    }

    /// For sessions that carry HTTP/2 or HTTP/1.1, as the provider chooses.
    pub(super) fn any_http(&self) -> Result<ClientConfig, ClientError> {
        let mut config = (*self.http1()?).clone();
        config.alpn_protocols.insert(0, b"h2".to_vec());
        Ok(config)
    }
}

fn config(roots: &Roots) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions()?;
    let trusting: ConfigBuilder<ClientConfig, WantsClientCert> =
        match Verifier::new_with_extra_roots(roots.0.iter().cloned(), provider) {
            Ok(verifier) => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier)),
            // A machine without root certificates can still reach providers by `http`; by `https` those are trusted that
            // the operator's authorities vouch for.
            Err(_) => builder.with_root_certificates(roots.store()?),
        };
    Ok(trusting.with_no_client_auth())
}
