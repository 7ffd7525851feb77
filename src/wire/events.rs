//! Server-sent events, read by the rules of the WHATWG: any line end, a byte order mark, comments, data of several
//! lines, cut anywhere. Every event keeps the bytes it came in, so that it can be passed on unchanged.

use std::fmt;
use std::ops::Range;

/// Most bytes of one event; a longer one breaks the stream.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// May stand at a stream's start.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One event, or a block of comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The bytes it came in, its closing blank line included.
    pub bytes: Vec<u8>,
    /// The data, lines joined with line feeds; `None` where there was no data line.
    pub data: Option<Vec<u8>>,
    /// The `event` field; empty where there was none.
    pub name: Vec<u8>,
    /// Whether the closing blank line was there; false only for what stood at the stream's end.
    pub closed: bool,
}

/// An event longer than [`MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event of the stream is longer than {MAX_EVENT_BYTES} bytes")
    }
}

/// Reads a stream piece by piece.
#[derive(Clone, Debug, Default)]
pub struct EventReader {
    /// Bytes of the event that is not closed yet; within `push`, behind those of events that are.
    pending: Vec<u8>,
    /// Start of the event that is not closed yet.
    start: usize,
    /// Start of the line that is not closed yet.
    line: usize,
    /// How far `pending` was searched for a line end.
    searched: usize,
    /// Whether a line feed now would belong to the carriage return before it.
    after_return: bool,
    /// Whether the stream's first bytes were seen.
    begun: bool,
    data: Option<Vec<u8>>,
    name: Vec<u8>,
}

impl EventReader {
    /// A reader at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a piece and hands out the events that it closes.
    ///
    /// # Errors
    /// An event grew beyond [`MAX_EVENT_BYTES`]; nothing more can be read then.
    pub fn push(&mut self, piece: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        self.pending.extend_from_slice(piece);
        if !self.begin() {
            return Ok(());
        }
        while let Some(end) = self.line_end() {
            let line = self.line..end.start;
            self.line = end.end;
            self.searched = end.end;
            if line.is_empty() {
                events.push(self.close(end.end));
            } else {
                self.field(line);
            }
        }
        self.pending.drain(..self.start);
        self.line -= self.start;
        self.searched -= self.start;
        self.start = 0;
        if self.pending.len() > MAX_EVENT_BYTES {
            return Err(TooLong);
        }
        Ok(())
    }

    /// What stood at the stream's end without a closing blank line, where there was anything but blanks.
    pub fn finish(mut self) -> Option<Event> {
        self.begun = true;
        if self.line < self.pending.len() {
            self.field(self.line..self.pending.len());
        }
        let end = self.pending.len();
        let event = self.close(end);
        let blank = event.bytes.iter().all(u8::is_ascii_whitespace);
        (!blank).then_some(Event {
            closed: false,
            ..event
        })
    }

    /// Passes over a byte order mark; false while it cannot be told yet whether there is one.
    fn begin(&mut self) -> bool {
        if self.begun {
            return true;
        }
        if self.pending.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(&self.pending) {
            return false;
        }
        self.begun = true;
        if self.pending.starts_with(BYTE_ORDER_MARK) {
            self.line = BYTE_ORDER_MARK.len();
            self.searched = self.line;
        }
        true
    }

    /// The next line end at or behind `searched`.
    fn line_end(&mut self) -> Option<Range<usize>> {
        if self.after_return && self.searched < self.pending.len() {
            self.after_return = false;
            if self.pending.get(self.searched) == Some(&b'\n') {
                self.searched += 1;
                self.line = self.searched;
            }
        }
        let rest = self.pending.get(self.searched..).unwrap_or_default();
        let Some(found) = memchr::memchr2(b'\n', b'\r', rest) else {
            self.searched = self.pending.len();
            return None;
        };
        let at = self.searched + found;
        let end = match (self.pending.get(at), self.pending.get(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => at + 2,
            (Some(b'\r'), None) => {
                self.after_return = true;
                at + 1
            }
            _ => at + 1,
        };
        Some(at..end)
    }

    /// Reads one line that is not blank.
    fn field(&mut self, line: Range<usize>) {
        let line = self.pending.get(line).unwrap_or_default();
        let (field, value) = match memchr::memchr(b':', line) {
            Some(colon) => {
                let (field, value) = line.split_at(colon);
                let value = value.get(1..).unwrap_or_default();
                (field, value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &[][..]),
        };
        match field {
            b"data" => match &mut self.data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => self.data = Some(value.to_vec()),
            },
            b"event" => self.name = value.to_vec(),
            _ => {}
        }
    }

    fn close(&mut self, end: usize) -> Event {
        let bytes = self.pending.get(self.start..end).unwrap_or_default();
        self.start = end;
        Event {
            bytes: bytes.to_vec(),
            data: self.data.take(),
            name: std::mem::take(&mut self.name),
            closed: true,
        }
    }
}
