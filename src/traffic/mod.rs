//! Record files written and read: rotation, compression, torn tails; and records exported as Parquet.
//!
//! Writing never blocks a request: lines pass through a bounded queue to a thread of their own, and what does not fit
//! is dropped and counted. Reading takes what operators have: plain, gzip or zstd, told apart by content and not by
//! name, from files, directories, globs, object storage and standard input, in blocks of bounded
//! size.

mod blocks;
mod buffers;
mod columnar;
mod disk;
mod export;
mod file;
mod globs;
mod inputs;
#[cfg(feature = "objects")]
mod objects;
mod pieces;
mod source;
mod writer;

pub use blocks::{Block, Blocks, Fault, Format, LONGEST_LINE};
pub use buffers::Lent;
pub use export::{Export, check_facts};
pub use file::{Rotation, Sync};
pub use inputs::sources;
pub use pieces::{Piece, Pieces};
pub use source::{ReadError, Source, is_same_file, reason};
pub use writer::{Counts, Settings, Writer};

#[cfg(test)]
mod tests;
