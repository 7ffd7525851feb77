//! TLS on the proxy's listener: a certificate and its key from files, read again when they change.

use crate::provider::{FileAge, certificates};
use crate::settings::TlsFiles;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::{self, PemObject};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The protocols that are offered, the best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The listener's certificate and key.
pub struct Tls {
    files: TlsFiles,
    held: RwLock<Held>,
    age: FileAge,
}

struct Held {
    config: Arc<ServerConfig>,
    /// The bytes of both files.
    read: [Vec<u8>; 2],
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// A file that cannot be read or holds none, or two that do not belong together: which setting and why.
    pub fn new(files: TlsFiles) -> Result<Self, String> {
        let read = files.read()?;
        let held = RwLock::new(Held {
            config: config(&files, &read)?,
            read,
        });
        let age = FileAge::fresh();
        Ok(Tls { files, held, age })
    }

    /// The TLS session of a new connection; the reason where there is none.
    pub(super) async fn accept<S>(&self, stream: S) -> Result<TlsStream<S>, String>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.look_again().await;
        let config = {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(&held.config)
        };
        match timeout(HANDSHAKE_TIMEOUT, TlsAcceptor::from(config).accept(stream)).await {
            Ok(accepted) => accepted.map_err(|error| error.to_string()),
            Err(_) => Err("the handshake took too long".to_owned()),
        }
    }

    /// Reads the files where it is time to. Files that cannot be used leave the certificate that was in use.
    async fn look_again(&self) {
        if !self.age.claim_turn() {
            return;
        }
        let files = self.files.clone();
        let read = tokio::task::spawn_blocking(move || {
            let read = files.read()?;
            Ok::<_, String>((config(&files, &read), read))
        });
        let Ok(read) = read.await else { return };
        let changed =
            |read: &[Vec<u8>; 2]| self.held.read().unwrap_or_else(PoisonError::into_inner).read != *read;
        match read {
            Ok((Ok(config), read)) if changed(&read) => {
                let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
                (held.config, held.read) = (config, read);
                tracing::info!("the listener's certificate has changed");
            }
            Ok((Ok(_), _)) => {}
            Ok((Err(error), _)) | Err(error) => {
                tracing::warn!(error, "the certificate in use stays");
            }
        }
    }
}

/// What the files' bytes mean.
fn config(files: &TlsFiles, [certificate, key]: &[Vec<u8>; 2]) -> Result<Arc<ServerConfig>, String> {
    let chain =
        certificates(certificate).map_err(|error| unusable("--tls-cert", &files.certificate, &error))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
        pem::Error::NoItemsFound => unusable("--tls-key", &files.key, &"it holds no private key in PEM"),
        error => unusable("--tls-key", &files.key, &error),
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                unusable("--tls-key", &files.key, &"it is not the key of the certificate")
            }
            error => unusable(
                "--tls-cert",
                &files.certificate,
                &error.to_string().to_lowercase(),
            ),
        })?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(Arc::new(config))
}

fn unusable(setting: &str, path: &Path, reason: &dyn fmt::Display) -> String {
    format!("`{setting}`: `{}` cannot be used: {reason}", path.display())
}
