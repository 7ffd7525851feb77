//! What the answers of each target are like, as a recording tells: how long they are and how long they take, by the size
//! of the prompt. For requests that would have gone to a target that did not answer them.

use super::bounded::Bounded;
use super::moments::Moments;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most targets that are kept.
const MOST_TARGETS: usize = 4_096;

/// Fewest answers that say what others would be like.
const FEWEST_ANSWERS: u64 = 5;

/// Answers to like requests: prompts of one size, up to the next power of two of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answers {
    /// Completion tokens.
    pub(super) output: Moments,
    /// Milliseconds to the end.
    pub(super) took: Moments,
    /// Milliseconds to the first content.
    pub(super) first_token: Moments,
}

/// One answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) input: u64,
    pub(super) output: u64,
    pub(super) took: Option<u64>,
    pub(super) first_token: Option<u64>,
}

/// The answers of each target by the size of their prompts.
pub(super) type History = Bounded<BTreeMap<u8, Answers>, MOST_TARGETS>;

/// The size of a prompt: which power of two its tokens are below.
pub(super) fn size(input: u64) -> u8 {
    u8::try_from(u64::BITS - input.leading_zeros()).unwrap_or(u8::MAX)
}

impl Answers {
    fn add(&mut self, answer: Answer) {
        self.output.add(answer.output);
        if let Some(took) = answer.took {
            self.took.add(took);
        }
        if let Some(first_token) = answer.first_token {
            self.first_token.add(first_token);
        }
    }

    fn merge(&mut self, other: Answers) {
        self.output.merge(other.output);
        self.took.merge(other.took);
        self.first_token.merge(other.first_token);
    }
}

impl History {
    /// Takes an answer of a target.
    pub(super) fn add(&mut self, target: &str, answer: Answer) {
        let size = size(answer.input);
        self.change(target, |sizes| sizes.entry(size).or_default().add(answer));
    }

    /// Takes the answers of another part of the recording.
    pub(super) fn merge(&mut self, other: History) {
        self.join(other, |own, sizes| {
            for (size, answers) in sizes {
                own.entry(size).or_default().merge(answers);
            }
        });
    }

    /// Whether it says of any requests what other answers to them would be like.
    pub(super) fn tells_anything(&self) -> bool {
        let mut likes = self.groups.iter().flat_map(|(_, sizes)| sizes.values());
        likes.any(|like| like.output.count() >= FEWEST_ANSWERS)
    }

    /// The answers of a target to prompts of this size, where there are enough to say what others would be like.
    pub(super) fn answers(&self, target: &str, size: u8) -> Option<&Answers> {
        let like = self.groups.get(target)?.get(&size)?;
        (like.output.count() >= FEWEST_ANSWERS).then_some(like)
    }
}
