//! One element that meets several demands.
//!
//! What holds in any case is asked of the theory of strings. Where the string that it finds leaves an alternative
//! open, the branches of that one are tried in turn; a contradiction that a branch has no part in ends them all.

use super::body::{Demand, Known};
use crate::prove::text::{TextLimits, TextTestId, TextTheory, TextVerdict};
use std::collections::BTreeSet;

/// Most questions to the theory of strings for one element.
const MOST_QUESTIONS: usize = 256;

/// Most alternatives that are open one within the other.
const MOST_LEVELS: usize = 64;

/// What was found for an element.
#[derive(Debug)]
pub(super) enum Element {
    /// This one meets all demands.
    Text(String),
    /// None does, by the tests at these places.
    Contradiction(BTreeSet<usize>),
    /// A bound was hit.
    Unknown,
}

/// Finds an element that meets all demands.
pub(super) fn element<'a>(demands: impl IntoIterator<Item = &'a Demand>, texts: &mut TextTheory) -> Element {
    let mut search = Search {
        texts,
        path: Vec::new(),
        questions: 0,
    };
    for demand in demands {
        search.assume(&demand.body, demand.wanted, demand.origin);
    }
    match search.run(0) {
        Found::Text(text) => Element::Text(text),
        Found::Unknown => Element::Unknown,
        Found::Contradiction(core) => {
            let origin = |at: usize| search.path.get(at).and_then(|step| step.origin);
            Element::Contradiction(core.into_iter().filter_map(origin).collect())
        }
    }
}

/// Something that is assumed of the element.
struct Step<'a> {
    assumed: Assumed<'a>,
    origin: Option<usize>,
}

enum Assumed<'a> {
    /// A test's outcome.
    Test(TextTestId, bool),
    /// That one of these has this outcome.
    Any(&'a [Known], bool),
    /// The same, where one of them is assumed further on.
    Taken,
}

/// The same as [`Element`], the contradiction by places in the path.
enum Found {
    Text(String),
    Contradiction(BTreeSet<usize>),
    Unknown,
}

struct Search<'a, 't> {
    texts: &'t mut TextTheory,
    path: Vec<Step<'a>>,
    questions: usize,
}

impl<'a> Search<'a, '_> {
    /// Adds to the path what a condition's outcome comes to.
    fn assume(&mut self, body: &'a Known, wanted: bool, origin: Option<usize>) {
        let assumed = match (body, wanted) {
            (Known::Not(body), _) => return self.assume(body, !wanted, origin),
            (Known::And(bodies), true) | (Known::Or(bodies), false) => {
                for body in bodies {
                    self.assume(body, wanted, origin);
                }
                return;
            }
            (Known::Test(id), _) => Assumed::Test(*id, wanted),
            (Known::And(bodies) | Known::Or(bodies), _) => Assumed::Any(bodies, wanted),
        };
        self.path.push(Step { assumed, origin });
    }

    /// An element for which all of the path holds; the path is left as it was.
    fn run(&mut self, level: usize) -> Found {
        self.questions += 1;
        if self.questions > MOST_QUESTIONS || level > MOST_LEVELS {
            return Found::Unknown;
        }
        let test = |(at, step): (usize, &Step<'_>)| match step.assumed {
            Assumed::Test(id, wanted) => Some((at, (id, wanted))),
            Assumed::Any(..) | Assumed::Taken => None,
        };
        let (places, tests): (Vec<usize>, Vec<(TextTestId, bool)>) =
            self.path.iter().enumerate().filter_map(test).unzip();
        let text = match self.texts.solve(&tests, &TextLimits::default()) {
            TextVerdict::Text(text) => text,
            TextVerdict::Unknown => return Found::Unknown,
            TextVerdict::Contradiction(core) => {
                return Found::Contradiction(
                    core.into_iter()
                        .filter_map(|at| places.get(at).copied())
                        .collect(),
                );
            }
        };
        match self.open(&text) {
            None => Found::Text(text),
            Some((at, bodies, wanted)) => self.branch(at, bodies, wanted, level),
        }
    }

    /// The first alternative of the path that a string leaves open.
    fn open(&mut self, text: &str) -> Option<(usize, &'a [Known], bool)> {
        let Search { texts, path, .. } = self;
        path.iter().enumerate().find_map(|(at, step)| match step.assumed {
            Assumed::Any(bodies, wanted) => {
                let is_met = bodies
                    .iter()
                    .any(|body| body.outcome(text, texts) == Some(wanted));
                (!is_met).then_some((at, bodies, wanted))
            }
            Assumed::Test(..) | Assumed::Taken => None,
        })
    }

    /// Tries the branches of the alternative at `at`.
    fn branch(&mut self, at: usize, bodies: &'a [Known], wanted: bool, level: usize) -> Found {
        let Some(step) = self.path.get_mut(at) else {
            return Found::Unknown;
        };
        step.assumed = Assumed::Taken;
        let found = self.branches(at, bodies, wanted, level);
        if let Some(step) = self.path.get_mut(at) {
            step.assumed = Assumed::Any(bodies, wanted);
        }
        found
    }

    fn branches(&mut self, at: usize, bodies: &'a [Known], wanted: bool, level: usize) -> Found {
        let origin = self.path.get(at).and_then(|step| step.origin);
        let length = self.path.len();
        let mut core = BTreeSet::from([at]);
        let mut is_certain = true;
        for body in bodies {
            self.assume(body, wanted, origin);
            let found = self.run(level + 1);
            self.path.truncate(length);
            match found {
                Found::Text(text) => return Found::Text(text),
                Found::Unknown => is_certain = false,
                Found::Contradiction(of_branch) => {
                    if of_branch.iter().all(|place| *place < length) {
                        return Found::Contradiction(of_branch);
                    }
                    core.extend(of_branch.into_iter().filter(|place| *place < length));
                }
            }
        }
        if is_certain {
            Found::Contradiction(core)
        } else {
            Found::Unknown
        }
    }
}
