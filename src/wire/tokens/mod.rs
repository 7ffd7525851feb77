//! An estimate of input tokens without a tokeniser: every pair of neighbouring bytes weighs something, by their classes.
//!
//! The estimate is linear in the text and looks at each byte once. `docs/language.md` says how far it is from what
//! `o200k_base` and `cl100k_base` count; `tests/it/estimates.rs` holds it to that. Chat templates and the provider's
//! way to write down tools are not counted. An image counts [`IMAGE_TOKENS`], whatever its size.

mod weights;

use super::json::Text;
use weights::{CLASS_OF, START, TOKEN, WEIGHTS, place};

/// Tokens that one image counts: what a square image of 1,024 pixels costs at high detail with OpenAI's models.
pub const IMAGE_TOKENS: u64 = 765;

/// Tokens around one message: its role and delimiters.
pub const MESSAGE_TOKENS: u64 = 4;

/// Tokens that begin the answer.
pub const PRIMER_TOKENS: u64 = 3;

/// What an estimate is made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextStatistics {
    /// Whether text is weighed at all.
    weighs_text: bool,
    /// What the text weighs, in 1,024ths of a token.
    weight: u64,
    /// Tokens that are given as such, by their numbers.
    pub given: u64,
    /// Messages.
    pub messages: u64,
    /// Images.
    pub images: u64,
}

impl TextStatistics {
    /// Nothing yet; text is looked at only where `weighs_text` asks for it.
    pub fn new(weighs_text: bool) -> Self {
        TextStatistics {
            weighs_text,
            ..TextStatistics::default()
        }
    }

    /// Whether text is weighed.
    pub fn weighs_text(&self) -> bool {
        self.weighs_text
    }

    /// Weighs one more text.
    pub fn add(&mut self, text: &str) {
        if self.weighs_text {
            self.weight += weigh_alone(text);
        }
    }

    /// Weighs one more string of JSON, escapes decoded.
    pub fn add_escaped(&mut self, text: &Text<'_>) {
        if !self.weighs_text {
            return;
        }
        if !text.escaped {
            return self.add(text.raw);
        }
        let mut before = START;
        text.pieces(|piece| self.weight += weigh(piece, &mut before));
    }
}

fn weigh_alone(text: &str) -> u64 {
    let mut before = START;
    weigh(text, &mut before)
}

/// What a text weighs behind a byte of this class, which becomes that of its last byte.
fn weigh(text: &str, before: &mut u8) -> u64 {
    let mut weight = 0;
    for byte in text.bytes() {
        let class = CLASS_OF[usize::from(byte)];
        weight += u64::from(WEIGHTS[place(*before, class)]);
        *before = class;
    }
    weight
}

/// The estimated number of input tokens.
pub fn estimate(text: &TextStatistics) -> u64 {
    text.weight
        .div_ceil(TOKEN)
        .saturating_add(text.given)
        .saturating_add(text.messages.saturating_mul(MESSAGE_TOKENS))
        .saturating_add(text.images.saturating_mul(IMAGE_TOKENS))
        .saturating_add(PRIMER_TOKENS)
}

/// The estimated number of tokens of a text alone.
pub fn estimate_text(text: &str) -> u64 {
    weigh_alone(text).div_ceil(TOKEN)
}
