//! A report for people: a line a test, of those that fail what was expected and what was decided and why, then what
//! is not covered.

use super::case::Case;
use super::coverage::Coverage;
use super::json::place;
use super::report::{Failure, Report, TestReport};
use super::words::{listed, model_name};
use crate::diagnostic::one_line;
use crate::explain::{Style, to_short_text};
use crate::model::ExpectationKind;
use crate::tree::Tree;

/// Most failed tests of which the trace is shown.
const MOST_TRACES: usize = 20;

/// The report as text. With `color`, styled for a terminal.
pub fn to_text(tree: &Tree, report: &Report, color: bool) -> String {
    let mut page = Page {
        tree,
        style: Style::new(color),
        color,
        text: String::new(),
    };
    let mut traces = 0;
    for test in &report.tests {
        page.verdict(test);
        for failure in &test.failures {
            page.difference(failure);
        }
        if !test.passed() {
            traces += 1;
            page.trace(test, traces <= MOST_TRACES);
        }
    }
    page.summary(report);
    if let Some(coverage) = &report.coverage {
        page.coverage(coverage);
    }
    page.text
}

/// The text so far.
struct Page<'t> {
    tree: &'t Tree,
    style: Style,
    color: bool,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn place(&self, span: crate::source::Span) -> String {
        let (file, line) = place(self.tree, span);
        self.style.faint(&format!("{file}:{line}"))
    }

    fn verdict(&mut self, test: &TestReport) {
        let word = match test.passed() {
            true => self.style.outcome(Some(true), "ok    "),
            false => self.style.refusal("FAILED"),
        };
        let place = self.place(test.span);
        let name = one_line(&test.name);
        self.line(&format!("{word}  {name}  {place}"));
    }

    fn difference(&mut self, failure: &Failure) {
        let expected = self.style.outcome(Some(true), &format!("- {}", failure.expected));
        let found = self.style.outcome(Some(false), &format!("+ {}", failure.found));
        let place = self.place(failure.span);
        self.line("");
        self.line(&format!("    {expected}  {place}"));
        self.line(&format!("    {found}"));
        if let Some(draw) = &failure.draw {
            self.line(&format!("      where {draw}"));
        }
    }

    /// How the decision came about that breaks the test's first expectation.
    fn trace(&mut self, test: &TestReport, shown: bool) {
        self.line("");
        let policy = self.tree.policy();
        let (Some(lot), Some(written), true) = (&test.lot, policy.test(test.test), shown) else {
            return;
        };
        let case = Case::new(self.tree, written);
        let (decision, trace) = lot.decide(&case);
        let expected: Vec<_> = written
            .expect
            .iter()
            .filter_map(|expectation| match expectation.kind {
                ExpectationKind::Route(route) => Some(route),
                _ => None,
            })
            .collect();
        let text = to_short_text(self.tree, &case.facts, &decision, &trace, &expected, self.color);
        let failing = case
            .failing
            .iter()
            .map(|model| model_name(policy, *model))
            .collect::<Vec<_>>();
        if !failing.is_empty() {
            self.line(&format!("    while {} fail", listed(failing)));
        }
        for line in text.lines() {
            self.line(&format!("    {line}"));
        }
        self.line("");
    }

    fn summary(&mut self, report: &Report) {
        if report.tests.is_empty() {
            self.line("no tests");
            return;
        }
        let verdict = if report.failed() == 0 { "ok" } else { "not ok" };
        let (passed, failed) = (report.passed(), report.failed());
        self.line(&format!("{verdict}: {passed} passed, {failed} failed"));
    }

    fn coverage(&mut self, coverage: &Coverage) {
        self.line("");
        let heading = self.style.heading(&format!("coverage {}", coverage.share()));
        self.line(&heading);
        for (name, tally) in coverage.kinds() {
            let (covered, total) = (tally.covered, tally.total);
            self.line(&format!("  {name:10}  {covered} of {total}, {}", tally.share()));
            for missing in &tally.missing {
                let place = self.place(missing.span);
                let (what, why) = (one_line(&missing.what), missing.why);
                self.line(&format!("    {place}  {what}  {why}"));
            }
        }
    }
}
