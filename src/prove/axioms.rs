//! What atoms about one number or string have to do with each other, as clauses for the solver: told when an atom is
//! met, so that the theories are asked only for what is left.

use super::atom::{Atom, NumberSubject, TextSubject};
use super::text::{TextTest, outcome};
use batsat::Lit;
use std::collections::BTreeMap;

/// Most tests of one string that are held against each new one; beyond, the theory finds contradictions.
const MAX_TESTS: usize = 64;

/// The atoms met so far, by what they ask about.
#[derive(Debug, Default)]
pub(super) struct Axioms {
    bounds: BTreeMap<NumberSubject, BTreeMap<i64, Lit>>,
    tests: BTreeMap<TextSubject, Vec<(TextTest, Lit)>>,
}

impl Axioms {
    /// The clauses that a new atom brings.
    pub(super) fn of(&mut self, atom: &Atom, literal: Lit) -> Vec<Vec<Lit>> {
        match atom {
            Atom::AtMost(subject, bound) => self.bound(subject, *bound, literal),
            Atom::Text(subject, test) => self.test(subject, test, literal),
            _ => Vec::new(),
        }
    }

    /// What is at most a bound is at most each greater one; neighbours suffice.
    fn bound(&mut self, subject: &NumberSubject, bound: i64, literal: Lit) -> Vec<Vec<Lit>> {
        let bounds = self.bounds.entry(subject.clone()).or_default();
        let mut clauses = Vec::new();
        if let Some((_, below)) = bounds.range(..bound).next_back() {
            clauses.push(vec![!*below, literal]);
        }
        if let Some((_, above)) = bounds.range(bound..).next() {
            clauses.push(vec![!literal, *above]);
        }
        bounds.insert(bound, literal);
        clauses
    }

    /// A string that is known to be one word passes and fails the other tests as that word does.
    fn test(&mut self, subject: &TextSubject, test: &TextTest, literal: Lit) -> Vec<Vec<Lit>> {
        let tests = self.tests.entry(subject.clone()).or_default();
        let mut clauses = Vec::new();
        for (other, other_literal) in tests.iter().take(MAX_TESTS) {
            match (test, other) {
                (TextTest::Equals(word), other) => {
                    let passes = outcome(other, word);
                    clauses.push(vec![
                        !literal,
                        if passes { *other_literal } else { !*other_literal },
                    ]);
                }
                (test, TextTest::Equals(word)) => {
                    let passes = outcome(test, word);
                    clauses.push(vec![!*other_literal, if passes { literal } else { !literal }]);
                }
                _ => {}
            }
        }
        tests.push((test.clone(), literal));
        clauses
    }
}
