//! The theory of one string: tests are known by number, and what was made of them once is kept.

use super::automaton::{Automaton, Words};
use super::counter::Counter;
use super::guess::{fresh_words, guesses, named_strings};
use super::part::Part;
use super::search::{Outcome, search};
use super::test::TextTest;
use crate::prove::relation::Relation;
use crate::prove::shrink::shrink;
use crate::prove::size::{SizeTest, smallest};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most tests whose compiled forms are held at a time.
const MOST_COMPILED: usize = 1024;

/// Most patterns among them, more than one question needs.
const MOST_PATTERNS: usize = 64;

/// The number of a test in its theory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TextTestId(usize);

/// How far the theory goes before it gives up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextLimits {
    /// States that one search may meet.
    pub(crate) states: usize,
    /// Strings that are tried where a test names those that it may be.
    pub(crate) tries: usize,
    /// Searches that make one contradiction smaller.
    pub(crate) rounds: usize,
}

impl Default for TextLimits {
    fn default() -> Self {
        TextLimits {
            states: 20_000,
            tries: 200_000,
            rounds: 64,
        }
    }
}

/// What the theory says of some tests and the outcomes that they shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TextVerdict {
    /// This string has all those outcomes.
    Text(String),
    /// No string has them: already those at these places, in rising order, contradict each other.
    Contradiction(Vec<usize>),
    /// A bound was hit.
    Unknown,
}

/// Tests of strings, and what was compiled of them.
#[derive(Debug, Default)]
pub(crate) struct TextTheory {
    entries: Vec<Entry>,
    numbers: BTreeMap<Arc<TextTest>, TextTestId>,
    /// Automata that are held, and patterns.
    compiled: usize,
    patterns: usize,
}

/// A test, and what was compiled of it so far; `Some(None)` where it cannot be.
#[derive(Debug)]
struct Entry {
    test: Arc<TextTest>,
    regex: Option<Option<Regex>>,
    automaton: Option<Option<Automaton>>,
}

impl Entry {
    /// The test's outcome for a string; `None` where its pattern is no pattern.
    fn outcome(&mut self, text: &str) -> Option<bool> {
        let Entry { test, regex, .. } = self;
        test.outcome(text, || regex.get_or_insert_with(|| test.regex()).as_ref())
    }
}

impl TextTheory {
    /// The number of a test; tests that are alike have the same one.
    pub(crate) fn test(&mut self, test: TextTest) -> TextTestId {
        let test = match test {
            TextTest::OneOf(texts) if texts.len() == 1 => TextTest::Equals(texts.concat()),
            TextTest::Compare(Relation::Equal, text) => TextTest::Equals(text),
            TextTest::Glob(glob) if !glob.contains('*') => TextTest::Equals(glob),
            other => other,
        };
        if let Some(id) = self.numbers.get(&test) {
            return *id;
        }
        let id = TextTestId(self.entries.len());
        let test = Arc::new(test);
        self.numbers.insert(Arc::clone(&test), id);
        self.entries.push(Entry {
            test,
            regex: None,
            automaton: None,
        });
        id
    }

    /// The test of this number, as it was understood.
    pub(crate) fn get(&self, id: TextTestId) -> Option<&TextTest> {
        self.entries.get(id.0).map(|entry| &*entry.test)
    }

    /// A test's outcome for a string, evaluated as the evaluation tree does; `None` where its pattern is no pattern.
    pub(crate) fn outcome(&mut self, id: TextTestId, text: &str) -> Option<bool> {
        let entry = self.entries.get_mut(id.0)?;
        self.patterns += usize::from(entry.regex.is_none() && matches!(*entry.test, TextTest::Matches(_)));
        entry.outcome(text)
    }

    /// Finds a string for which every test has the outcome beside it, or a small set of tests that contradict each
    /// other; within the limits, that set is minimal.
    pub(crate) fn solve(&mut self, tests: &[(TextTestId, bool)], limits: &TextLimits) -> TextVerdict {
        self.make_room();
        match self.attempt(tests, limits) {
            TextVerdict::Contradiction(core) => {
                let again = |rest: &[usize]| {
                    let kept: Vec<_> = rest.iter().filter_map(|at| tests.get(*at).copied()).collect();
                    match self.attempt(&kept, limits) {
                        TextVerdict::Contradiction(core) => {
                            Some(core.iter().filter_map(|at| rest.get(*at).copied()).collect())
                        }
                        _ => None,
                    }
                };
                TextVerdict::Contradiction(shrink(core, limits.rounds, again))
            }
            other => other,
        }
    }

