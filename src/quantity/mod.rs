//! Exact amounts with their unit in the name: money, shares of a whole, probabilities, durations as policies write them.

mod duration;
mod hex;
mod money;
mod probability;
mod share;

pub use duration::{format_duration, parse_duration};
pub use hex::HexDigits;
pub use money::{Cost, TokenPrice};
pub use probability::Probability;
pub use share::Share;

#[cfg(test)]
mod tests;
