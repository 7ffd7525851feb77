//! Input cut into blocks of whole records, so that memory does not grow with the file and blocks can be worked on in
//! parallel.

use super::buffers::{Buffers, Lent};
use std::io::{self, Read};

/// Bytes of a block, give or take one record.
const BLOCK: usize = 256 * 1024;

/// Longest record in bytes. A longer one is passed over and counted, or the memory would be the input's to choose.
pub const LONGEST_LINE: usize = 4 << 20;

/// Lines that are looked at to tell the format.
const SNIFFED_LINES: usize = 3;

/// The mark that some programs put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How records are written in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values under a header; a record may hold line ends within quotes.
    Csv,
}

/// Whole records, one behind the other, with their line ends.
#[derive(Debug, Default)]
pub struct Block {
    /// The number of the first line in its input, from 1.
    pub first_line: u64,
    /// The records.
    pub bytes: Lent,
    /// What could not be read behind them.
    pub fault: Option<Fault>,
}

/// A part of the input that could not be read; it counts once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line that it begins in, from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

/// The blocks of one input.
pub struct Blocks {
    input: Box<dyn Read + Send>,
    format: Format,
    /// Where bytes are read into: those read that are not yet handed out come first, and begin with a record.
    buffer: Vec<u8>,
    /// How many those are.
    read: usize,
    buffers: Buffers,
    next_line: u64,
    state: State,
}

enum State {
    Reading,
    /// The input has ended, by itself or torn off with this reason.
    Ended(Option<String>),
    Done,
}

impl Blocks {
    /// Blocks over an input. Where the format is not given the first lines tell it: `{` begins JSON lines.
    ///
    /// Fails where not even the first byte can be read; an input that breaks off is no failure.
    pub(super) fn new(input: Box<dyn Read + Send>, format: Option<Format>) -> io::Result<Self> {
        let mut blocks = Blocks {
            input,
            format: Format::JsonLines,
            buffer: Vec::new(),
            read: 0,
            buffers: Buffers::default(),
            next_line: 1,
            state: State::Reading,
        };
        if let Err(error) = blocks.fill(BLOCK) {
            if blocks.read == 0 && error.kind() != io::ErrorKind::UnexpectedEof {
                return Err(error);
            }
            blocks.tear(&error);
        }
        if blocks.begin_with(BYTE_ORDER_MARK) {
            blocks.buffer.copy_within(BYTE_ORDER_MARK.len()..blocks.read, 0);
            blocks.read -= BYTE_ORDER_MARK.len();
        }
        blocks.format = format.unwrap_or_else(|| sniff(blocks.rest()));
        Ok(blocks)
    }

    /// How the records are written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether these are the first bytes of what is left.
    pub(super) fn begin_with(&self, bytes: &[u8]) -> bool {
        self.rest().starts_with(bytes)
    }

    /// What was read and is not yet handed out.
    fn rest(&self) -> &[u8] {
        self.buffer.get(..self.read).unwrap_or_default()
    }

    /// Reads until the rest has `wanted` bytes or the input ends.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        while let Some(free @ [_, ..]) = self.buffer.get_mut(self.read..wanted) {
            match self.input.read(free) {
                Ok(0) => {
                    self.state = State::Ended(None);
                    break;
                }
                Ok(read) => self.read += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn tear(&mut self, error: &io::Error) {
        self.state = State::Ended(Some(format!("the input breaks off: {error}")));
    }

    /// Hands out the first `length` bytes of the rest as a block.
    fn cut(&mut self, length: usize, fault: Option<String>) -> Block {
        let behind = self.rest().get(length..).unwrap_or_default();
        let mut next = self.buffers.take(BLOCK.max(behind.len()));
        if let Some(begin) = next.get_mut(..behind.len()) {
            begin.copy_from_slice(behind);
        }
        self.read = behind.len();
        let bytes = self
            .buffers
            .lend(std::mem::replace(&mut self.buffer, next), length);
        let first_line = self.next_line;
        self.next_line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        Block {
            first_line,
            bytes,
            fault: fault.map(|reason| Fault {
                line: self.next_line,
                reason,
            }),
        }
    }

    /// The last block: all that is left, without the record that was torn off.
    fn last(&mut self, torn: Option<String>) -> Option<Block> {
        self.state = State::Done;
        let length = match torn {
            Some(_) => end_of_records(self.format, self.rest()),
            None => self.read,
        };
        (length > 0 || torn.is_some()).then(|| self.cut(length, torn))
    }

    /// Passes over a record that is too long, up to the next line end.
    fn pass_over(&mut self) -> Block {
        let mut block = self.cut(0, Some(format!("the line is longer than {LONGEST_LINE} bytes")));
        loop {
            if let Some(end) = memchr::memchr(b'\n', self.rest()) {
                let passed = self.cut(end + 1, None);
                block.first_line = passed.first_line;
                return block;
            }
            self.read = 0;
            if !matches!(self.state, State::Reading) {
                return block;
            }
            if let Err(error) = self.fill(BLOCK) {
                self.tear(&error);
            }
        }
    }
}

impl Iterator for Blocks {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let mut wanted = BLOCK;
        loop {
            if matches!(self.state, State::Reading)
                && let Err(error) = self.fill(wanted)
            {
                self.tear(&error);
            }
            match &mut self.state {
                State::Done => return None,
                State::Ended(torn) => {
                    let torn = torn.take();
                    return self.last(torn);
                }
                State::Reading => {}
            }
            match end_of_records(self.format, self.rest()) {
                0 if self.read > LONGEST_LINE => return Some(self.pass_over()),
                0 => wanted = self.read + BLOCK,
                length => return Some(self.cut(length, None)),
            }
        }
    }
}

/// The format of text that begins so: JSON lines where one of the first lines begins an object, for the first one may
/// be damaged.
fn sniff(text: &[u8]) -> Format {
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_start)
        .filter(|line| !line.is_empty())
        .take(SNIFFED_LINES)
        .peekable();
    if lines.peek().is_none() || lines.any(|line| line.starts_with(b"{")) {
        Format::JsonLines
    } else {
        Format::Csv
    }
}

/// Where the last whole record ends; 0 where none does.
fn end_of_records(format: Format, text: &[u8]) -> usize {
    match format {
        Format::JsonLines => memchr::memrchr(b'\n', text).map_or(0, |at| at + 1),
        Format::Csv => end_of_csv_records(text),
    }
}

/// As [`end_of_records`]: a line end within quotes ends no record. A doubled quote opens and closes at once, so that
/// counting quotes is enough.
fn end_of_csv_records(text: &[u8]) -> usize {
    let mut quoted = false;
    let mut end = 0;
    for at in memchr::memchr2_iter(b'"', b'\n', text) {
        match text[at] {
            b'"' => quoted = !quoted,
            _ if !quoted => end = at + 1,
            _ => {}
        }
    }
    end
}