    /// The same with a contradiction that need not be small.
    fn attempt(&mut self, tests: &[(TextTestId, bool)], limits: &TextLimits) -> TextVerdict {
        if let Some((named, texts)) = self.named(tests) {
            return self.try_named(tests, named, &texts, limits);
        }
        if let Some(clash) = clash(tests) {
            return TextVerdict::Contradiction(clash);
        }
        let sizes = self.sizes(tests);
        let Some(size) = smallest(&sizes, 0) else {
            return TextVerdict::Contradiction(sizes.iter().map(|test| test.index).collect());
        };
        if let Some(text) = self.guess(tests, size) {
            return TextVerdict::Text(text);
        }
        self.search(tests, &sizes, limits)
    }

    /// The place of the test that leaves the fewest strings, and those.
    fn named(&self, tests: &[(TextTestId, bool)]) -> Option<(usize, Arc<TextTest>)> {
        let mut best: Option<(usize, usize)> = None;
        for (at, (id, wanted)) in tests.iter().enumerate() {
            let count = wanted.then(|| named_strings(self.get(*id)?)).flatten();
            if let Some(count) = count
                && best.is_none_or(|(fewest, _)| count < fewest)
            {
                best = Some((count, at));
            }
        }
        let (_, at) = best?;
        let entry = self.entries.get(tests.get(at)?.0.0)?;
        Some((at, Arc::clone(&entry.test)))
    }

    /// Tries the strings that the test at `named` leaves.
    fn try_named(
        &mut self,
        tests: &[(TextTestId, bool)],
        named: usize,
        test: &TextTest,
        limits: &TextLimits,
    ) -> TextVerdict {
        let texts = match test {
            TextTest::Equals(text) => std::slice::from_ref(text),
            TextTest::OneOf(texts) => texts,
            _ => &[],
        };
        let mut blamed = vec![named];
        let mut tries = 0usize;
        for text in texts {
            tries = tries.saturating_add(tests.len());
            if tries > limits.tries.max(tests.len()) {
                return TextVerdict::Unknown;
            }
            match self.misfit(tests, text, &blamed) {
                Misfit::None => return TextVerdict::Text(text.clone()),
                Misfit::At(at) if blamed.contains(&at) => {}
                Misfit::At(at) => blamed.push(at),
                Misfit::Unknown => return TextVerdict::Unknown,
            }
        }
        blamed.sort_unstable();
        TextVerdict::Contradiction(blamed)
    }

    /// A test that does not come out as wanted for a string, one of `first` where it can be.
    fn misfit(&mut self, tests: &[(TextTestId, bool)], text: &str, first: &[usize]) -> Misfit {
        let mut is_certain = true;
        for at in first.iter().copied().chain(0..tests.len()) {
            let Some((id, wanted)) = tests.get(at) else {
                continue;
            };
            match self.outcome(*id, text) {
                Some(outcome) if outcome == *wanted => {}
                Some(_) => return Misfit::At(at),
                None => is_certain = false,
            }
        }
        if is_certain { Misfit::None } else { Misfit::Unknown }
    }

    fn passes(&mut self, tests: &[(TextTestId, bool)], text: &str) -> bool {
        matches!(self.misfit(tests, text, &[]), Misfit::None)
    }

    fn sizes(&self, tests: &[(TextTestId, bool)]) -> Vec<SizeTest> {
        let size = |(index, (id, wanted)): (usize, &(TextTestId, bool))| match self.get(*id)? {
            TextTest::SizeCompare(relation, size) => Some(SizeTest {
                index,
                relation: *relation,
                size: *size,
                wanted: *wanted,
            }),
            _ => None,
        };
        tests.iter().enumerate().filter_map(size).collect()
    }

    fn guess(&mut self, tests: &[(TextTestId, bool)], size: i64) -> Option<String> {
        let known: Vec<Arc<TextTest>> = tests
            .iter()
            .filter_map(|(id, _)| self.entries.get(id.0).map(|entry| Arc::clone(&entry.test)))
            .collect();
        let known: Vec<(&TextTest, bool)> = known
            .iter()
            .zip(tests)
            .map(|(test, (_, wanted))| (&**test, *wanted))
            .collect();
        let guess = guesses(&known, size)
            .into_iter()
            .find(|text| self.passes(tests, text));
        guess.or_else(|| {
            let named = known
                .iter()
                .map(|(test, wanted)| named_strings(test).filter(|_| !wanted));
            let count: usize = named.sum::<Option<usize>>()?;
            fresh_words(count.saturating_add(1)).find(|text| self.passes(tests, text))
        })
    }

