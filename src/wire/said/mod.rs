//! What is said in a request and in its answer, for the record: bodies without what is left out of them, and the texts of
//! streams put together from their events.

mod body;
mod parts;
mod texts;
mod transcript;

pub use body::body;
pub use transcript::Transcript;

#[cfg(test)]
mod tests;
