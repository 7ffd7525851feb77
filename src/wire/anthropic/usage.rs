//! Tokens as Anthropic counts them: cached ones beside the input, and those of a stream in several events.

use super::super::json::{Json, JsonError, Kind};
use super::super::openai::Usage;

/// The counts up to now. Later ones take the place of earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::wire) struct Counts {
    input: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    output: Option<u64>,
}

impl Counts {
    /// Takes in a `usage` object; anything else counts nothing.
    pub(super) fn read(&mut self, json: &mut Json<'_>) -> Result<(), JsonError> {
        if json.kind()? != Kind::Object {
            return json.skip().map(drop);
        }
        json.object(|json, key| {
            let slot = match key.decode().as_ref() {
                "input_tokens" => &mut self.input,
                "cache_read_input_tokens" => &mut self.cache_read,
                "cache_creation_input_tokens" => &mut self.cache_write,
                "output_tokens" => &mut self.output,
                _ => return json.skip().map(drop),
            };
            if json.kind()? == Kind::Number {
                *slot = json.number()?.parse().ok().or(*slot);
                return Ok(());
            }
            json.skip().map(drop)
        })
    }

    /// The counts of the answer; `None` while the input is not known.
    pub(super) fn usage(&self) -> Option<Usage> {
        let cached = self.cache_read.unwrap_or(0);
        let written = self.cache_write.unwrap_or(0);
        Some(Usage {
            input: self.input?.saturating_add(cached).saturating_add(written),
            cached,
            cache_written: written,
            output: self.output.unwrap_or(0),
        })
    }
}
