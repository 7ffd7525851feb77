//! A whole answer of status 2xx.

use super::super::answer::{Whole, WholeAnswer};
use super::super::json::{Json, JsonError, Kind};
use super::error::ErrorFields;
use super::{choice, error, usage};

/// Reads a whole answer.
pub(in crate::wire) fn read_answer(body: &[u8]) -> Result<Whole, JsonError> {
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
            "error" => error = error::read_error(json)?.or(error.take()),
            "object" if json.kind()? == Kind::String => {
                if json.string()?.decode() == "error" {
                    error = error.take().or_else(|| Some(ErrorFields::read(body)));
                }
            }
            _ => {
                json.skip()?;
            }
        }
        Ok::<(), JsonError>(())
    })?;
    json.end()?;
    Ok(error.map_or(Whole::Answer(answer), Whole::Error))
}
