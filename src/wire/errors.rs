//! Errors as OpenAI's clients read them: a body, and the event that ends a broken stream.

use super::json::{Json, Kind};
use serde::Serialize;

/// An error to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorShape<'a> {
    /// What went wrong, in one line.
    pub message: &'a str,
    /// The kind of error, such as `invalid_request_error`.
    pub kind: &'a str,
    /// A code that programs test for.
    pub code: Option<&'a str>,
    /// The key of the request that is to blame.
    pub param: Option<&'a str>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
    r#type: &'a str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

impl ErrorShape<'_> {
    /// The JSON body.
    pub fn body(&self) -> Vec<u8> {
        let envelope = Envelope {
            error: Body {
                message: self.message,
                r#type: self.kind,
                param: self.param,
                code: self.code,
            },
        };
        serde_json::to_vec(&envelope).unwrap_or_default()
    }

    /// The event that ends a broken stream; clients raise it as an error. No `[DONE]` follows.
    pub fn event(&self) -> Vec<u8> {
        let mut event = b"data: ".to_vec();
        event.extend(self.body());
        event.extend(b"\n\n");
        event
    }
}

/// Whether bytes are an error that OpenAI's clients understand: an object with an object `error` in it.
pub fn is_error_body(bytes: &[u8]) -> bool {
    let Ok(mut json) = Json::new(bytes) else {
        return false;
    };
    let mut found = false;
    let read = json.object(|json, key| {
        found |= key.decode() == "error" && json.kind()? == Kind::Object;
        json.skip().map(drop)
    });
    read.is_ok() && json.end().is_ok() && found
}
