//! The inputs of a replay as one row of blocks, each with the layout of its lines.

use super::blocks::{Block, Format};
use super::columnar::Rows;
use super::source::Source;
use crate::replay::{Layout, Place, Replay, Shard};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A block and how to read it.
#[derive(Debug)]
pub struct Piece {
    /// How its lines are laid out.
    pub layout: Arc<Layout>,
    /// Where the block begins.
    pub first: Place,
    /// The block.
    pub block: Block,
}

/// The blocks of all inputs, in their order.
pub struct Pieces<'a> {
    replay: &'a Replay<'a>,
    sources: std::iter::Enumerate<std::slice::Iter<'a, Source>>,
    progress: Arc<AtomicU64>,
    open: Option<Open>,
    shard: Option<Shard>,
    /// How many inputs there are.
    inputs: usize,
    /// How many blocks were read.
    blocks: usize,
}

/// The input that is being read.
struct Open {
    source: usize,
    layout: Arc<Layout>,
    blocks: Box<dyn Iterator<Item = Block> + Send>,
    /// The block that the header stood in.
    first: Option<Block>,
}

impl<'a> Pieces<'a> {
    /// The blocks of `sources`; `progress` grows by the bytes read of them.
    pub fn new(replay: &'a Replay<'a>, sources: &'a [Source], progress: Arc<AtomicU64>) -> Self {
        Pieces {
            replay,
            sources: sources.iter().enumerate(),
            progress,
            open: None,
            shard: None,
            inputs: sources.len(),
            blocks: 0,
        }
    }

    /// Only those of a shard: whole inputs where every shard can have one, else blocks, so that one large input can be
    /// spread too. Blocks are read to be counted, but only a shard's own are handed out.
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

    /// Whether the shard takes the next block.
    fn takes_block(&mut self) -> bool {
        let number = self.blocks;
        self.blocks += 1;
        self.shard
            .is_none_or(|shard| self.inputs >= shard.of() || shard.takes(number))
    }

    fn open(&self, at: usize, source: &Source) -> Result<Open, Vec<String>> {
        if let Some(file) = source.columnar().map_err(|error| vec![error.to_string()])? {
            return self.open_columns(at, source, file);
        }
        let mut blocks = source
            .open(&self.progress)
            .map_err(|error| vec![error.to_string()])?;
        let mut first = None;
        let layout = match blocks.format() {
            Format::JsonLines => Layout::JsonLines,
            Format::Csv => {
                let mut block = blocks.next().unwrap_or_default();
                let header = self.replay.csv_header(&block.bytes);
                let header = header.map_err(|errors| named(source, errors))?;
                block.bytes.drain(..header.bytes);
                block.first_line += header.lines;
                first = Some(block);
                header.layout
            }
        };
        Ok(Open {
            source: at,
            layout: Arc::new(layout),
            blocks: Box::new(blocks),
            first,
        })
    }

    /// Opens a file of columns, whose rows come as JSON lines.
    fn open_columns(&self, at: usize, source: &Source, file: File) -> Result<Open, Vec<String>> {
        if !self.replay.is_mapped() {
            let error = "records in Parquet need `--map` or `--from`, which say what its columns are";
            return Err(named(source, vec![error.to_owned()]));
        }
        self.progress
            .fetch_add(source.size().unwrap_or_default(), Ordering::Relaxed);
        let rows = Rows::open(file, self.replay.columns()).map_err(|errors| named(source, errors))?;
        Ok(Open {
            source: at,
            layout: Arc::new(Layout::JsonLines),
            blocks: Box::new(rows),
            first: None,
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
        let block = self.first.take().or_else(|| self.blocks.next())?;
        Some(Piece {
            layout: Arc::clone(&self.layout),
            first: Place {
                source: self.source,
                line: block.first_line,
            },
            block,
        })
    }
}

impl Iterator for Pieces<'_> {
    /// Errors end the replay; one line each.
    type Item = Result<Piece, Vec<String>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(piece) = self.open.as_mut().and_then(Open::next) {
                if self.takes_block() {
                    return Some(Ok(piece));
                }
                continue;
            }
            let (at, source) = self.sources.next()?;
            if !self.takes_input(at) {
                continue;
            }
            match self.open(at, source) {
                Ok(open) => self.open = Some(open),
                Err(errors) => return Some(Err(errors)),
            }
        }
    }
}
