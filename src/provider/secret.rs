//! Secrets: where they come from, and how a changed file is noticed. A secret is never printed.

use super::file_age::FileAge;
use crate::model::CredentialSource;
use crate::traffic::reason;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Longest secret in bytes.
const MAX_SECRET_BYTES: usize = 16 * 1024;

/// A secret and where it comes from.
pub struct Secret {
    source: CredentialSource,
    text: RwLock<Arc<str>>,
    age: FileAge,
}

/// A secret that cannot be had: which one and why, never its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretError {
    /// Where it should stand.
    pub source: CredentialSource,
    /// Why it cannot be had.
    pub reason: String,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            CredentialSource::Environment(name) => {
                write!(f, "the environment variable `{name}` {}", self.reason)
            }
            CredentialSource::File(path) => write!(f, "the file `{path}` {}", self.reason),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Secret {
    /// Reads a secret, blanks around it cut off.
    ///
    /// # Errors
    /// It is not there, empty, not UTF-8 or longer than 16 KiB.
    pub fn resolve(source: &CredentialSource) -> Result<Self, SecretError> {
        let read = match source {
            CredentialSource::Environment(name) => read_environment(name),
            CredentialSource::File(path) => clean(std::fs::read(path)),
        };
        let text = read.map_err(|reason| SecretError {
            source: source.clone(),
            reason,
        })?;
        Ok(Secret {
            source: source.clone(),
            text: RwLock::new(text),
            age: FileAge::fresh(),
        })
    }

    /// The secret as it was last read.
    pub fn text(&self) -> Arc<str> {
        Arc::clone(&self.text.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether it stands in a file, which may hold another one later.
    pub(super) fn can_change(&self) -> bool {
        matches!(self.source, CredentialSource::File(_))
    }

    /// The secret, its file read again where that was 5 s ago. A file that cannot be read leaves the old secret.
    pub async fn current(&self) -> Arc<str> {
        if self.can_change() && self.age.claim_turn() {
            self.reread().await;
        }
        self.text()
    }

    /// Reads a file again, whatever its age, and tells whether the secret has changed.
    pub async fn reread(&self) -> bool {
        let CredentialSource::File(path) = &self.source else {
            return false;
        };
        let Ok(text) = clean(tokio::fs::read(path).await) else {
            return false;
        };
        self.age.renew();
        let mut held = self.text.write().unwrap_or_else(PoisonError::into_inner);
        let changed = *held != text;
        *held = text;
        changed
    }
}

fn read_environment(name: &str) -> Result<Arc<str>, String> {
    match std::env::var(name) {
        Ok(text) => clean(Ok(text.into_bytes())),
        Err(std::env::VarError::NotPresent) => Err("is not set".to_owned()),
        Err(std::env::VarError::NotUnicode(_)) => Err("is not UTF-8".to_owned()),
    }
}

fn clean(read: std::io::Result<Vec<u8>>) -> Result<Arc<str>, String> {
    let bytes = read.map_err(|error| format!("cannot be read: {}", reason(&error)))?;
    if bytes.len() > MAX_SECRET_BYTES {
        return Err(format!("is longer than {MAX_SECRET_BYTES} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    match text.trim() {
        "" => Err("is empty".to_owned()),
        text => Ok(Arc::from(text)),
    }
}
