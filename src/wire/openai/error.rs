//! What an error says of itself, in the shapes that servers of this protocol use.

use super::super::json::{Json, JsonError, Kind};

/// Longest text of an error that is read.
const MAX_TEXT_BYTES: usize = 4096;

/// The parts of an error that tell its class; empty where they are not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorFields {
    /// `code`, a number as its digits.
    pub code: String,
    /// `type`.
    pub kind: String,
    /// `code` of an inner error, as Azure has it, or the `reason` among Gemini's `details`.
    pub inner_code: String,
    /// The wait that Gemini asks for among its `details`, such as `34s`.
    pub retry_delay: String,
    /// The text for people.
    pub message: String,
}

impl ErrorFields {
    /// Reads the body of an error: `{"error": {…}}`, `{"error": "…"}`, the fields at the top, or `{"detail": "…"}`.
    /// What is no JSON is taken as the text.
    pub fn read(body: &[u8]) -> Self {
        read_body(body).unwrap_or_else(|_| ErrorFields {
            message: cut(&String::from_utf8_lossy(
                body.get(..MAX_TEXT_BYTES).unwrap_or(body),
            )),
            ..ErrorFields::default()
        })
    }

    /// The number in `code` where it is an HTTP status of an error.
    pub fn status(&self) -> Option<u16> {
        self.code
            .parse()
            .ok()
            .filter(|status| (400..600).contains(status))
    }

    fn or(self, other: ErrorFields) -> Self {
        if self == ErrorFields::default() {
            other
        } else {
            self
        }
    }
}

fn read_body(body: &[u8]) -> Result<ErrorFields, JsonError> {
    let mut json = Json::new(body)?;
    let mut inner = ErrorFields::default();
    let mut top = ErrorFields::default();
    json.object(|json, key| {
        match key.decode().as_ref() {
            "error" => inner = read_error(json)?.unwrap_or_default(),
            name => field(json, name, &mut top)?,
        }
        Ok::<(), JsonError>(())
    })?;
    Ok(inner.or(top))
}

/// Reads the value of `error`; `None` where it is `null`, `false` or empty.
pub(in crate::wire) fn read_error(json: &mut Json<'_>) -> Result<Option<ErrorFields>, JsonError> {
    let mut fields = ErrorFields::default();
    let mut entries = 0;
    match json.kind()? {
        Kind::Object => json.object(|json, key| {
            entries += 1;
            field(json, &key.decode(), &mut fields)
        })?,
        Kind::String => {
            fields.message = text(json)?;
            entries = fields.message.len();
        }
        _ => {
            json.skip()?;
        }
    }
    Ok((entries > 0).then_some(fields))
}

fn field(json: &mut Json<'_>, name: &str, fields: &mut ErrorFields) -> Result<(), JsonError> {
    let slot = match name {
        "code" => &mut fields.code,
        "type" => &mut fields.kind,
        "message" | "detail" => &mut fields.message,
        "innererror" if json.kind()? == Kind::Object => {
            return json.object(|json, key| {
                if key.decode() == "code" {
                    fields.inner_code = text(json)?;
                    return Ok(());
                }
                json.skip().map(drop)
            });
        }
        "details" if json.kind()? == Kind::Array => return json.array(|json, _| detail(json, fields)),
        _ => return json.skip().map(drop),
    };
    *slot = text(json)?;
    Ok(())
}

/// One of Gemini's details.
fn detail(json: &mut Json<'_>, fields: &mut ErrorFields) -> Result<(), JsonError> {
    if json.kind()? != Kind::Object {
        return json.skip().map(drop);
    }
    json.object(|json, key| {
        let slot = match key.decode().as_ref() {
            "reason" => &mut fields.inner_code,
            "retryDelay" => &mut fields.retry_delay,
            _ => return json.skip().map(drop),
        };
        *slot = text(json)?;
        Ok(())
    })
}

/// A string or a number as text; anything else is empty.
fn text(json: &mut Json<'_>) -> Result<String, JsonError> {
    match json.kind()? {
        Kind::String => Ok(cut(&json.string()?.decode())),
        Kind::Number => Ok(cut(json.number()?)),
        _ => {
            json.skip()?;
            Ok(String::new())
        }
    }
}

fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(MAX_TEXT_BYTES);
    text.get(..end).unwrap_or_default().to_owned()
}
