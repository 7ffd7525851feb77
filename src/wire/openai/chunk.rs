//! One chunk of a stream.

use super::super::json::{Json, JsonError, Kind};
use super::super::signals::Signals;
use super::choice;
use super::error::{self, ErrorFields};
use super::usage;

/// Whether an event's data is the end of a stream.
pub fn is_done(data: &[u8]) -> bool {
    data.trim_ascii() == b"[DONE]"
}

/// Reads an event's data.
///
/// # Errors
/// The data is no JSON.
pub fn read_chunk(data: &[u8]) -> Result<Signals, JsonError> {
    let mut json = Json::new(data)?;
    let mut chunk = Signals::default();
    let mut no_choices = false;
    if json.kind()? != Kind::Object {
        json.skip()?;
        json.end()?;
        return Ok(chunk);
    }
    json.object(|json, key| {
        match key.decode().as_ref() {
            "choices" => {
                let choices = choice::read(json)?;
                no_choices = choices.empty;
                chunk.content |= choices.content;
                chunk.finished |= choices.finished;
                chunk.filtered |= choices.filtered;
            }
            "usage" => chunk.usage = usage::read(json)?.or(chunk.usage),
            // Groq's place for them, at the end of every stream.
            "x_groq" if json.kind()? == Kind::Object => json.object(|json, key| {
                match key.decode().as_ref() {
                    "usage" => chunk.usage = chunk.usage.or(usage::read(json)?),
                    _ => _ = json.skip()?,
                }
                Ok::<(), JsonError>(())
            })?,
            "error" => chunk.error = error::read_error(json)?,
            "object" if json.kind()? == Kind::String => {
                if json.string()?.decode() == "error" {
                    chunk.error = chunk.error.take().or(Some(ErrorFields::default()));
                }
            }
            _ => {
                json.skip()?;
            }
        }
        Ok::<(), JsonError>(())
    })?;
    json.end()?;
    chunk.counts_alone = no_choices && chunk.usage.is_some();
    if chunk.error == Some(ErrorFields::default()) {
        chunk.error = Some(ErrorFields::read(data));
    }
    Ok(chunk)
}
