//! Errors as clients read them: a body, and the event that ends a broken stream.

use super::events::Event;
use super::json::{Json, Kind};
use super::node::object;

/// Whose clients read an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorForm {
    /// OpenAI's: `{"error":{"message","type","param","code"}}`.
    #[default]
    OpenAi,
    /// OpenAI's, whose streams of responses end with an event `error` that says the same at its top.
    Responses,
    /// Anthropic's: `{"type":"error","error":{"type","message"}}`, and the code, where there is one.
    Anthropic,
}

/// An error to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorShape<'a> {
    /// The HTTP status that it has, or would have before a stream began.
    pub status: u16,
    /// What went wrong, in one line.
    pub message: &'a str,
    /// The kind of error, such as `invalid_request_error`; Anthropic's clients get the one of the status.
    pub kind: &'a str,
    /// A code that programs test for.
    pub code: Option<&'a str>,
    /// The key of the request that is to blame.
    pub param: Option<&'a str>,
}

impl ErrorShape<'_> {
    /// The JSON body.
    pub fn body(&self, form: ErrorForm) -> Vec<u8> {
        let error = match form {
            ErrorForm::OpenAi | ErrorForm::Responses => object!({
                "message": self.message,
                "type": self.kind,
                "param": self.param,
                "code": self.code,
            }),
            ErrorForm::Anthropic => {
                let mut error = object!({ "type": anthropic_kind(self.status), "message": self.message });
                error.put_some("code", self.code);
                error
            }
        };
        let body = match form {
            ErrorForm::OpenAi | ErrorForm::Responses => object!({ "error": error }),
            ErrorForm::Anthropic => object!({ "type": "error", "error": error }),
        };
        body.to_string().into_bytes()
    }

    /// What clients of responses read at the top, and what their libraries raise as an error.
    fn event_of_responses(&self) -> Vec<u8> {
        let error = object!({ "message": self.message, "type": self.kind, "code": self.code });
        let event = object!({
            "type": "error",
            "code": self.code,
            "message": self.message,
            "param": self.param,
            "sequence_number": 0_u64,
            "error": error,
        });
        event.to_string().into_bytes()
    }

    /// The event that ends a broken stream; clients raise it as an error. Nothing follows that says that it ended well.
    pub fn event(&self, form: ErrorForm) -> Vec<u8> {
        let mut event = match form {
            ErrorForm::OpenAi => b"data: ".to_vec(),
            ErrorForm::Responses | ErrorForm::Anthropic => b"event: error\ndata: ".to_vec(),
        };
        match form {
            ErrorForm::Responses => event.extend(self.event_of_responses()),
            _ => event.extend(self.body(form)),
        }
        event.extend(b"\n\n");
        event
    }
}

/// Anthropic's word for a status.
fn anthropic_kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 | 529 => "overloaded_error",
        504 => "timeout_error",
        400..500 => "invalid_request_error",
        _ => "api_error",
    }
}

/// Whether bytes are an error that clients of both forms understand: an object with an object `error` in it; Anthropic's
/// say `"type":"error"` beside.
pub fn is_error_body(bytes: &[u8], form: ErrorForm) -> bool {
    let Ok(mut json) = Json::new(bytes) else {
        return false;
    };
    let mut found = false;
    let mut says_so = form != ErrorForm::Anthropic;
    let read = json.object(|json, key| {
        match key.decode().as_ref() {
            "error" => found |= json.kind()? == Kind::Object,
            "type" if json.kind()? == Kind::String => {
                says_so |= json.clone().string()?.decode() == "error";
            }
            _ => {}
        }
        json.skip().map(drop)
    });
    read.is_ok() && json.end().is_ok() && found && says_so
}

/// Whether an event is an error that clients of this form understand.
pub fn is_error_event(event: &Event, form: ErrorForm) -> bool {
    let named = match form {
        ErrorForm::OpenAi => true,
        ErrorForm::Anthropic => event.name == b"error",
        // Both its events of an error are the provider's word to clients that know them.
        ErrorForm::Responses => return event.closed,
    };
    named
        && event.closed
        && event
            .data
            .as_deref()
            .is_some_and(|data| is_error_body(data, form))
}
