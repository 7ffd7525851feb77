//! The heads of a connection's requests, read beside the HTTP library, which keeps one length where a request says two.

use super::chunks::{Chunks, Read};

/// Most bytes of a head that are held while its end is awaited. The library refuses longer ones itself.
const MAX_HELD: usize = 64 * 1024;

/// The first bytes of a connection that speaks HTTP/2, whose heads are no text.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n";

/// The heads of one connection's requests, one after the other.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// The part of a head that has come.
    held: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// What comes next is a head.
    #[default]
    Awaited,
    /// What comes next is so much of a body, then a head.
    Body(u64),
    /// What comes next is the rest of a body in chunks, then a head.
    Chunked(Chunks),
    /// Where the next head begins is not known any more: HTTP/2, or nothing that could be read.
    Unreadable,
}

/// A complete head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Head {
    /// Its length in bytes.
    length: usize,
    /// How often it says how long its body is; a coding of the whole body is a second word for it.
    said: usize,
    /// Whether its body comes in chunks.
    chunked: bool,
    /// The length of its body; `None` where that is no number.
    body: Option<u64>,
}

impl Heads {
    /// Whether a part of a head has come.
    pub(super) fn is_begun(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes in bytes that have come. True where a head among them says twice how long its body is, or has it coded as a
    /// whole, so that two readers may take it for one of different lengths.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match self.state {
                State::Unreadable => return false,
                State::Body(left) => bytes = self.body(left, bytes),
                State::Chunked(chunks) => bytes = self.chunks(chunks, bytes),
                State::Awaited => match self.head(bytes) {
                    Some((head, _)) if head.said > 1 => {
                        self.end(State::Unreadable);
                        return true;
                    }
                    Some((head, behind)) => {
                        self.end(match head.body {
                            _ if head.chunked => State::Chunked(Chunks::default()),
                            Some(length) => State::Body(length),
                            None => State::Unreadable,
                        });
                        bytes = bytes.get(behind..).unwrap_or_default();
                    }
                    None => {
                        self.hold(bytes);
                        return false;
                    }
                },
            }
        }
        false
    }

    /// Passes over a body; what stands behind it.
    fn body<'b>(&mut self, left: u64, bytes: &'b [u8]) -> &'b [u8] {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        self.state = match left - here as u64 {
            0 => State::Awaited,
            left => State::Body(left),
        };
        bytes.get(here..).unwrap_or_default()
    }

    /// Passes over a body in chunks; what stands behind it.
    fn chunks<'b>(&mut self, chunks: Chunks, bytes: &'b [u8]) -> &'b [u8] {
        let (state, end) = match chunks.read(bytes) {
            Read::Part(chunks) => (State::Chunked(chunks), bytes.len()),
            Read::End(end) => (State::Awaited, end),
            Read::Broken => (State::Unreadable, bytes.len()),
        };
        self.state = state;
        bytes.get(end..).unwrap_or_default()
    }

    /// The head that these bytes complete, and where in them it ends.
    fn head(&mut self, bytes: &[u8]) -> Option<(Head, usize)> {
        if self.held.is_empty() {
            return head(bytes).map(|head| (head, head.length));
        }
        let before = self.held.len();
        self.held.extend_from_slice(bytes);
        let found = head(&self.held).map(|head| (head, head.length.saturating_sub(before)));
        if found.is_none() {
            self.held.truncate(before);
        }
        found
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        if self.held.len() > MAX_HELD || self.held.starts_with(HTTP2) {
            self.end(State::Unreadable);
        }
    }

    fn end(&mut self, state: State) {
        self.held = Vec::new();
        self.state = match state {
            State::Body(0) => State::Awaited,
            state => state,
        };
    }
}

/// The head at the start of these bytes; `None` where it is not complete, or none of HTTP/1. Line ends may be bare line
/// feeds, as for the library.
fn head(bytes: &[u8]) -> Option<Head> {
    let mut head = Head {
        body: Some(0),
        ..Head::default()
    };
    let mut begun = false;
    loop {
        let rest = bytes.get(head.length..)?;
        let end = memchr::memchr(b'\n', rest)?;
        head.length += end + 1;
        let line = rest.get(..end)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line.is_empty(), begun) {
            // Blank lines before the first one are passed over.
            (true, false) => {}
            (true, true) => return (!bytes.starts_with(HTTP2)).then_some(head),
            (false, _) => begun = true,
        }
        if let Some(value) = field(line, b"content-length") {
            head.said += 1;
            let text = std::str::from_utf8(value.trim_ascii()).ok();
            head.body = text.and_then(|text| text.parse().ok());
        }
        if let Some(value) = field(line, b"transfer-encoding") {
            let alone = value.trim_ascii().eq_ignore_ascii_case(b"chunked");
            head.said += if alone { 1 } else { 2 };
            head.chunked = true;
        }
    }
}

/// The value of the field of this name, where the line holds it.
fn field<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let (begin, value) = line.split_at_checked(name.len())?;
    begin
        .eq_ignore_ascii_case(name)
        .then(|| value.strip_prefix(b":"))
        .flatten()
}
