//! One change of a policy, and how one is drawn.

use crate::support::examples::Example;
use std::collections::BTreeMap;
use std::ops::Range;

/// What kind of thing a change changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Attempts,
    Cell,
    Clause,
    Entry,
    Fact,
    Fallback,
    Member,
    Negation,
    Number,
    Operator,
    Order,
    Pick,
    Region,
    Require,
    Share,
    Statement,
    Tag,
    Target,
    Word,
}

/// One change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) kind: Kind,
    pub(super) file: String,
    pub(super) range: Range<usize>,
    pub(super) with: String,
}

/// All changes that can be made to a policy, by their kind.
#[derive(Debug, Default)]
pub(super) struct Sites(BTreeMap<Kind, Vec<Edit>>);

impl Sites {
    pub(super) fn add(&mut self, edit: Edit) {
        self.0.entry(edit.kind).or_default().push(edit);
    }

    /// A change of a kind that is drawn first, so that rare kinds come as often as frequent ones.
    pub(super) fn draw(&self, random: &mut fastrand::Rng) -> &Edit {
        let kinds: Vec<&Vec<Edit>> = self.0.values().collect();
        let edits = kinds[random.usize(..kinds.len())];
        &edits[random.usize(..edits.len())]
    }
}

impl Edit {
    /// The policy with the change made.
    pub(super) fn made(&self, example: &Example) -> Example {
        let mut mutant = example.clone();
        let text = mutant.files.get_mut(&self.file).unwrap();
        text.replace_range(self.range.clone(), &self.with);
        mutant
    }

    /// The change in one line: where, what was, what is.
    pub(super) fn told(&self, example: &Example) -> String {
        let text = &example.files[&self.file];
        let line = text[..self.range.start].matches('\n').count() + 1;
        let was = &text[self.range.clone()];
        format!("{:?} {}:{line} {was:?} -> {:?}", self.kind, self.file, self.with)
    }
}
