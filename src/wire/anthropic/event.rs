//! One event of a stream of messages.

use super::super::json::{Json, JsonError, Kind};
use super::super::openai::{ErrorFields, read_error};
use super::super::signals::Signals;
use super::answer::block_says_something;
use super::usage::Counts;

/// The fields of a delta that say something.
const CONTENT_FIELDS: [&str; 5] = ["text", "thinking", "partial_json", "signature", "citation"];

/// What an event holds, its type read where it stands.
#[derive(Default)]
struct Found {
    kind: String,
    /// Whether its block or delta says something.
    says: bool,
    stop: Option<String>,
    error: Option<ErrorFields>,
    /// Whether it says that it is an error.
    is_error: bool,
}

/// Reads an event's data. `message_start` and `ping` are no content; a block that begins is, unless it is empty text.
pub(in crate::wire) fn read_event(data: &[u8], counts: &mut Counts) -> Result<Signals, JsonError> {
    let mut json = Json::new(data)?;
    if json.kind()? != Kind::Object {
        json.skip()?;
        json.end()?;
        return Ok(Signals::default());
    }
    let mut found = Found::default();
    json.object(|json, key| entry(json, &key.decode(), &mut found, counts))?;
    json.end()?;
    let stopped = found.kind == "message_delta" && found.stop.is_some();
    let is_error = found.is_error || found.kind == "error";
    Ok(Signals {
        content: found.says && matches!(found.kind.as_str(), "content_block_start" | "content_block_delta"),
        finished: u64::from(stopped),
        filtered: stopped && found.stop.as_deref() == Some("refusal"),
        usage: counts.usage(),
        counts_alone: false,
        error: found.error.or_else(|| is_error.then(|| ErrorFields::read(data))),
        done: found.kind == "message_stop",
    })
}

fn entry(json: &mut Json<'_>, key: &str, found: &mut Found, counts: &mut Counts) -> Result<(), JsonError> {
    match key {
        "type" if json.kind()? == Kind::String => found.kind = json.string()?.decode().into_owned(),
        "message" if json.kind()? == Kind::Object => {
            json.object(|json, key| match key.decode().as_ref() {
                "usage" => counts.read(json),
                _ => json.skip().map(drop),
            })?
        }
        "usage" => counts.read(json)?,
        "content_block" => found.says |= block_says_something(json)?,
        "delta" if json.kind()? == Kind::Object => {
            json.object(|json, key| delta(json, &key.decode(), found))?;
        }
        "error" => found.error = read_error(json)?,
        // As servers of other protocols have it.
        "object" if json.kind()? == Kind::String => found.is_error |= json.string()?.decode() == "error",
        _ => {
            json.skip()?;
        }
    }
    Ok(())
}

fn delta(json: &mut Json<'_>, key: &str, found: &mut Found) -> Result<(), JsonError> {
    match (key, json.kind()?) {
        ("stop_reason", Kind::String) => found.stop = Some(json.string()?.decode().into_owned()),
        (key, Kind::String) if CONTENT_FIELDS.contains(&key) => found.says |= !json.string()?.is_empty(),
        (key, Kind::Object) if CONTENT_FIELDS.contains(&key) => {
            json.skip()?;
            found.says = true;
        }
        _ => {
            json.skip()?;
        }
    }
    Ok(())
}
