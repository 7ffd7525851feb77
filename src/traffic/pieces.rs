//! The inputs of a replay as one row of pieces, each with all that it takes to decide it on a thread of its own.

use super::blocks::{Block, Format};
use super::columnar::{Range, ranges};
use super::source::{Begun, Opened, Source};
use crate::replay::{Layout, Place, Replay, Shard, Worker};
use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Inputs that are begun ahead of the one that is read: where they come over a network, small ones would spend their time
/// waiting one by one.
const BEGUN_AHEAD: usize = 8;

/// Some records of an input, one behind the other.
pub struct Piece {
    /// The number of the input.
    source: usize,
    content: Content,
}

enum Content {
    /// Lines, and how they are laid out.
    Lines(Arc<Layout>, Block),
    /// Rows of columns.
    Rows(Range),
}

impl Piece {
    /// Lines of JSON, where it is such.
    pub fn json_lines(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Lines(layout, block) if **layout == Layout::JsonLines => Some(&block.bytes),
            _ => None,
        }
    }

    /// Bytes that it takes up: of lines unpacked, of rows as they are packed.
    pub fn bytes(&self) -> u64 {
        match &self.content {
            Content::Lines(_, block) => block.bytes.len() as u64,
            Content::Rows(range) => range.bytes(),
        }
    }

    /// Has a worker decide it; what of it cannot be read is counted.
    pub fn decide(self, worker: &mut Worker<'_>) {
        let source = self.source;
        match self.content {
            Content::Rows(range) => range.decide(source, worker),
            Content::Lines(layout, block) => {
                let place = |line| Place { source, line };
                worker.read(&layout, place(block.first_line), &block.bytes);
                if let Some(fault) = block.fault {
                    worker.unreadable(place(fault.line), fault.reason);
                }
            }
        }
    }
}

/// The pieces of all inputs, in their order.
pub struct Pieces<'a> {
    replay: &'a Replay<'a>,
    sources: std::iter::Enumerate<std::slice::Iter<'a, Source>>,
    /// The next inputs, which are begun, with their numbers.
    begun: VecDeque<(usize, &'a Source, Begun)>,
    progress: Arc<AtomicU64>,
    open: Option<Open>,
    shard: Option<Shard>,
    /// How many inputs there are.
    inputs: usize,
    /// How many pieces were read.
    read: usize,
}

/// The input that is being read.
struct Open {
    source: usize,
    contents: Box<dyn Iterator<Item = Content> + Send>,
}

impl<'a> Pieces<'a> {
    /// The pieces of `sources`; `progress` grows by the bytes read of them.
    pub fn new(replay: &'a Replay<'a>, sources: &'a [Source], progress: Arc<AtomicU64>) -> Self {
        Pieces {
            replay,
            sources: sources.iter().enumerate(),
            begun: VecDeque::new(),
            progress,
            open: None,
            shard: None,
            inputs: sources.len(),
            read: 0,
        }
    }

    /// Only those of a shard: whole inputs where every shard can have one, else pieces, so that one large input can be
    /// spread too. Lines are read to be counted, but only a shard's own pieces are handed out.
    #[must_use]
    pub fn of_shard(mut self, shard: Option<Shard>) -> Self {
        self.shard = shard;
        self
    }

    /// Whether the shard takes the input of this number.
    fn takes_input(&self, input: usize) -> bool {
        self.shard
            .is_none_or(|shard| self.inputs < shard.of() || shard.takes(input))
    }

    /// Whether the shard takes the next piece.
    fn takes_piece(&mut self) -> bool {
        let number = self.read;
        self.read += 1;
        self.shard
            .is_none_or(|shard| self.inputs >= shard.of() || shard.takes(number))
    }

    /// The next input that the shard takes.
    fn next_input(&mut self) -> Option<(usize, &'a Source, Begun)> {
        while self.begun.len() <= BEGUN_AHEAD
            && let Some((at, source)) = self.sources.next()
        {
            if self.takes_input(at) {
                self.begun.push_back((at, source, source.begin()));
            }
        }
        self.begun.pop_front()
    }

    fn open(&self, at: usize, source: &Source, begun: Begun) -> Result<Open, Vec<String>> {
        let opened = source.open_as(begun, &self.progress);
        let mut blocks = match opened.map_err(|error| vec![error.to_string()])? {
            Opened::Columns(file) => return self.open_columns(at, source, file),
            Opened::Blocks(blocks) => blocks,
        };
        let mut first = None;
        let layout = match blocks.format() {
            Format::JsonLines => Layout::JsonLines,
            Format::Csv => {
                let mut block = blocks.next().unwrap_or_default();
                let header = self.replay.csv_header(&block.bytes);
                let header = header.map_err(|errors| named(source, errors))?;
                block.bytes.pass(header.bytes);
                block.first_line += header.lines;
                first = Some(block);
                header.layout
            }
        };
        let layout = Arc::new(layout);
        let blocks = first.into_iter().chain(blocks);
        Ok(Open {
            source: at,
            contents: Box::new(blocks.map(move |block| Content::Lines(Arc::clone(&layout), block))),
        })
    }

    /// Opens a file of columns.
    fn open_columns(&self, at: usize, source: &Source, file: File) -> Result<Open, Vec<String>> {
        if !self.replay.is_mapped() {
            let error = "records in Parquet need `--map` or `--from`, which say what its columns are";
            return Err(named(source, vec![error.to_owned()]));
        }
        let ranges = ranges(file, self.replay.columns()).map_err(|errors| named(source, errors))?;
        let progress = Arc::clone(&self.progress);
        let read = move |range: &Range| {
            progress.fetch_add(range.bytes(), Ordering::Relaxed);
        };
        Ok(Open {
            source: at,
            contents: Box::new(ranges.into_iter().inspect(read).map(Content::Rows)),
        })
    }
}

/// Errors of an input, with its name.
fn named(source: &Source, errors: Vec<String>) -> Vec<String> {
    let named = |error| format!("{}: {error}", source.name());
    errors.into_iter().map(named).collect()
}

impl Open {
    fn next(&mut self) -> Option<Piece> {
        Some(Piece {
            source: self.source,
            content: self.contents.next()?,
        })
    }
}

impl Iterator for Pieces<'_> {
    /// Errors end the replay; one line each.
    type Item = Result<Piece, Vec<String>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(piece) = self.open.as_mut().and_then(Open::next) {
                if self.takes_piece() {
                    return Some(Ok(piece));
                }
                continue;
            }
            let (at, source, begun) = self.next_input()?;
            match self.open(at, source, begun) {
                Ok(open) => self.open = Some(open),
                Err(errors) => return Some(Err(errors)),
            }
        }
    }
}
