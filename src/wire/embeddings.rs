//! OpenAI's embeddings: what a router reads of a whole answer.

use super::answer::{Whole, WholeAnswer};
use super::json::{Json, JsonError, Kind};
use super::openai::{ErrorFields, read_error, read_usage};

/// Reads a whole answer: it has content where its list of vectors is not empty.
pub(super) fn read_answer(body: &[u8]) -> Result<Whole, JsonError> {
    let mut json = Json::new(body)?;
    if json.kind()? != Kind::Object {
        return Ok(Whole::NotJson);
    }
    let mut answer = WholeAnswer::default();
    let mut error = None;
    json.object(|json, key| {
        match key.decode().as_ref() {
            "data" if json.kind()? == Kind::Array => json.array(|json, _| {
                answer.content = true;
                json.skip().map(drop)
            })?,
            "usage" => answer.usage = read_usage(json)?,
            "error" => error = read_error(json)?.or(error.take()),
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
