//! Names and values of HTTP headers, as policies may write them.

use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::is_connection_header;
use crate::syntax::ast::Word;

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
    if is_connection_header(&lower) {
        let message = format!("the header `{lower}` belongs to the connection");
        report.error(Code::BAD_VALUE, name.span, message, "the gateway sets it");
        return None;
    }
    Some(lower)
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
