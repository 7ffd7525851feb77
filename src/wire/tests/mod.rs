//! Shapes read and written.

mod events;
mod json;
mod openai;
mod request;
mod splice;
mod tokens;
