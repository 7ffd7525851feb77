//! Who may ask the admin listener: the bearer token's source, and the rules for going without one.

use super::SettingError;
use sha2::{Digest, Sha256};
use std::fmt;
use std::net::SocketAddr;

/// Who may ask the admin listener for more than its health.
#[derive(Clone, Debug)]
pub enum AdminAccess {
    /// Whoever presents the token.
    Token(AdminToken),
    /// Whoever calls by a loopback name: the listener is on a loopback address and has no token. The name is checked
    /// so that a web page cannot reach it through a name of its own that leads here.
    LoopbackNames,
}

/// The admin token: only its hash is held.
#[derive(Clone)]
pub struct AdminToken([u8; 32]);

impl AdminToken {
    /// The token of this text.
    pub fn new(text: &str) -> Self {
        AdminToken(Sha256::digest(text.as_bytes()).into())
    }

    /// Whether this text is the token. The time it takes says nothing of how much of it is right.
    pub fn matches(&self, text: &str) -> bool {
        let presented: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let difference = self
            .0
            .iter()
            .zip(presented)
            .fold(0, |difference, (own, other)| difference | (own ^ other));
        difference == 0
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken(…)")
    }
}

/// The access that `--admin-token` and the admin address give; the address is `None` where it could not be read.
pub(super) fn access(source: Option<&str>, address: Option<SocketAddr>) -> Result<AdminAccess, SettingError> {
    match source {
        Some(source) => Ok(AdminAccess::Token(AdminToken::new(&read(source)?))),
        None if address.is_none_or(|address| address.ip().is_loopback()) => Ok(AdminAccess::LoopbackNames),
        None => Err(SettingError::new(
            "--admin",
            format!(
                "`{}` can be reached from other machines: add `--admin-token env:NAME` or `file:PATH`, or use a loopback \
                 address",
                address.map(|address| address.to_string()).unwrap_or_default()
            ),
        )),
    }
}

fn read(source: &str) -> Result<String, SettingError> {
    let failed = |message: String| SettingError::new("--admin-token", message);
    let text = if let Some(name) = source.strip_prefix("env:") {
        std::env::var(name).map_err(|_| failed(format!("the environment variable `{name}` is not set")))?
    } else if let Some(path) = source.strip_prefix("file:") {
        let unread =
            |error: std::io::Error| format!("`{path}` cannot be read: {}", error.to_string().to_lowercase());
        std::fs::read_to_string(path).map_err(|error| failed(unread(error)))?
    } else {
        // The text may be the token itself, so that it is not repeated.
        return Err(failed(
            "the token itself is not taken here: write `env:NAME` or `file:PATH`".to_owned(),
        ));
    };
    let token = text.trim();
    if token.is_empty() {
        return Err(failed(format!("the token of `{source}` is empty")));
    }
    Ok(token.to_owned())
}
