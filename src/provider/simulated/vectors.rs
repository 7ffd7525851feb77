//! Simulated embeddings: a vector of length 1 for each text, the same for the same model and text.

use super::super::backend::UpstreamRequest;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Dimensions where the request asks for no number of them.
const DIMENSIONS: usize = 64;

/// Most dimensions of a simulated vector.
const MAX_DIMENSIONS: usize = 4096;

/// Most vectors of one answer, as OpenAI has it.
const MAX_VECTORS: usize = 2048;

/// The keys of a body that change the answer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    input: Value,
    dimensions: Option<usize>,
    encoding_format: Option<String>,
}

/// The answer of a simulated provider; `empty` leaves the vectors out.
pub(super) fn answer(request: &UpstreamRequest, empty: bool) -> Value {
    let asked: Asked = serde_json::from_slice(&request.body.to_bytes()).unwrap_or_default();
    let dimensions = asked.dimensions.unwrap_or(DIMENSIONS).clamp(1, MAX_DIMENSIONS);
    let as_base64 = asked.encoding_format.as_deref() == Some("base64");
    let data: Vec<Value> = inputs(&asked.input)
        .into_iter()
        .take(if empty { 0 } else { MAX_VECTORS })
        .enumerate()
        .map(|(index, input)| {
            let vector = vector(&request.model, input, dimensions);
            let embedding = match as_base64 {
                true => json!(base64(&vector)),
                false => json!(vector),
            };
            json!({ "object": "embedding", "index": index, "embedding": embedding })
        })
        .collect();
    json!({
        "object": "list",
        "data": data,
        "model": request.model,
        "usage": { "prompt_tokens": request.tokens, "total_tokens": request.tokens },
    })
}

/// What gets a vector each: a text, or tokens by their numbers, or each of a list of these.
fn inputs(input: &Value) -> Vec<&Value> {
    match input {
        Value::Array(items) if !items.iter().all(Value::is_number) => items.iter().collect(),
        one => vec![one],
    }
}

fn vector(model: &str, input: &Value, dimensions: usize) -> Vec<f32> {
    let digest = Sha256::digest(format!("{model}\0{input}"));
    let seed = digest
        .iter()
        .take(8)
        .fold(0, |seed, byte| seed << 8 | u64::from(*byte));
    let mut random = fastrand::Rng::with_seed(seed);
    let raw: Vec<f32> = (0..dimensions).map(|_| random.f32() - 0.5).collect();
    let length = raw
        .iter()
        .map(|part| part * part)
        .sum::<f32>()
        .sqrt()
        .max(f32::MIN_POSITIVE);
    raw.into_iter().map(|part| part / length).collect()
}

/// The parts as little-endian bytes in base64, as official clients ask for them.
fn base64(vector: &[f32]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = vector.iter().flat_map(|part| part.to_le_bytes()).collect();
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| {
            bits << 8 | u32::from(group.get(at).copied().unwrap_or(0))
        });
        for position in 0..4 {
            let digit = DIGITS
                .get((bits >> (18 - 6 * position) & 63) as usize)
                .copied()
                .unwrap_or(b'=');
            text.push(if position > group.len() {
                '='
            } else {
                char::from(digit)
            });
        }
    }
    text
}
