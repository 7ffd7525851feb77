//! The index over ordered rules: which of them a request can match at all, found without reading them one by one.
//!
//! The plain reading goes through the guards and routes from top to bottom. Its outcome is the meaning; this index has
//! the same, faster, and a property test and a fuzz target hold it to that.
//!
//! 1. *Vocabulary.* The literals that conditions compare string facts and lists with are numbered when a policy is
//!    loaded. Of a request each string is looked up once, when it is first asked for; a string that no condition names
//!    is 0. From there on nothing compares strings.
//! 2. *Needs.* From each rule's condition is drawn what it cannot hold without: allowed values of string facts, ranges of
//!    ints, literals that a list must hold or must not. That is sound for any condition, and for the common ones exact:
//!    then it is all there is to check.
//! 3. *Partition.* Rules are told apart by the string fact that splits them best, or by a literal that a list must hold,
//!    each rule under its rarest; then each part again. Rules that allow many values, or all, stand apart and are walked
//!    too. A large part that does not split has a bit vector for each value of a fact, and for each elementary range of an
//!    int; their conjunction has a bit for each candidate. A small part is a list.
//! 4. *Verification.* Candidates are checked in order. What the checks leave open is decided by the rule's whole condition,
//!    in which the interpreter comes last, and runs once for each distinct expression and request. Of routes the first
//!    that holds wins, and every part of the partition that can only hold later ones is left out; of guards all count.
//!
//! Partitions by the values of attributes, each expression under few of its predicates, are those of BE-tree (Sadoghi
//! and Jacobsen, *BE-Tree: An Index Structure to Efficiently Match Boolean Expressions over High-dimensional Discrete
//! Space*, SIGMOD 2011) and of Whang et al., *Indexing Boolean Expressions*, VLDB 2009; the tree over literals of a
//! list is a set-trie (Savnik, *Index Data Structure for Fast Subset and Superset Queries*, 2013). The bit vectors over
//! elementary ranges with a priority encoder are Lakshman and Stiliadis, *High-speed Policy-based Packet Forwarding Using
//! Efficient Multi-dimensional Range Matching*, SIGCOMM 1998; values and ranges beyond a bound share a vector here, so that
//! memory stays linear.
//!
//! *Memory.* A rule stands in at most [`build::MOST_PLACES`] places of the partition, in most policies in one. A part's
//! bit vectors take at most [`bits::MOST_ROWS`] bits for each rule and fact. Checks take 24 bytes for each comparison.

mod bits;
mod budget;
mod build;
mod check;
mod children;
mod extract;
mod need;
mod node;
mod request;
mod split;
mod vocabulary;

pub use request::Request;

use super::predicate::Truth;
use crate::facts::Facts;
use check::{Checked, Checks};
use need::Need;
use node::{Partition, Visitor};
use smallvec::SmallVec;
use vocabulary::Vocabulary;

/// The index over the guards and routes of one policy.
#[derive(Debug)]
pub(super) struct Index {
    vocabulary: Vocabulary,
    guards: Rules,
    routes: Rules,
}

/// One list of rules, indexed.
#[derive(Debug)]
struct Rules {
    checks: Checks,
    partition: Partition,
}

impl Index {
    /// The index over these conditions, `None` where a rule has none.
    pub(super) fn new<'a>(
        guards: impl Iterator<Item = Option<&'a Truth>> + Clone,
        routes: impl Iterator<Item = Option<&'a Truth>> + Clone,
    ) -> Index {
        let vocabulary = Vocabulary::of(guards.clone().chain(routes.clone()).flatten());
        let of = |when: Option<&Truth>, extract: fn(&Truth, &Vocabulary) -> Need| {
            when.map_or_else(|| Need::nothing(true), |when| extract(when, &vocabulary))
        };
        let guards = guards.map(|when| of(when, extract::of_guard)).collect();
        let routes = routes.map(|when| of(when, extract::of_route)).collect();
        Index {
            guards: Rules::new(guards),
            routes: Rules::new(routes),
            vocabulary,
        }
    }

    /// A request's facts, to be read by this index.
    #[inline]
    pub(super) fn request<'a>(&'a self, facts: &'a Facts) -> Request<'a> {
        Request::new(&self.vocabulary, facts)
    }

    /// The guards that match, in order; `when` has the condition of each.
    pub(super) fn matching_guards<'a>(
        &self,
        request: &Request<'a>,
        when: impl Fn(u32) -> Option<&'a Truth>,
    ) -> SmallVec<[u32; 8]> {
        let mut matching = Matching {
            rules: &self.guards,
            when,
            found: SmallVec::new(),
        };
        self.guards.partition.walk(request, &mut matching);
        matching.found.sort_unstable();
        matching.found
    }

    /// The first route that matches; `when` has the condition of each.
    pub(super) fn first_route<'a>(
        &self,
        request: &Request<'a>,
        when: impl Fn(u32) -> Option<&'a Truth>,
    ) -> Option<u32> {
        let mut first = First {
            rules: &self.routes,
            when,
            found: u32::MAX,
        };
        self.routes.partition.walk(request, &mut first);
        (first.found != u32::MAX).then_some(first.found)
    }

    /// Bytes that the index takes on the heap, the texts of the vocabulary left out.
    pub(super) fn bytes(&self) -> usize {
        self.guards.bytes() + self.routes.bytes()
    }
}

impl Rules {
    fn new(needs: Vec<Need>) -> Rules {
        let mut checks = Checks::default();
        for need in &needs {
            checks.add(need);
        }
        Rules {
            checks,
            partition: build::partition(&needs),
        }
    }

    fn holds<'a>(
        &self,
        rule: u32,
        request: &Request<'a>,
        when: impl Fn(u32) -> Option<&'a Truth>,
        on_failure: bool,
    ) -> bool {
        match self.checks.of(rule, request) {
            Checked::Fails => false,
            Checked::Holds => true,
            Checked::Open => when(rule).is_none_or(|when| request.scope().decide(when, on_failure)),
        }
    }

    fn bytes(&self) -> usize {
        self.checks.bytes() + self.partition.bytes()
    }
}

/// Collects all rules that hold.
struct Matching<'r, W> {
    rules: &'r Rules,
    when: W,
    found: SmallVec<[u32; 8]>,
}

impl<'a, W: Fn(u32) -> Option<&'a Truth>> Visitor<'a> for Matching<'_, W> {
    fn bound(&self) -> u32 {
        u32::MAX
    }

    fn visit(&mut self, rule: u32, request: &Request<'a>) {
        if self.rules.holds(rule, request, &self.when, true) {
            self.found.push(rule);
        }
    }
}

/// Looks for the first rule that holds.
struct First<'r, W> {
    rules: &'r Rules,
    when: W,
    /// The first one so far, or a number that no rule has.
    found: u32,
}

impl<'a, W: Fn(u32) -> Option<&'a Truth>> Visitor<'a> for First<'_, W> {
    fn bound(&self) -> u32 {
        self.found
    }

    fn visit(&mut self, rule: u32, request: &Request<'a>) {
        if self.rules.holds(rule, request, &self.when, false) {
            self.found = rule;
        }
    }
}

#[cfg(test)]
mod tests;
