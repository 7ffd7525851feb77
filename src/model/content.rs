//! `record content`: which texts of a request its record holds, and what is left out of them.

use crate::cel::quote;
use std::fmt;

/// Bytes of a request's text and of an answer's that a record holds where the policy names no bound.
pub const USUAL_CONTENT: usize = 64_000;

/// What the records of a route hold of what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Most bytes of the request's body, and as many of the answer's text.
    pub most: usize,
    /// What is left out, as written.
    pub redact: Vec<Redaction>,
}

impl fmt::Display for Content {
    /// As a route can say it, behind `record`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most % 1_000 {
            0 => write!(f, "content up to {}k", self.most / 1_000)?,
            _ => write!(f, "content up to {}", self.most)?,
        }
        let redacted: Vec<String> = self.redact.iter().map(Redaction::to_string).collect();
        match redacted.as_slice() {
            [] => Ok(()),
            redacted => write!(f, " redact [{}]", redacted.join(", ")),
        }
    }
}

/// What is left out of recorded texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Redaction {
    /// Something that is known by its form.
    Known(Sensitive),
    /// Whatever a regular expression of RE2's syntax matches.
    Pattern(String),
}

impl fmt::Display for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Redaction::Known(known) => f.write_str(known.name()),
            Redaction::Pattern(pattern) => f.write_str(&quote(pattern)),
        }
    }
}

/// What is known by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitive {
    /// Addresses of e-mail.
    Email,
    /// Telephone numbers.
    Phone,
    /// Numbers of payment cards.
    Card,
    /// Keys and tokens of programs.
    Key,
}

impl Sensitive {
    /// All of them.
    pub const ALL: [Sensitive; 4] = [
        Sensitive::Email,
        Sensitive::Phone,
        Sensitive::Card,
        Sensitive::Key,
    ];

    /// The policy's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Sensitive::Email => "email",
            Sensitive::Phone => "phone",
            Sensitive::Card => "card",
            Sensitive::Key => "key",
        }
    }

    /// What a word of the policy stands for.
    pub fn from_name(name: &str) -> Option<Sensitive> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}
