//! A whole answer of status 2xx.

use super::super::json::{Json, JsonError, JsonFault, Kind};
use super::choice;
use super::error::{self, ErrorFields};
use super::usage::{self, Usage};

/// What a whole answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whole {
    /// A JSON object without an error.
    Answer(WholeAnswer),
    /// An error with a status of success.
    Error(ErrorFields),
    /// JSON that ends before its end, or nothing at all.
    Cut,
    /// Something else.
    NotJson,
}

/// What a whole answer says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WholeAnswer {
    /// Whether it has text, a tool call, reasoning or a refusal.
    pub content: bool,
    /// Whether a choice was ended by the provider's content filter.
    pub filtered: bool,
    /// Token counts.
    pub usage: Option<Usage>,
}

/// Reads a whole answer.
pub fn read_answer(body: &[u8]) -> Whole {
    match read(body) {
        Ok(whole) => whole,
        Err(error) if error.fault == JsonFault::Ends => Whole::Cut,
        Err(_) => Whole::NotJson,
    }
}

fn read(body: &[u8]) -> Result<Whole, JsonError> {
    let mut json = Json::new(body)?;
    if json.kind()? != Kind::Object {
        return Ok(Whole::NotJson);
    }
    let mut answer = WholeAnswer::default();
    let mut error = None;
    json.object(|json, key| {
        match key.decode().as_ref() {
            "choices" => {
                let choices = choice::read(json)?;
                answer.content |= choices.content;
                answer.filtered |= choices.filtered;
            }
            "usage" => answer.usage = usage::read(json)?,
            "error" => error = error::read_error(json)?,
            _ => {
                json.skip()?;
            }
        }
        Ok::<(), JsonError>(())
    })?;
    json.end()?;
    Ok(error.map_or(Whole::Answer(answer), Whole::Error))
}
