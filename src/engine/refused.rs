//! An answer without success: its body is read as far as it comes soon, and tells the class of the failure.

use super::backoff::{asked_within, retry_after};
use super::failure::{ErrorAnswer, Failure, in_clients_form, shown, without_text};
use crate::provider::{ByteStream, UpstreamResponse};
use crate::wire::exchange::Exchange;
use crate::wire::openai::{ErrorFields, class_of_status};
use bytes::Bytes;
use futures_util::StreamExt;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// Most bytes of an error's body that are read; a longer one is not passed on.
const MAX_ERROR_BYTES: usize = 256 * 1024;

/// Longest wait for the body of an error: the status says enough.
const ERROR_BODY_WAIT: Duration = Duration::from_secs(5);

/// How a server that does not know it names what it was asked for.
const STREAM_OPTIONS: &[u8] = b"stream_options";

/// An answer without success.
pub(super) struct Refused {
    status: StatusCode,
    headers: HeaderMap,
    /// Without any secret; `None` where it broke, came too late or was too long.
    body: Option<Bytes>,
}

impl Refused {
    /// Reads the answer's body; `without_key` crosses the provider's key out.
    pub(super) async fn read(response: UpstreamResponse, without_key: impl FnOnce(Bytes) -> Bytes) -> Self {
        let body = timeout(ERROR_BODY_WAIT, error_body(response.body)).await;
        Refused {
            status: response.status,
            headers: response.headers,
            body: body.ok().flatten().map(without_key),
        }
    }

    /// Whether the server says that it takes no `stream_options`.
    pub(super) fn names_stream_options(&self) -> bool {
        let body = self.body.as_deref().unwrap_or_default();
        matches!(
            self.status,
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY
        ) && memchr::memmem::find(body, STREAM_OPTIONS).is_some()
    }

    /// The failure that it is.
    pub(super) fn failure(self, exchange: Exchange) -> Failure {
        let Refused {
            status,
            headers,
            body,
        } = self;
        let error = body
            .as_ref()
            .map_or_else(ErrorFields::default, |body| ErrorFields::read(body));
        // A redirect is an error of the provider's URL; it is not passed on as one.
        let is_error = status.is_client_error() || status.is_server_error();
        let class = class_of_status(status.as_u16(), &error);
        let body = body.filter(|body| !body.is_empty());
        Failure {
            class,
            reason: format!("status {}, {}", status.as_u16(), shown(&error)),
            retry_after: retry_after(status, &headers, SystemTime::now())
                .or_else(|| asked_within(&error.retry_delay)),
            answer: is_error.then(|| {
                let ours = body.is_none() || exchange.translates();
                Box::new(ErrorAnswer {
                    status,
                    headers: if ours { with_type(headers) } else { headers },
                    body: match body {
                        Some(body) => in_clients_form(exchange, &error, status, body),
                        None => without_text(class, status, exchange.client.error_form()),
                    },
                    is_stream: false,
                })
            }),
        }
    }
}

/// The headers of an error whose body is written here.
fn with_type(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(CONTENT_ENCODING);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers
}

/// The whole body; `None` where it breaks or is too long.
async fn error_body(mut body: ByteStream) -> Option<Bytes> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        bytes.extend_from_slice(&piece.ok()?);
        if bytes.len() > MAX_ERROR_BYTES {
            return None;
        }
    }
    Some(Bytes::from(bytes))
}
