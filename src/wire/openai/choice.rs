//! The choices of an answer or of a chunk: whether they say something, and whether they have ended.

use super::super::json::{Json, JsonError, Kind};

/// The fields of a message or delta that say something. A role alone says nothing.
const CONTENT_FIELDS: [&str; 10] = [
    "content",
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "thinking",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
    "images",
];

/// Choices of a higher index are counted as this one.
const LAST_INDEX: u64 = 63;

/// What choices say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Choices {
    /// Whether any has text, a tool call, reasoning or a refusal.
    pub content: bool,
    /// Which have ended: a bit for each index.
    pub finished: u64,
    /// Whether one was ended by the provider's content filter.
    pub filtered: bool,
    /// Whether the list is there and holds none.
    pub empty: bool,
}

/// Reads a list of choices; anything else says nothing.
pub(super) fn read(json: &mut Json<'_>) -> Result<Choices, JsonError> {
    let mut choices = Choices::default();
    if json.kind()? != Kind::Array {
        json.skip()?;
        return Ok(choices);
    }
    choices.empty = true;
    json.array(|json, position| {
        choices.empty = false;
        choice(json, position, &mut choices)
    })?;
    Ok(choices)
}

fn choice(json: &mut Json<'_>, position: usize, choices: &mut Choices) -> Result<(), JsonError> {
    if json.kind()? != Kind::Object {
        json.skip()?;
        return Ok(());
    }
    let mut index = position as u64;
    let mut ended = false;
    json.object(|json, key| {
        match key.decode().as_ref() {
            "index" if json.kind()? == Kind::Number => {
                index = json.number()?.parse().unwrap_or(index);
            }
            "delta" | "message" => choices.content |= message(json)?,
            "text" => choices.content |= says_something(json)?,
            "finish_reason" if json.kind()? == Kind::String => {
                ended = true;
                choices.filtered |= json.string()?.decode() == "content_filter";
            }
            _ => {
                json.skip()?;
            }
        }
        Ok::<(), JsonError>(())
    })?;
    choices.finished |= u64::from(ended) << index.min(LAST_INDEX);
    Ok(())
}

fn message(json: &mut Json<'_>) -> Result<bool, JsonError> {
    if json.kind()? != Kind::Object {
        json.skip()?;
        return Ok(false);
    }
    let mut content = false;
    json.object(|json, key| {
        if CONTENT_FIELDS.contains(&key.decode().as_ref()) {
            content |= says_something(json)?;
        } else {
            json.skip()?;
        }
        Ok::<(), JsonError>(())
    })?;
    Ok(content)
}

/// Whether a value is text, a list or an object, and not empty.
fn says_something(json: &mut Json<'_>) -> Result<bool, JsonError> {
    let kind = json.kind()?;
    let mut entries = 0;
    match kind {
        Kind::String => return Ok(!json.string()?.is_empty()),
        Kind::Array => json.array(|json, _| {
            entries += 1;
            json.skip().map(drop)
        })?,
        Kind::Object => json.object(|json, _| {
            entries += 1;
            json.skip().map(drop)
        })?,
        _ => {
            json.skip()?;
        }
    }
    Ok(entries > 0)
}
