//! OpenAI's chat completions: what a router reads of answers, of the chunks of a stream, and of errors.
//!
//! Many servers speak this protocol with small differences; what is read here is read leniently, and what is not known
//! is passed over.

mod answer;
mod choice;
mod chunk;
mod error;
mod failure;
mod usage;

pub(super) use answer::read_answer;
pub use chunk::{is_done, read_chunk};
pub use error::ErrorFields;
pub(super) use error::read_error;
pub use failure::{class_of_error, class_of_status};
pub use usage::Usage;
pub(super) use usage::read as read_usage;
