//! Which requests a policy's rules cannot tell apart: all that its conditions, the capabilities and windows of its models
//! and the protocols of their providers ask of a request's facts, as a few numbers in one word of bits. Requests of one
//! class keep to the same assumptions, match the same guards and the same route, and may go to the same models.
//!
//! That is what multi-dimensional packet classifiers call an equivalence class of headers (Gupta and McKeown, *Packet
//! Classification on Multiple Fields*, SIGCOMM 1999): the cross product of the elementary values of each field.

mod gather;
mod question;

use super::Tree;
use crate::facts::{Builtin, FactId, Facts};
use gather::Gathered;
use question::Question;
use std::hash::{Hash, Hasher};

/// Words of a class.
const WORDS: usize = 4;

/// The class of a request. It has a meaning only beside the [`Classes`] that it is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class([u64; WORDS]);

impl Class {
    /// Puts a number at a place that is clear, counted from the lowest bit of the first word. It lies within one word.
    #[inline]
    fn put(&mut self, place: u32, number: u64) {
        if let Some(word) = self.0.get_mut(place as usize / 64) {
            *word |= number << (place % 64);
        }
    }

    /// Clears so many bits from a place on.
    fn clear(&mut self, place: u32, width: u32) {
        for at in place..place + width {
            if let Some(word) = self.0.get_mut(at as usize / 64) {
                *word &= !(1 << (at % 64));
            }
        }
    }
}

impl Hash for Class {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|word| state.write_u64(*word));
    }
}

/// The classes of requests of one tree.
#[derive(Debug)]
pub struct Classes<'t> {
    /// What is asked of facts, each with the place of its answer.
    questions: Vec<(u32, Question<'t>)>,
    /// The place of what a request asks of a protocol; `None` where all ask the same.
    demands: Option<u32>,
    /// The answers that are the same for all requests.
    same: Class,
}

impl<'t> Classes<'t> {
    /// The classes of a tree's requests; `None` where there are too many, or where it takes long to tell them apart: of
    /// conditions that the interpreter evaluates, or that look into long texts.
    pub fn of(tree: &'t Tree) -> Option<Self> {
        let assumes = tree.assumes.iter();
        let guards = tree.guards.iter().filter_map(|guard| guard.when.as_ref());
        let routes = tree.routes.iter().flatten();
        let mut gathered = Gathered::default();
        for condition in assumes.chain(guards).chain(routes) {
            gathered.add(condition)?;
        }
        gathered.add_needs(tree.policy());
        let mut place = 0;
        let mut questions = Vec::new();
        for question in gathered.into_questions() {
            let width = question.width();
            place = within_word(place, question.width_of_number());
            questions.push((place, question));
            place += width;
        }
        place = within_word(place, u32::BITS);
        let fits = place + u32::BITS <= WORDS as u32 * u64::BITS;
        fits.then_some(Classes {
            questions,
            demands: Some(place),
            same: Class::default(),
        })
    }

    /// The classes of requests that are like this one but for facts of which `varies` is true: what they have in common is
    /// asked once.
    #[must_use]
    pub fn like(mut self, facts: &Facts, varies: impl Fn(FactId) -> bool) -> Self {
        self.same = self.class(facts);
        let differs = |question: &Question<'_>| question.fact().is_none_or(&varies);
        self.questions.retain(|(_, question)| differs(question));
        for (place, question) in &self.questions {
            self.same.clear(*place, question.width());
        }
        self.demands = None;
        self
    }

    /// The class of a request of these facts.
    pub fn class(&self, facts: &Facts) -> Class {
        let mut class = self.same;
        for (place, question) in &self.questions {
            question.answer(facts, |at, number| class.put(place + at, number));
        }
        if let Some(place) = self.demands {
            class.put(place, u64::from(facts.demands().bits()));
        }
        class
    }
}

/// The first place from this one on behind which so many bits lie within one word.
fn within_word(place: u32, width: u32) -> u32 {
    if place % u64::BITS + width > u64::BITS {
        place.next_multiple_of(u64::BITS)
    } else {
        place
    }
}

/// The facts by which requests ask for more than a plain model gives, in the order in which they are asked for.
const NEEDS: [Builtin; 3] = [Builtin::Tools, Builtin::Images, Builtin::Json];
