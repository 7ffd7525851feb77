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

/// Words that are combined at once: as much as a cache line.
const BLOCK: usize = 8;

/// Rules of a block.
const RULES: usize = BLOCK * 64;

type Block = [u64; BLOCK];

/// A part of the rules as bit vectors.
#[derive(Debug)]
pub(super) struct Bits {
    /// The rules in order, a bit each.
    rules: Box<[u32]>,
    /// Blocks in a vector.
    blocks: usize,
    /// All vectors, one behind the other.
    rows: Box<[Block]>,
    facets: Box<[Facet]>,
    members: Box<[Members]>,
}

impl Bits {
    /// Shows the candidates to the visitor, in order.
    pub(super) fn candidates<'a>(&self, request: &Request<'a>, visitor: &mut impl Visitor<'a>) {
        let mut allowed: [&[Block]; MOST_FACETS] = [&[]; MOST_FACETS];
        for (place, facet) in allowed.iter_mut().zip(&self.facets) {
            *place = self.row(facet.row(request));
        }
        let allowed = allowed.get(..self.facets.len()).unwrap_or_default();
        let mut excluded: [&[Block]; MOST_MEMBERS] = [&[]; MOST_MEMBERS];
        let mut count = 0;
        let rows = self.members.iter().flat_map(|members| members.excluded(request));
        for (place, row) in excluded.iter_mut().zip(rows) {
            *place = self.row(row);
            count += 1;
        }
        let excluded = excluded.get(..count).unwrap_or_default();
        for (at, rules) in self.rules.chunks(RULES).enumerate() {
            if rules.first().is_none_or(|first| *first >= visitor.bound()) {
                return;
            }
            show(rules, combined(at, allowed, excluded), request, visitor);
        }
    }

    fn row(&self, row: usize) -> &[Block] {
        let start = row * self.blocks;
        self.rows.get(start..start + self.blocks).unwrap_or_default()
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let facets: usize = self.facets.iter().map(Facet::bytes).sum();
        let members: usize = self.members.iter().map(Members::bytes).sum();
        let vectors = size_of_val(&*self.rules) + size_of_val(&*self.rows);
        vectors + facets + members + size_of_val(&*self.members)
    }
}

/// The block of bits that all of one kind and none of the other have.
fn combined(at: usize, allowed: &[&[Block]], excluded: &[&[Block]]) -> Block {
    let mut all = [u64::MAX; BLOCK];
    for block in allowed.iter().filter_map(|row| row.get(at)) {
        for (word, other) in all.iter_mut().zip(block) {
            *word &= other;
        }
    }
    for block in excluded.iter().filter_map(|row| row.get(at)) {
        for (word, other) in all.iter_mut().zip(block) {
            *word &= !other;
        }
    }
    all
}

/// Shows the rules of a block whose bits are set.
fn show<'a>(rules: &[u32], block: Block, request: &Request<'a>, visitor: &mut impl Visitor<'a>) {
    for (rules, word) in rules.chunks(64).zip(block) {
        let mut word = word;
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
}
