//! What is known of the moment of a request: fields of it in some time zones, and its place in time.
//!
//! What one zone's calendar and clock never show is refuted from the calendar alone. Otherwise days are walked, those
//! of the near future first; where all days that matter were walked, there is no such moment. Where these are too many
//! since zones change their distance from UTC, each stretch between two such changes is walked by itself.

mod calendar;
mod choice;
mod days;
mod place;
mod stretches;
mod walk;

pub(crate) use choice::{FieldChoice, Moment, solve};

#[cfg(test)]
mod tests;
