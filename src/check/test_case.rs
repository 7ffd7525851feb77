//! `test`: a request, what fails meanwhile, and what is expected of the decision.

use super::clauses::Clauses;
use super::expectation::{self, refuse_contradictions};
use super::given::given;
use super::items::Items;
use super::names::Names;
use super::report::Report;
use crate::check::fact::Term;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expectation, Failing, Named, Policy, ProviderId, RouteId, TenantId, TestCase};
use crate::syntax::ast::{Block, Clause, Word};

/// What a test is checked against. What it names does not count as used: a model that only a test names is one that no
/// request is sent to.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'c> {
    /// The policy, complete but for its tests.
    pub(super) policy: &'c Policy,
    /// Facts and `let`s.
    pub(super) terms: &'c Names<Term>,
    /// Providers.
    pub(super) providers: &'c Names<ProviderId>,
    /// Models and pools.
    pub(super) named: &'c Names<Named>,
    /// Tenants.
    pub(super) tenants: &'c Names<TenantId>,
    /// Routes.
    pub(super) routes: &'c Names<RouteId>,
}

/// The test that a block declares. Parts with errors are left out.
pub(super) fn test(block: &Block, around: Surroundings<'_>, report: &mut Report) -> TestCase {
    let mut clauses = Clauses::new(block);
    let given = clauses.read("given", report, |items, report| given(items, around, report));
    let mut all_failing = Failures::default();
    for clause in clauses.all("failing") {
        failing(clause, around, &mut all_failing, report);
    }
    if !clauses.has("expect") {
        clauses.missing("expect", "expect { route NAME }", report);
    }
    let expect = clauses.read("expect", report, |items, report| {
        expect(items, around, &all_failing.found, report)
    });
    let test = TestCase {
        name: clauses.name().to_owned(),
        given: given.unwrap_or_default(),
        failing: all_failing.found,
        expect: expect.unwrap_or_default(),
        span: clauses.span(),
    };
    clauses.finish(report);
    test
}

/// What fails, and the words that say so.
#[derive(Debug, Default)]
struct Failures {
    found: Vec<Failing>,
    named: Vec<Word>,
    providers: Vec<Word>,
}

/// `failing [a, b]` or `failing provider a`.
fn failing(clause: &Clause, around: Surroundings<'_>, all: &mut Failures, report: &mut Report) {
    let mut items = Items::of(clause);
    let of_providers = items.word("provider");
    let what = if of_providers {
        "a provider"
    } else {
        "a model or pool, or `provider` and a name"
    };
    let names = items.names(what, report);
    items.finish(report);
    let Some(names) = names else { return };
    if names.is_empty() {
        let message = "`failing` names nothing that fails";
        report.error(Code::BAD_VALUE, clause.span, message, "an empty list");
    }
    for name in names {
        let failing = match of_providers {
            true => around.providers.mention(&name, report).map(Failing::Provider),
            false => around.named.mention(&name, report).map(Failing::Named),
        };
        all.found.extend(failing);
        let known = if of_providers {
            &mut all.providers
        } else {
            &mut all.named
        };
        match known.iter().find(|known| known.text == name.text) {
            Some(first) => report.push(
                Diagnostic::error(
                    Code::DUPLICATE_ENTRY,
                    format!("`{}` stands twice in `failing`", name.text),
                )
                .at(name.span, "again here")
                .also(first.span, "first here"),
            ),
            None => known.push(name),
        }
    }
}

/// `expect { … }`.
fn expect(
    items: &mut Items<'_>,
    around: Surroundings<'_>,
    failing: &[Failing],
    report: &mut Report,
) -> Option<Vec<Expectation>> {
    let before = report.errors();
    let span = items.peek()?.span;
    let mut inner = items.braces("what is expected, such as `{ route NAME }`", report)?;
    let found = expectation::expectations(&mut inner, around, report);
    inner.finish(report);
    if report.errors() > before {
        return None;
    }
    if found.is_empty() {
        report.push(
            Diagnostic::error(Code::BAD_VALUE, "`expect` expects nothing")
                .at(span, "a test without an expectation always holds")
                .help(format!("write one of {}", expectation::WANTED)),
        );
    }
    refuse_contradictions(&found, failing, around.policy, report);
    Some(found)
}
