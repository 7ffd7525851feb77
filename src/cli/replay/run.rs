//! The work of a replay spread over threads. One thread at a time reads the next block, all of them decide; each has a
//! tally of its own, and tallies merge in any order, so that the number of threads changes nothing but the time.

use crate::replay::{Rates, Replay, Shard, Tally, Worker};
use crate::traffic::{Piece, Pieces, Source};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::iter::{ParallelBridge, ParallelIterator};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What the bar shows: how far, how fast, how long still.
const BAR: &str = "{bar:40} {percent}% {binary_bytes_per_sec}, {eta} left";

/// How often targets failed, of all of the recording whatever the shard; `None` where the traffic is of other origin or
/// cannot be read twice. Errors are one line each.
pub(super) fn rates(
    replay: &Replay<'_>,
    sources: &[Source],
    threads: usize,
) -> Result<Option<Rates>, Vec<String>> {
    if replay.is_mapped() || !sources.iter().all(Source::can_be_read_again) {
        return Ok(None);
    }
    let count = |mut rates: Rates, piece: Piece| {
        if let Some(lines) = piece.json_lines() {
            rates.read(lines);
        }
        rates
    };
    let pieces = Pieces::new(replay, sources, Arc::default());
    let rates = pool(threads)?.install(|| {
        pieces
            .par_bridge()
            .try_fold(Rates::default, |rates, piece| Ok(count(rates, piece?)))
            .try_reduce(Rates::default, |own, other| Ok(own.merge(other)))
    });
    rates.map(Some)
}

fn pool(threads: usize) -> Result<rayon::ThreadPool, Vec<String>> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| vec![format!("the threads cannot be started: {error}")])
}

/// What is to be decided.
pub(super) struct Work<'a> {
    pub(super) replay: &'a Replay<'a>,
    pub(super) sources: &'a [Source],
    /// All of it, or one shard.
    pub(super) shard: Option<Shard>,
}

/// Reads and decides everything; 0 threads are as many as there are processors. Ends early at a record that tells no
/// decision where one is needed. Errors are one line each.
pub(super) fn run(work: &Work<'_>, threads: usize, show_progress: bool) -> Result<Tally, Vec<String>> {
    let (replay, sources) = (work.replay, work.sources);
    let pool = pool(threads)?;
    let read = Arc::new(AtomicU64::new(0));
    let bar = show_progress.then(|| bar(sources));
    let undecided = AtomicBool::new(false);
    let pieces = Pieces::new(replay, sources, Arc::clone(&read))
        .of_shard(work.shard)
        .take_while(|_| !undecided.load(Ordering::Relaxed))
        .inspect(|_| {
            if let Some(bar) = &bar {
                bar.set_position(read.load(Ordering::Relaxed));
            }
        });
    let tally = pool.install(|| {
        pieces
            .par_bridge()
            .try_fold(
                || Worker::new(replay),
                |mut worker, piece| {
                    piece?.decide(&mut worker);
                    undecided.fetch_or(worker.tally().undecided().is_some(), Ordering::Relaxed);
                    Ok(worker)
                },
            )
            .map(|worker| worker.map(Worker::into_tally))
            .try_reduce(|| replay.tally(), |own, other| Ok(own.merge(other)))
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    tally
}

/// A bar over the bytes of all inputs; where these are not known, only how fast they are read.
fn bar(sources: &[Source]) -> ProgressBar {
    match sources.iter().map(Source::size).sum::<Option<u64>>() {
        Some(bytes) => {
            let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(bytes).with_style(style)
        }
        None => ProgressBar::new_spinner(),
    }
}
