//! A whole answer of status 2xx.

use super::super::answer::{Whole, WholeAnswer};
use super::super::json::{Json, JsonError, Kind};
use super::super::openai::{ErrorFields, Usage, read_error};
use super::usage::Counts;

/// Reads a whole message.
pub(in crate::wire) fn read_answer(body: &[u8]) -> Result<Whole, JsonError> {
    let mut counts = Counts::default();
    let read = read(body, |json, key, answer| {
        match key {
            "content" if json.kind()? == Kind::Array => json.array(|json, _| {
                answer.content |= block_says_something(json)?;
                Ok::<(), JsonError>(())
            })?,
            "stop_reason" if json.kind()? == Kind::String => {
                answer.filtered = json.string()?.decode() == "refusal";
            }
            "usage" => counts.read(json)?,
            _ => {
                json.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(match read {
        Whole::Answer(answer) => Whole::Answer(WholeAnswer {
            usage: counts.usage(),
            ..answer
        }),
        other => other,
    })
}

/// Reads a count of tokens. Counting is not charged: its usage is nothing.
pub(in crate::wire) fn read_count(body: &[u8]) -> Result<Whole, JsonError> {
    read(body, |json, key, answer| {
        if key == "input_tokens" && json.kind()? == Kind::Number {
            answer.content = true;
            answer.usage = Some(Usage::default());
        }
        json.skip().map(drop)
    })
}

fn read(
    body: &[u8],
    mut entry: impl FnMut(&mut Json<'_>, &str, &mut WholeAnswer) -> Result<(), JsonError>,
) -> Result<Whole, JsonError> {
    let mut json = Json::new(body)?;
    if json.kind()? != Kind::Object {
        return Ok(Whole::NotJson);
    }
    let mut answer = WholeAnswer::default();
    let mut error = None;
    json.object(|json, key| match key.decode().as_ref() {
        "error" => {
            error = read_error(json)?.or(error.take());
            Ok(())
        }
        // As servers of other protocols have it.
        "object" if json.kind()? == Kind::String => {
            if json.string()?.decode() == "error" {
                error = error.take().or_else(|| Some(ErrorFields::read(body)));
            }
            Ok(())
        }
        key => entry(json, key, &mut answer),
    })?;
    json.end()?;
    Ok(error.map_or(Whole::Answer(answer), Whole::Error))
}

/// Whether a block is more than empty text.
pub(super) fn block_says_something(json: &mut Json<'_>) -> Result<bool, JsonError> {
    if json.kind()? != Kind::Object {
        json.skip()?;
        return Ok(false);
    }
    let mut is_text = false;
    let mut says = false;
    json.object(|json, key| {
        match key.decode().as_ref() {
            "type" if json.kind()? == Kind::String => {
                is_text = matches!(json.string()?.decode().as_ref(), "text" | "thinking");
            }
            "text" | "thinking" if json.kind()? == Kind::String => says |= !json.string()?.is_empty(),
            _ => {
                json.skip()?;
            }
        }
        Ok::<(), JsonError>(())
    })?;
    Ok(says || !is_text)
}
