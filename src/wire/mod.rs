//! Shapes of the providers' requests, answers and stream events; pure conversion, no input or output.

pub mod answer;
pub mod embeddings;
pub mod endpoint;
pub mod errors;
pub mod events;
pub mod json;
pub mod openai;
pub mod request;
pub mod splice;
pub mod tokens;

#[cfg(test)]
mod tests;
