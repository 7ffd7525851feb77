//! A request's body, read whole within bounds of size and time.

use super::problem::Problem;
use axum::body::{Body, BodyDataStream, HttpBody};
use bytes::Bytes;
use futures_util::StreamExt;
use http::HeaderMap;
use http::header::EXPECT;
use std::time::Duration;
use tokio::time::Instant;

/// How long the next piece of a body may take.
const PIECE_TIMEOUT: Duration = Duration::from_secs(60);

/// Bytes a second that a body must bring on average, the first [`PIECE_TIMEOUT`] aside.
const SLOWEST: u64 = 1024;

/// Most bytes that are read and thrown away of a body that is refused, so that its sender reads the refusal instead of a
/// broken connection.
const MAX_DISCARDED: usize = 256 << 20;

/// How long the rest of a refused body may take.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(60);

/// Most bytes that are set aside for a body before they arrive.
const MAX_RESERVED: usize = 1 << 20;

/// Most bytes of a body, and the flag that says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) bytes: usize,
    pub(super) setting: Option<&'static str>,
}

/// Reads a body within its limit; the rest of one that is refused is thrown away.
pub(super) async fn read(body: Body, headers: &HeaderMap, limit: Limit) -> Result<Bytes, Problem> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit.bytes {
        discard(body, headers);
        return Err(Problem::too_large(limit.bytes, limit.setting));
    }
    let mut pieces = body.into_data_stream();
    let mut first = Bytes::new();
    let mut all = Vec::new();
    let begun = Instant::now();
    while let Some(piece) = next(&mut pieces).await? {
        if is_trickle(begun, first.len() + all.len() + piece.len()) {
            return Err(Problem::too_slow());
        }
        if first.len() + all.len() + piece.len() > limit.bytes {
            discard_pieces(pieces);
            return Err(Problem::too_large(limit.bytes, limit.setting));
        }
        if first.is_empty() && all.is_empty() {
            first = piece;
            continue;
        }
        if all.is_empty() {
            all.reserve(announced.min(MAX_RESERVED).max(first.len() + piece.len()));
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        if all.len() + piece.len() > all.capacity() {
            // So much has come that the announced rest may be awaited: a body that grows step by step is copied each time.
            match announced.checked_sub(all.len()) {
                Some(rest) if rest >= piece.len() => all.reserve_exact(rest),
                _ => all.reserve(piece.len()),
            }
        }
        all.extend_from_slice(&piece);
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

/// Whether so many bytes are too few for the time since the body began.
fn is_trickle(begun: Instant, bytes: usize) -> bool {
    let due = PIECE_TIMEOUT + Duration::from_secs(bytes as u64 / SLOWEST);
    begun.elapsed() > due
}

async fn next(pieces: &mut BodyDataStream) -> Result<Option<Bytes>, Problem> {
    match tokio::time::timeout(PIECE_TIMEOUT, pieces.next()).await {
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(None) => Ok(None),
        Ok(Some(Err(_))) => Err(Problem::invalid("the request body broke off", None)),
        Err(_) => Err(Problem::too_slow()),
    }
}

/// Throws the body of a refused request away while its answer goes out. A client that waits for leave to send its body
/// does not get it: nothing is read.
pub(super) fn discard(body: Body, headers: &HeaderMap) {
    if !body.is_end_stream() && !headers.contains_key(EXPECT) {
        discard_pieces(body.into_data_stream());
    }
}

fn discard_pieces(mut pieces: BodyDataStream) {
    tokio::spawn(tokio::time::timeout(DISCARD_TIMEOUT, async move {
        let mut discarded = 0;
        while let Ok(Some(piece)) = next(&mut pieces).await {
            discarded += piece.len();
            if discarded > MAX_DISCARDED {
                break;
            }
        }
    }));
}
