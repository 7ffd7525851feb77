//! The content coding of a request's body: plain, or gzip, which is undone within the body's limit.

use super::body::Limit;
use super::problem::Problem;
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use std::io::Read;

/// A coding that is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Gzip,
}

impl Coding {
    /// The coding that the headers name.
    ///
    /// # Errors
    /// It is not known here, or there are several.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut coding = Coding::Plain;
        for value in headers.get_all(CONTENT_ENCODING) {
            let name = String::from_utf8_lossy(value.as_bytes())
                .trim()
                .to_ascii_lowercase();
            coding = match (coding, name.as_str()) {
                (coding, "identity" | "") => coding,
                (Coding::Plain, "gzip" | "x-gzip") => Coding::Gzip,
                _ => return Err(Problem::unknown_coding(&name)),
            };
        }
        Ok(coding)
    }

    /// The plain body. A long one is undone beside other requests.
    ///
    /// # Errors
    /// It is larger than the limit when undone, or is not what its coding says.
    pub(super) async fn undo(self, body: Bytes, limit: Limit) -> Result<Bytes, Problem> {
        match self {
            Coding::Plain => Ok(body),
            Coding::Gzip => {
                let undone = tokio::task::spawn_blocking(move || gunzip(&body, limit));
                undone.await.unwrap_or_else(|_| Err(Problem::internal()))
            }
        }
    }
}

fn gunzip(body: &[u8], limit: Limit) -> Result<Bytes, Problem> {
    let most = u64::try_from(limit.bytes).unwrap_or(u64::MAX);
    let mut plain = Vec::new();
    let read = MultiGzDecoder::new(body)
        .take(most.saturating_add(1))
        .read_to_end(&mut plain);
    match read {
        Ok(length) if length > limit.bytes => Err(Problem::too_large(limit.bytes, limit.setting)),
        Ok(_) => Ok(plain.into()),
        Err(_) => Err(Problem::broken_coding()),
    }
}
