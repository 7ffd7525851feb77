//! Names and values of HTTP headers, as policies may write them.

use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::Word;

/// Headers that carry credentials: never a fact, never forwarded, never written into a policy.
pub(super) const CREDENTIALS: [&str; 5] = [
    "authorization",
    "x-api-key",
    "api-key",
    "cookie",
    "proxy-authorization",
];

/// Headers that belong to the connection or the framing of the body: the gateway sets them itself.
const FRAMING: [&str; 10] = [
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

/// Longest name of a header in bytes.
const MAX_NAME_BYTES: usize = 256;

/// The name in lower case; a name that no header can have, and one of the framing, is reported.
pub(super) fn header_name(name: &Word, report: &mut Report) -> Option<String> {
    if name.text.is_empty() || name.text.len() > MAX_NAME_BYTES || !name.text.bytes().all(is_token) {
        let message = format!("`{}` is not the name of a header", name.text);
        report.push(
            Diagnostic::error(Code::BAD_VALUE, message)
                .at(name.span, "")
                .help("header names are letters, digits and `-`"),
        );
        return None;
    }
    let lower = name.text.to_ascii_lowercase();
    if FRAMING.contains(&lower.as_str()) {
        let message = format!("the header `{lower}` belongs to the connection");
        report.error(Code::BAD_VALUE, name.span, message, "the gateway sets it");
        return None;
    }
    Some(lower)
}

/// Whether a header of this name in lower case carries credentials.
pub(super) fn is_credential(name: &str) -> bool {
    CREDENTIALS.contains(&name)
}

/// The text as a header's value; control characters and what is not ASCII are reported.
pub(super) fn header_value(value: Word, report: &mut Report) -> Option<String> {
    if value.text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Some(value.text);
    }
    report.error(
        Code::BAD_VALUE,
        value.span,
        "a header's value is printable ASCII",
        "other characters here",
    );
    None
}

/// The characters of a header's name (RFC 9110, token).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
