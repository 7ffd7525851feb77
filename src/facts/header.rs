//! Names of headers, in lower case, that are no facts and are not passed on.

/// Headers that carry credentials.
const CREDENTIALS: [&str; 5] = [
    "authorization",
    "x-api-key",
    "api-key",
    "cookie",
    "proxy-authorization",
];

/// Headers that belong to one connection, or to the framing of a body on it.
const CONNECTION: [&str; 10] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "proxy-connection",
    "expect",
];

/// Whether a header carries credentials: it is no fact, is never recorded, never forwarded, and never written into a
/// policy.
pub fn is_credential_header(name: &str) -> bool {
    CREDENTIALS.contains(&name)
}

/// Whether a header belongs to one connection: the gateway sets it itself.
pub fn is_connection_header(name: &str) -> bool {
    CONNECTION.contains(&name)
}
