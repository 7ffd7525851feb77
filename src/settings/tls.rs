//! Certificates: the listener's own, and those of authorities that upstreams are trusted by.

use super::SettingError;
use std::path::{Path, PathBuf};

/// Longest file of certificates or keys in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The files of the listener's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate's chain as PEM, its own certificate first.
    pub certificate: PathBuf,
    /// Its private key as PEM.
    pub key: PathBuf,
}

impl TlsFiles {
    /// The bytes of both files, the certificate's first.
    ///
    /// # Errors
    /// Which setting's file cannot be read, and why.
    pub fn read(&self) -> Result<[Vec<u8>; 2], String> {
        let certificate = read("--tls-cert", &self.certificate);
        let key = read("--tls-key", &self.key);
        let shown = |error: SettingError| error.to_string();
        Ok([certificate.map_err(shown)?, key.map_err(shown)?])
    }
}

/// The files of `--tls-cert` and `--tls-key`, which go together; `None` where neither is given.
pub(super) fn files(
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
) -> Result<Option<TlsFiles>, SettingError> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(SettingError::new(
            "--tls-cert",
            "it needs its private key: add `--tls-key FILE`",
        )),
        (None, Some(_)) => Err(SettingError::new(
            "--tls-key",
            "it needs its certificate: add `--tls-cert FILE`",
        )),
    }
}

/// The text of `--upstream-ca`.
pub(super) fn authorities(path: Option<PathBuf>) -> Result<Option<Vec<u8>>, SettingError> {
    path.map(|path| read("--upstream-ca", &path)).transpose()
}

fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, SettingError> {
    let failed = |reason: String| SettingError::new(setting, format!("`{}` {reason}", path.display()));
    let bytes = std::fs::read(path)
        .map_err(|error| failed(format!("cannot be read: {}", error.to_string().to_lowercase())))?;
    match bytes.len() {
        0..=MAX_BYTES => Ok(bytes),
        _ => Err(failed(format!("is longer than {MAX_BYTES} bytes"))),
    }
}
