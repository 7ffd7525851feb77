//! A part of the rules that does not split well: for each fact and value a vector with a bit for each rule that allows
//! it. Their conjunction has a bit for each candidate, and its lowest bit is the first of them.

mod build;
mod facets;

use super::node::Visitor;
use super::request::Request;
use facets::{Facet, Members};

/// Most vectors for one fact. Values beyond share them, each vector the union of theirs.
pub(super) const MOST_ROWS: usize = 256;

/// Most facts that have vectors, those that most rules name.
const MOST_FACETS: usize = 8;

/// Most literals of lists that have a vector, those that most rules name.
const MOST_MEMBERS: usize = 24;

/// Words that are combined at once, where there are many: as much as a cache line.
const BLOCK: usize = 8;

/// Most words that are combined one by one.
const MOST_SINGLY: usize = 4;

/// Rules of a block.
const RULES: usize = BLOCK * 64;

type Block = [u64; BLOCK];

/// A part of the rules as bit vectors.
#[derive(Debug)]
pub(super) struct Bits {
    /// The rules in order, a bit each.
    rules: Box<[u32]>,
    /// Words of a vector: of few rules those that have bits, otherwise whole blocks.
    words: usize,
    /// All vectors, one behind the other.
    rows: Box<[u64]>,
    facets: Box<[Facet]>,
    members: Box<[Members]>,
}

impl Bits {
    /// Shows the candidates to the visitor, in order.
    pub(super) fn candidates<'a>(&self, request: &Request<'a>, visitor: &mut impl Visitor<'a>) {
        let mut allowed: [&[u64]; MOST_FACETS] = [&[]; MOST_FACETS];
        for (place, facet) in allowed.iter_mut().zip(&self.facets) {
            *place = self.row(facet.row(request));
        }
        let allowed = allowed.get(..self.facets.len()).unwrap_or_default();
        let mut excluded: [&[u64]; MOST_MEMBERS] = [&[]; MOST_MEMBERS];
        let mut count = 0;
        let rows = self.members.iter().flat_map(|members| members.excluded(request));
        for (place, row) in excluded.iter_mut().zip(rows) {
            *place = self.row(row);
            count += 1;
        }
        let excluded = excluded.get(..count).unwrap_or_default();
        if self.words <= MOST_SINGLY {
            // The first words often tell all.
            for (at, rules) in self.rules.chunks(64).enumerate() {
                show_word(rules, word(at, allowed, excluded), request, visitor);
            }
            return;
        }
        for (at, rules) in self.rules.chunks(RULES).enumerate() {
            if rules.first().is_none_or(|first| *first >= visitor.bound()) {
                return;
            }
            show(rules, block(at, allowed, excluded), request, visitor);
        }
    }

    fn row(&self, row: usize) -> &[u64] {
        let start = row * self.words;
        self.rows.get(start..start + self.words).unwrap_or_default()
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let facets: usize = self.facets.iter().map(Facet::bytes).sum();
        let members: usize = self.members.iter().map(Members::bytes).sum();
        let vectors = size_of_val(&*self.rules) + size_of_val(&*self.rows);
        vectors + facets + members + size_of_val(&*self.members)
    }
}

/// How many words a vector over so many rules takes.
fn words(rules: usize) -> usize {
    match rules.div_ceil(64) {
        few if few <= MOST_SINGLY => few,
        many => many.next_multiple_of(BLOCK),
    }
}

/// The word of bits that all of one kind and none of the other have.
fn word(at: usize, allowed: &[&[u64]], excluded: &[&[u64]]) -> u64 {
    let of = |row: &&[u64]| row.get(at).copied().unwrap_or_default();
    let all = allowed.iter().fold(u64::MAX, |all, row| all & of(row));
    excluded.iter().fold(all, |all, row| all & !of(row))
}

/// The block of bits that all of one kind and none of the other have.
fn block(at: usize, allowed: &[&[u64]], excluded: &[&[u64]]) -> Block {
    let of = |row: &&[u64]| row.as_chunks::<BLOCK>().0.get(at).copied().unwrap_or_default();
    let mut all = [u64::MAX; BLOCK];
    for block in allowed.iter().map(of) {
        for (word, other) in all.iter_mut().zip(block) {
            *word &= other;
        }
    }
    for block in excluded.iter().map(of) {
        for (word, other) in all.iter_mut().zip(block) {
            *word &= !other;
        }
    }
    all
}

/// Shows the rules of a block whose bits are set.
fn show<'a>(rules: &[u32], block: Block, request: &Request<'a>, visitor: &mut impl Visitor<'a>) {
    for (rules, word) in rules.chunks(64).zip(block) {
        show_word(rules, word, request, visitor);
    }
}

/// Shows the rules of a word whose bits are set.
fn show_word<'a>(rules: &[u32], mut word: u64, request: &Request<'a>, visitor: &mut impl Visitor<'a>) {
    while word != 0 {
        let Some(rule) = rules.get(word.trailing_zeros() as usize) else {
            break;
        };
        if *rule >= visitor.bound() {
            return;
        }
        visitor.visit(*rule, request);
        word &= word - 1;
    }
}
