//! Shapes read and written.

mod events;
mod json;
mod openai;
mod prefix;
mod request;
mod splice;
mod tokens;
