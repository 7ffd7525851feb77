//! The leading blocks of a prompt: what providers keep in their prompt caches from one request to the next.

use super::endpoint::Endpoint;
use super::json::{Json, JsonError, Kind};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Most bytes of the leading blocks that count: about 4,000 tokens.
const MAX_PREFIX_BYTES: usize = 16 * 1024;

/// Keys of a body that hold leading blocks, in the order in which providers lay them before the dialogue.
const LEADING: [&str; 3] = ["tools", "system", "instructions"];

/// A hash of a request's leading blocks: the definitions of its tools, what stands above the dialogue, and the dialogue up
/// to the first message of the user, cut at 16 KiB. It stays the same from turn to turn of one dialogue. `None` where there
/// are none, or the body is no JSON.
pub fn leading_blocks(endpoint: Endpoint, body: &[u8]) -> Option<[u8; 32]> {
    let blocks = blocks(endpoint, body).ok()?;
    let (mut hash, mut left) = (Sha256::new(), MAX_PREFIX_BYTES);
    for block in blocks.into_iter().flatten() {
        let bytes = body.get(block).unwrap_or_default();
        let bytes = bytes.get(..left).unwrap_or(bytes);
        hash.update(bytes);
        hash.update([0]);
        left -= bytes.len();
    }
    (left < MAX_PREFIX_BYTES).then(|| hash.finalize().into())
}

/// Where the blocks stand in the body.
fn blocks(endpoint: Endpoint, body: &[u8]) -> Result<[Option<Range<usize>>; 4], JsonError> {
    let mut blocks = [const { None }; 4];
    let dialogue = match endpoint {
        Endpoint::Responses | Endpoint::Embeddings => "input",
        _ => "messages",
    };
    Json::new(body)?.object(|json, key| {
        let key = key.decode();
        let is_dialogue = key == dialogue;
        let leading = LEADING.iter().position(|leading| key == *leading);
        let place = leading.or(is_dialogue.then_some(LEADING.len()));
        let span = match is_dialogue {
            true => first_turn(json)?,
            false => json.skip()?,
        };
        if let Some(block) = place.and_then(|place| blocks.get_mut(place)) {
            *block = Some(span);
        }
        Ok::<(), JsonError>(())
    })?;
    Ok(blocks)
}

/// A dialogue up to the first message of the user; a text is all of it.
fn first_turn(json: &mut Json<'_>) -> Result<Range<usize>, JsonError> {
    let start = json.position();
    if json.kind()? != Kind::Array {
        return json.skip();
    }
    let mut end = None;
    json.array(|json, _| {
        let (span, is_user) = message(json)?;
        if is_user {
            end.get_or_insert(span.end);
        }
        Ok::<(), JsonError>(())
    })?;
    let all = json.position();
    Ok(start..end.unwrap_or(all))
}

/// Where a message stands, and whether it is of the user.
fn message(json: &mut Json<'_>) -> Result<(Range<usize>, bool), JsonError> {
    let start = json.position();
    if json.kind()? != Kind::Object {
        return Ok((json.skip()?, false));
    }
    let mut is_user = false;
    json.object(|json, key| {
        if key.decode().as_ref() == "role" && json.kind()? == Kind::String {
            is_user = json.string()?.decode() == "user";
        } else {
            json.skip()?;
        }
        Ok::<(), JsonError>(())
    })?;
    Ok((start..json.position(), is_user))
}
