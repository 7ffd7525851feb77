//! Runs tests, and tells the failed ones as diagnostics.

use super::case::Case;
use super::course::{Course, Lot, explore};
use super::coverage::Seen;
use super::judge::Judge;
use super::report::{Failure, Options, Report, TestReport};
use super::words::{expected, unexplored};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expectation, TestCase, TestId};
use crate::tree::Tree;

/// Runs the tests of a tree's policy.
pub fn run(tree: &Tree, options: Options<'_>) -> Report {
    let mut seen = options.coverage.then(Seen::default);
    let tests = (0u32..)
        .zip(&tree.policy().tests)
        .filter(|(_, test)| options.filter.is_none_or(|part| test.name.contains(part)))
        .map(|(index, test)| run_one(tree, TestId(index), test, seen.as_mut()))
        .collect();
    Report {
        tests,
        coverage: seen.map(|seen| seen.coverage(tree)),
    }
}

/// Every expectation that is not met, as an error: what a load says of a policy whose tests do not hold.
pub fn diagnostics(tree: &Tree) -> Vec<Diagnostic> {
    let report = run(tree, Options::default());
    report
        .tests
        .iter()
        .flat_map(|test| test.failures.iter().map(|failure| diagnostic(test, failure)))
        .collect()
}

fn diagnostic(test: &TestReport, failure: &Failure) -> Diagnostic {
    let Failure {
        expected,
        found,
        draw,
        span,
    } = failure;
    let draw = draw
        .as_ref()
        .map(|draw| format!(", where {draw}"))
        .unwrap_or_default();
    let message = format!(
        "the test `{}` does not hold: expected `{expected}`, found: {found}{draw}",
        test.name
    );
    let error = Diagnostic::error(Code::TEST_FAILED, message).at(*span, "expected here");
    let error = match *span == test.span {
        true => error,
        false => error.also(test.span, "in this test"),
    };
    error.help("`pointsman test` shows how the decision came about")
}

fn run_one(tree: &Tree, id: TestId, test: &TestCase, mut seen: Option<&mut Seen>) -> TestReport {
    let case = Case::new(tree, test);
    if let Some(seen) = &mut seen {
        seen.add_trace(&Lot::default().decide(&case).1);
    }
    let mut outcomes = vec![Outcome::default(); test.expect.len()];
    let explored = explore(&case, &mut |course: &Course| {
        if let Some(seen) = &mut seen {
            seen.add_course(course);
        }
        let judge = Judge::new(&case, course);
        for (expectation, outcome) in test.expect.iter().zip(&mut outcomes) {
            outcome.add(judge.judge(&expectation.kind), &course.lot);
        }
    });
    let mut broken: Vec<(Failure, Lot)> = test
        .expect
        .iter()
        .zip(outcomes)
        .filter_map(|(expectation, outcome)| outcome.failure(&case, expectation))
        .collect();
    if let Err(why) = explored {
        let (expected, found) = unexplored(tree.policy(), why);
        let failure = Failure {
            span: test.span,
            expected,
            found,
            draw: None,
        };
        broken.push((failure, Lot::default()));
    }
    TestReport {
        test: id,
        name: test.name.clone(),
        span: test.span,
        lot: broken.first().map(|(_, lot)| lot.clone()),
        failures: broken.into_iter().map(|(failure, _)| failure).collect(),
    }
}

/// How an expectation came out over the ways of the request.
#[derive(Clone, Debug, Default)]
struct Outcome {
    met: bool,
    broken: Option<(String, Lot)>,
    /// Whether more than one thing was found.
    differs: bool,
}

impl Outcome {
    fn add(&mut self, verdict: Result<(), String>, lot: &Lot) {
        match (verdict, &self.broken) {
            (Ok(()), _) => self.met = true,
            (Err(found), None) => self.broken = Some((found, lot.clone())),
            (Err(found), Some((first, _))) => self.differs |= found != *first,
        }
    }

    /// The failure, where one way breaks the expectation; it names draw and pick where these have a say.
    fn failure(self, case: &Case<'_>, expectation: &Expectation) -> Option<(Failure, Lot)> {
        let (found, lot) = self.broken?;
        let has_a_say = self.met || self.differs;
        let failure = Failure {
            span: expectation.span,
            expected: expected(case.policy(), &expectation.kind),
            found,
            draw: has_a_say.then(|| lot.describe(case)).flatten(),
        };
        Some((failure, lot))
    }
}
