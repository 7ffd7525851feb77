//! Messages on a stream: a header with the length, then JSON. What is no message is told as such and passed over; a
//! header that hides where the next message begins ends the stream.

use lsp_server::{Message, Response};
use std::io::{self, BufRead, Read, Write};

/// Most bytes of one message: a file of the greatest length, every letter of it escaped.
const MAX_MESSAGE: usize = 256 << 20;

/// Most bytes of a header line.
const MAX_HEADER: u64 = 4_096;

/// Most header lines of a message.
const MAX_HEADERS: usize = 32;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// Bytes of the announced length that are no message, and why.
    Malformed(String),
    /// There is nothing more to come.
    End,
}

/// Reads the next message.
pub(super) fn read(input: &mut impl BufRead) -> Incoming {
    let length = match length(input) {
        Ok(Some(length)) => length,
        Ok(None) | Err(_) => return Incoming::End,
    };
    let mut bytes = Vec::new();
    let body = input.by_ref().take(length as u64).read_to_end(&mut bytes);
    if body.is_err() || bytes.len() < length {
        return Incoming::End;
    }
    match serde_json::from_slice(&bytes) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Malformed(error.to_string()),
    }
}

/// The length that a header announces; `None` at the end of the stream, and where no length can be found.
fn length(input: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut length = None;
    for _ in 0..MAX_HEADERS {
        let mut line = Vec::new();
        input.by_ref().take(MAX_HEADER).read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Ok(None);
        }
        let line = line.trim_ascii();
        if line.is_empty() && length.is_some() {
            return Ok(length);
        }
        length = length.or_else(|| content_length(line));
    }
    Ok(None)
}

fn content_length(line: &[u8]) -> Option<usize> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    let announced = name.trim().eq_ignore_ascii_case("content-length");
    announced
        .then(|| value.trim().parse().ok())
        .flatten()
        .filter(|length| *length <= MAX_MESSAGE)
}

/// Writes a message.
pub(super) fn write(output: &mut dyn Write, message: Message) -> io::Result<()> {
    let mut buffer = Vec::new();
    message.write(&mut buffer)?;
    output.write_all(&buffer)?;
    output.flush()
}

/// Writes the answer to what was no message, which can name no request.
pub(super) fn write_malformed(output: &mut dyn Write, reason: &str) -> io::Result<()> {
    let body = serde_json::json!({
        "jsonrpc": "2.0",
        "id": null,
        "error": {"code": lsp_server::ErrorCode::ParseError as i32, "message": reason},
    })
    .to_string();
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}

/// The refusal of a request.
pub(super) fn refusal(
    id: lsp_server::RequestId,
    code: lsp_server::ErrorCode,
    message: impl Into<String>,
) -> Message {
    Response::new_err(id, code as i32, message.into()).into()
}
