//! A request's body, read whole within bounds of size and time.

use super::problem::Problem;
use axum::body::{Body, BodyDataStream, HttpBody};
use bytes::Bytes;
use futures_util::StreamExt;
use std::time::Duration;

/// How long the next piece of a body may take.
const PIECE_TIMEOUT: Duration = Duration::from_secs(60);

/// Most bytes that are read and thrown away of a body that is too large, so that its sender reads the refusal instead
/// of a broken connection.
const MAX_DISCARDED: usize = 256 << 20;

/// Most bytes that are set aside for a body before they arrive.
const MAX_RESERVED: usize = 1 << 20;

/// Most bytes of a body, and the flag that says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) bytes: usize,
    pub(super) setting: Option<&'static str>,
}

/// Reads a body within its limit.
pub(super) async fn read(body: Body, limit: Limit) -> Result<Bytes, Problem> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut pieces = body.into_data_stream();
    if announced > limit.bytes {
        return Err(refuse(&mut pieces, limit).await);
    }
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(piece) = next(&mut pieces).await? {
        if first.len() + all.len() + piece.len() > limit.bytes {
            return Err(refuse(&mut pieces, limit).await);
        }
        if first.is_empty() && all.is_empty() {
            first = piece;
            continue;
        }
        if all.is_empty() {
            all.reserve(announced.min(MAX_RESERVED).max(first.len() + piece.len()));
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&piece);
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

async fn next(pieces: &mut BodyDataStream) -> Result<Option<Bytes>, Problem> {
    match tokio::time::timeout(PIECE_TIMEOUT, pieces.next()).await {
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(None) => Ok(None),
        Ok(Some(Err(_))) => Err(Problem::invalid("the request body broke off", None)),
        Err(_) => Err(Problem::too_slow()),
    }
}

async fn refuse(pieces: &mut BodyDataStream, limit: Limit) -> Problem {
    let mut discarded = 0;
    while let Ok(Some(piece)) = next(pieces).await {
        discarded += piece.len();
        if discarded > MAX_DISCARDED {
            break;
        }
    }
    Problem::too_large(limit.bytes, limit.setting)
}
