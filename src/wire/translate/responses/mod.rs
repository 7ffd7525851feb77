//! OpenAI's responses, as clients ask for them; no provider is asked in this form by a translation.

mod echo;
mod item;
mod read_request;
mod write_events;

pub(super) use echo::Echo;
#[cfg(test)]
pub(super) use read_request::DROPPED;
pub(super) use read_request::field as read_field;
pub(super) use write_events::EventWriter;