    /// Searches through the automata of all tests.
    fn search(
        &mut self,
        tests: &[(TextTestId, bool)],
        sizes: &[SizeTest],
        limits: &TextLimits,
    ) -> TextVerdict {
        let mut taken: Vec<(usize, TextTestId, bool, Automaton)> = Vec::new();
        let mut avoided: Vec<(String, usize)> = Vec::new();
        for (at, (id, wanted)) in tests.iter().enumerate() {
            match self.get(*id) {
                Some(TextTest::Equals(text)) if !wanted => avoided.push((text.clone(), at)),
                // A test that stands twice is followed once.
                _ => taken.extend(self.take(*id).map(|automaton| (at, *id, *wanted, automaton))),
            }
        }
        let mut parts: Vec<Part<'_>> = taken
            .iter_mut()
            .map(|(index, _, wanted, automaton)| Part::Test {
                index: *index,
                wanted: *wanted,
                automaton,
            })
            .collect();
        parts.extend(Counter::new(sizes).map(Part::Size));
        parts.extend(avoiding(avoided));
        let outcome = search(parts, limits.states);
        for (_, id, _, automaton) in taken {
            self.put_back(id, automaton);
        }
        match outcome {
            Outcome::Exhausted(blamed) => TextVerdict::Contradiction(blamed),
            Outcome::Full => TextVerdict::Unknown,
            // Sizes beyond what is counted, and patterns without an automaton, were not followed.
            Outcome::Found(bytes) => match String::from_utf8(bytes) {
                Ok(text) if self.passes(tests, &text) => TextVerdict::Text(text),
                _ => TextVerdict::Unknown,
            },
        }
    }

    /// Takes a test's automaton out; `None` where it has none, or where it is out already.
    fn take(&mut self, id: TextTestId) -> Option<Automaton> {
        let entry = self.entries.get_mut(id.0)?;
        match &mut entry.automaton {
            Some(held) => held.take(),
            None => {
                let automaton = Automaton::of(&entry.test);
                entry.automaton = Some(None);
                self.compiled += 1;
                automaton
            }
        }
    }

    /// Puts an automaton back.
    fn put_back(&mut self, id: TextTestId, automaton: Automaton) {
        if let Some(entry) = self.entries.get_mut(id.0) {
            entry.automaton = Some(Some(automaton));
        }
    }

    /// Where too much compiled is held, gives up all of it.
    fn make_room(&mut self) {
        if self.compiled > MOST_COMPILED || self.patterns > MOST_PATTERNS {
            for entry in &mut self.entries {
                entry.automaton = None;
                entry.regex = None;
            }
            self.compiled = 0;
            self.patterns = 0;
        }
    }
}

/// A test that does not come out as wanted.
enum Misfit {
    None,
    At(usize),
    /// None was found, but not all could be evaluated.
    Unknown,
}

/// Two places at which the same test shall have two outcomes.
fn clash(tests: &[(TextTestId, bool)]) -> Option<Vec<usize>> {
    let mut sorted: Vec<(TextTestId, bool, usize)> = tests
        .iter()
        .enumerate()
        .map(|(at, (id, wanted))| (*id, *wanted, at))
        .collect();
    sorted.sort_unstable();
    let pair = sorted.windows(2).find(|pair| match pair {
        [one, other] => one.0 == other.0 && one.1 != other.1,
        _ => false,
    })?;
    let mut places: Vec<usize> = pair.iter().map(|(_, _, at)| *at).collect();
    places.sort_unstable();
    Some(places)
}

/// The part that keeps away from whole strings; `None` where there are none.
fn avoiding(mut avoided: Vec<(String, usize)>) -> Option<Part<'static>> {
    if avoided.is_empty() {
        return None;
    }
    avoided.sort_unstable();
    avoided.dedup_by(|one, other| one.0 == other.0);
    let (texts, places): (Vec<String>, Vec<usize>) = avoided.into_iter().unzip();
    Some(Part::Not(Box::new(Words::new(texts.into())), places))
}
