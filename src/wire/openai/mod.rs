//! OpenAI's chat completions: what a router reads of answers, of the chunks of a stream, and of errors.

mod usage;

pub use usage::Usage;
