//! The leading blocks of a prompt: what providers keep in their prompt caches from one request to the next.

use super::endpoint::Endpoint;
use super::json::{Json, JsonError, Kind};
use sha2::{Digest, Sha256};

/// What the user says counts in whole blocks of so many bytes, so that requests which part ways behind a long beginning stay
/// together. Where less stands above it, a short question counts whole.
const BLOCK_BYTES: usize = 256;

/// Most bytes of the leading blocks that count: about 1,000 tokens, the least that providers keep.
const MAX_PREFIX_BYTES: usize = 4 * 1024;

/// Keys of a body that hold leading blocks, in the order in which providers lay them before the dialogue.
const LEADING: [&str; 3] = ["tools", "system", "instructions"];

/// Members that say nothing to the model: marks of what is to be cached move from turn to turn.
const SILENT: [&str; 2] = ["cache_control", "type"];

/// A hash of a request's leading blocks: of the texts in the definitions of its tools, in what stands above the dialogue,
/// and in the dialogue up to the first message of the user. It stays the same from turn to turn of one dialogue. `None`
/// where there are none, or the body is no JSON.
pub fn leading_blocks(endpoint: Endpoint, body: &[u8]) -> Option<[u8; 32]> {
    let Texts { leading, said } = texts(endpoint, body).ok()?;
    let above = leading.concat();
    let whole_blocks = |bytes: usize| bytes / BLOCK_BYTES * BLOCK_BYTES;
    let counted = match above.len() {
        0..BLOCK_BYTES if above.len() + said.len() < BLOCK_BYTES => above.len() + said.len(),
        0..BLOCK_BYTES => whole_blocks(above.len() + said.len()),
        _ => above.len() + whole_blocks(said.len()),
    };
    let texts = [above, said].concat();
    let counted = texts.get(..counted.min(MAX_PREFIX_BYTES));
    let counted = counted.filter(|counted| !counted.is_empty())?;
    Some(Sha256::digest(counted).into())
}

/// The texts of a prompt's beginning.
#[derive(Default)]
struct Texts {
    /// Those above what the user says, in the order in which providers lay them.
    leading: [Vec<u8>; 4],
    /// What the user says first.
    said: Vec<u8>,
}

fn texts(endpoint: Endpoint, body: &[u8]) -> Result<Texts, JsonError> {
    let mut texts = Texts::default();
    let dialogue = match endpoint {
        Endpoint::Responses | Endpoint::Embeddings => "input",
        _ => "messages",
    };
    Json::new(body)?.object(|json, key| {
        let key = key.decode();
        if key == dialogue {
            return texts.first_turn(json);
        }
        let place = LEADING.iter().position(|leading| key == *leading);
        match place.and_then(|place| texts.leading.get_mut(place)) {
            Some(texts) => collect(json, texts),
            None => json.skip().map(drop),
        }
    })?;
    Ok(texts)
}

impl Texts {
    /// Takes in a dialogue up to the first message of the user; a text is one.
    fn first_turn(&mut self, json: &mut Json<'_>) -> Result<(), JsonError> {
        if json.kind()? != Kind::Array {
            return collect(json, &mut self.said);
        }
        let [.., above] = &mut self.leading;
        json.array(|json, _| {
            if !self.said.is_empty() {
                return json.skip().map(drop);
            }
            let (texts, is_user) = message(json)?;
            match is_user {
                true => self.said = texts,
                false => above.extend(texts),
            }
            Ok(())
        })
    }
}

/// The texts of a message, and whether it is of the user.
fn message(json: &mut Json<'_>) -> Result<(Vec<u8>, bool), JsonError> {
    let (mut texts, mut is_user) = (Vec::new(), false);
    if json.kind()? != Kind::Object {
        return collect(json, &mut texts).map(|()| (texts, false));
    }
    json.object(|json, key| {
        let key = key.decode();
        if key != "role" || json.kind()? != Kind::String {
            return member(json, &key, &mut texts);
        }
        let role = json.string()?;
        is_user = role.decode() == "user";
        add(role.raw, &mut texts);
        Ok(())
    })?;
    Ok((texts, is_user))
}

/// The texts of a value.
fn collect(json: &mut Json<'_>, texts: &mut Vec<u8>) -> Result<(), JsonError> {
    match json.kind()? {
        Kind::String => {
            add(json.string()?.raw, texts);
            Ok(())
        }
        Kind::Array => json.array(|json, _| collect(json, texts)),
        Kind::Object => json.object(|json, key| member(json, &key.decode(), texts)),
        _ => json.skip().map(drop),
    }
}

fn member(json: &mut Json<'_>, key: &str, texts: &mut Vec<u8>) -> Result<(), JsonError> {
    match SILENT.contains(&key) {
        true => json.skip().map(drop),
        false => collect(json, texts),
    }
}

/// Adds a text as it is written, and its end, as far as there is room.
fn add(text: &str, texts: &mut Vec<u8>) {
    let room = MAX_PREFIX_BYTES.saturating_sub(texts.len());
    texts.extend(text.bytes().chain([0]).take(room));
}
