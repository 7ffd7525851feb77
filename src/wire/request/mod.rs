//! What a router reads of a request: one pass checks the whole body's JSON and finds the keys that
//! facts and guards are made from, without building the rest.
//!
//! `null` is absent. A key that a fact or a guard can read must not stand twice, and must have its type; everything
//! else may be whatever JSON allows, and survives.

mod content;
mod error;
mod fields;
mod scan;

pub use error::{Problem, ScanError};
pub use scan::scan;

use super::endpoint::Endpoint;
use super::tokens::{Counter, TextStatistics};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The prompt is cut behind this many bytes.
pub const MAX_PROMPT_BYTES: usize = 32 * 1024;

/// Longest string that is taken as model, user, tag or value of metadata, in bytes.
pub const MAX_STRING_BYTES: usize = 32 * 1024;

/// Most entries of `metadata`, and most tags in it.
pub const MAX_ENTRIES: usize = 1024;

/// Greatest cap on output tokens that is taken.
pub const MAX_CAP: i64 = 1 << 40;

/// Which parts of the body cost time or memory to hold and so are held only where asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Whose body it is.
    pub endpoint: Endpoint,
    /// What counts the input tokens, if they are wanted.
    pub tokens: Counter,
    /// The text of the last user message.
    pub prompt: bool,
    /// `metadata.tags`.
    pub tags: bool,
    /// Keys of `metadata`.
    pub metadata: Keys<'a>,
}

/// Which keys of `metadata` are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub enum Keys<'a> {
    /// None.
    #[default]
    None,
    /// These.
    Of(&'a BTreeSet<String>),
    /// All.
    All,
}

impl Keys<'_> {
    fn contain(self, key: &str) -> bool {
        match self {
            Keys::None => false,
            Keys::Of(keys) => keys.contains(key),
            Keys::All => true,
        }
    }
}

/// The fields that cap an answer's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CapField {
    /// `max_tokens`
    MaxTokens,
    /// `max_completion_tokens`
    MaxCompletionTokens,
    /// `max_output_tokens`, which chat completion servers do not read.
    MaxOutputTokens,
}

/// A cap as it stands in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Which field.
    pub field: CapField,
    /// The number; `None` where it is `null`.
    pub value: Option<i64>,
    /// Where the value stands.
    pub span: Range<usize>,
}

/// Whether the client asks for the counts at a stream's end (`stream_options.include_usage`), and where it would say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StreamUsage {
    /// There are no `stream_options`.
    #[default]
    Absent,
    /// It asks, or says something that is the upstream's affair.
    Settled,
    /// `stream_options` stands here, and is `null`.
    NoOptions(Range<usize>),
    /// The options, which do not say, begin behind this offset.
    Unsaid {
        /// Offset just behind the options' `{`.
        start: usize,
        /// Whether there are no options at all.
        empty: bool,
    },
    /// It does not ask: `false` or `null` stands here.
    Declined(Range<usize>),
}

/// What was found in a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// The endpoint that was called.
    pub endpoint: Endpoint,
    /// The model asked for, decoded; never empty.
    pub model: String,
    /// Where the model's name stands, quotes included.
    pub model_span: Range<usize>,
    /// Offset just behind the body's `{`.
    pub object_start: usize,
    /// Whether a stream is asked for.
    pub stream: bool,
    /// Whether the counts at a stream's end are asked for.
    pub stream_usage: StreamUsage,
    /// The end user's name.
    pub user: Option<String>,
    /// Caps on output tokens in the order of the body, `null` ones included.
    pub caps: Vec<Cap>,
    /// Whether `response_format` asks for JSON.
    pub json: bool,
    /// How many answers are asked for (`n`); 1 where it is not a number above 1.
    pub choices: u64,
    /// Number of tools, those of the older field `functions` included.
    pub tools: u64,
    /// Number of images in the messages.
    pub images: u64,
    /// Number of messages.
    pub turns: u64,
    /// What the number of input tokens is made from; text is counted where that was asked for.
    pub text: TextStatistics,
    /// Text of the last user message, cut at [`MAX_PROMPT_BYTES`]; empty where it was not asked for.
    pub prompt: String,
    /// The wanted entries of `metadata`.
    pub metadata: BTreeMap<String, String>,
    /// The tags in `metadata.tags`, where they were asked for: a list, or a string with commas.
    pub tags: Vec<String>,
}

impl Scanned {
    /// The smallest cap on output tokens in the body, 0 if there is none.
    pub fn max_tokens(&self) -> i64 {
        self.caps.iter().filter_map(|cap| cap.value).min().unwrap_or(0)
    }

    /// The number of input tokens; without the text where it was not asked for.
    pub fn tokens(&self) -> u64 {
        super::tokens::total(&self.text)
    }
}
