//! Tokens as the provider counted them.

use super::super::json::{Json, JsonError, Kind};

/// Token counts of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input: u64,
    /// Prompt tokens that were read from the provider's cache.
    pub cached: u64,
    /// Prompt tokens that were written to the provider's cache.
    pub cache_written: u64,
    /// Completion tokens.
    pub output: u64,
}

/// Reads a `usage` object; `None` where it is none, or does not count prompt tokens.
pub(in crate::wire) fn read(json: &mut Json<'_>) -> Result<Option<Usage>, JsonError> {
    if json.kind()? != Kind::Object {
        json.skip()?;
        return Ok(None);
    }
    let mut usage = Usage::default();
    let mut counted = false;
    json.object(|json, key| {
        match key.decode().as_ref() {
            "prompt_tokens" => {
                let input = number(json)?;
                counted |= input.is_some();
                usage.input = input.unwrap_or(0);
            }
            "completion_tokens" => usage.output = number(json)?.unwrap_or(0),
            "prompt_tokens_details" => usage.cached = details(json)?.unwrap_or(usage.cached),
            "prompt_cache_hit_tokens" => usage.cached = number(json)?.unwrap_or(usage.cached),
            _ => {
                json.skip()?;
            }
        }
        Ok::<(), JsonError>(())
    })?;
    usage.cached = usage.cached.min(usage.input);
    Ok(counted.then_some(usage))
}

fn details(json: &mut Json<'_>) -> Result<Option<u64>, JsonError> {
    if json.kind()? != Kind::Object {
        json.skip()?;
        return Ok(None);
    }
    let mut cached = None;
    json.object(|json, key| {
        if key.decode() == "cached_tokens" {
            cached = number(json)?;
        } else {
            json.skip()?;
        }
        Ok::<(), JsonError>(())
    })?;
    Ok(cached)
}

/// A whole number; `None` for anything else.
fn number(json: &mut Json<'_>) -> Result<Option<u64>, JsonError> {
    if json.kind()? != Kind::Number {
        json.skip()?;
        return Ok(None);
    }
    Ok(json.number()?.parse().ok())
}
