//! Shapes of the providers' requests, answers and stream events; pure conversion, no input or output.

pub mod answer;
mod anthropic;
pub mod embeddings;
pub mod endpoint;
pub mod errors;
pub mod events;
pub mod exchange;
mod gemini;
pub mod json;
pub mod node;
pub mod openai;
pub mod prefix;
pub mod request;
mod responses;
pub mod said;
pub mod signals;
pub mod splice;
pub mod tokens;
pub mod translate;

#[cfg(test)]
mod tests;
