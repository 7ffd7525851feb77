//! An estimate of input tokens without a tokeniser: every pair of neighbouring bytes weighs something, by their classes.
//!
//! The estimate is linear in the text and looks at each byte once. `docs/language.md` says how far it is from what
//! `o200k_base` and `cl100k_base` count; `tests/it/estimates.rs` holds it to that. Chat templates and the provider's
//! way to write down tools are not counted, here or where a tokeniser counts the text. An image counts [`IMAGE_TOKENS`], whatever its size.

mod weights;

use super::json::Text;
use weights::{PAIRS, TOKEN, first};

/// Tokens that one image counts: what a square image of 1,024 pixels costs at high detail with OpenAI's models.
pub const IMAGE_TOKENS: u64 = 765;

/// Tokens around one message: its role and delimiters.
pub const MESSAGE_TOKENS: u64 = 4;

/// Tokens that begin the answer.
pub const PRIMER_TOKENS: u64 = 3;

/// What counts the tokens of texts.
#[derive(Clone, Copy, Debug, Default)]
pub enum Counter {
    /// Nobody: texts are not looked at.
    #[default]
    None,
    /// The estimate.
    Estimate,
    /// A tokeniser, handed in: `wire` has none of its own.
    Exact(fn(&str) -> u64),
}

impl PartialEq for Counter {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Counter::Exact(one), Counter::Exact(other)) => std::ptr::fn_addr_eq(*one, *other),
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        }
    }
}

impl Eq for Counter {}

/// What a number of input tokens is made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextStatistics {
    /// What counts the text.
    counter: Counter,
    /// What the text weighs, in 1,024ths of a token.
    weight: u64,
    /// Tokens that are given as such, by their numbers, or were counted.
    pub given: u64,
    /// Messages.
    pub messages: u64,
    /// Images.
    pub images: u64,
}

impl TextStatistics {
    /// Nothing yet.
    pub fn new(counter: Counter) -> Self {
        TextStatistics {
            counter,
            ..TextStatistics::default()
        }
    }

    /// Whether text is looked at.
    pub fn counts_text(&self) -> bool {
        self.counter != Counter::None
    }

    /// Counts one more text.
    pub fn add(&mut self, text: &str) {
        match self.counter {
            Counter::None => {}
            Counter::Estimate => self.weight += weigh_alone(text),
            Counter::Exact(count) => self.given = self.given.saturating_add(count(text)),
        }
    }

    /// Counts one more string of JSON, escapes decoded.
    pub fn add_escaped(&mut self, text: &Text<'_>) {
        match self.counter {
            Counter::Estimate if text.escaped => {
                let mut before = None;
                text.pieces(|piece| self.weight += weigh(piece, &mut before));
            }
            // A tokeniser sees the whole text: its tokens do not end where an escape begins.
            Counter::Exact(_) => self.add(&text.decode()),
            Counter::None | Counter::Estimate => self.add(text.raw),
        }
    }
}

fn weigh_alone(text: &str) -> u64 {
    weigh(text, &mut None)
}

/// What a text weighs behind this byte, in whose place its own last byte comes.
fn weigh(text: &str, before: &mut Option<u8>) -> u64 {
    let bytes = text.as_bytes();
    let (Some(start), Some(end)) = (bytes.first(), bytes.last()) else {
        return 0;
    };
    let joint = before
        .replace(*end)
        .map_or_else(|| first(*start), |before| weight_of([before, *start]));
    let mut weight = joint;
    let mut rest = bytes;
    // Eight bytes are seven pairs; the last byte is the first one of the next pair.
    while let Some(word) = rest.first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let pairs = (0..7).map(|pair| u64::from(PAIRS[usize::from((word >> (8 * pair)) as u16)]));
        weight += pairs.sum::<u64>();
        rest = &rest[7..];
    }
    let within = rest.windows(2).filter_map(|pair| pair.first_chunk());
    weight + within.map(|pair| weight_of(*pair)).sum::<u64>()
}

/// What the second byte weighs behind the first.
#[inline]
fn weight_of(pair: [u8; 2]) -> u64 {
    u64::from(PAIRS[usize::from(u16::from_le_bytes(pair))])
}

/// The number of input tokens: estimated, or counted where a tokeniser was handed in.
pub fn total(text: &TextStatistics) -> u64 {
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
