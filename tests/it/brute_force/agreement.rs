//! What proofs say of a policy, held against what becomes of all its requests.

use super::choices::Choices;
use super::sketch::{Change, Sketch};
use super::{conditions, domain, draw, promises, reach, redundancy, untaken};
use pointsman::compile::{Compiled, compile_text};
use pointsman::decide::{Decision, NoOrders, decide};
use pointsman::diagnostic::{Code, Diagnostic, Request};
use pointsman::facts::{Facts, Value, json};
use pointsman::prove::{Unlimited, prove};
use pointsman::source::Span;
use pointsman::tree::Tree;
use std::ops::AddAssign;

/// What was compared.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Policies of which all was compared.
    pub(crate) policies: usize,
    /// Policies with more requests than are tried.
    pub(crate) too_large: usize,
    /// Policies of which a part is not looked into.
    pub(crate) opaque: usize,
    /// Requests that were decided.
    pub(crate) requests: usize,
    /// Verdicts on asserts, on targets that guards leave, and on requests that no route takes.
    pub(crate) verdicts: usize,
    /// Those that found something.
    pub(crate) found: usize,
    /// Those that were unknown.
    pub(crate) unknown: usize,
    /// Asserts that do not hold of what nobody was found to draw.
    pub(crate) undrawn: usize,
    /// Rules and conditions of which something was said.
    pub(crate) remarks: usize,
    /// Requests of findings that were decided again.
    pub(crate) witnesses: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.policies += other.policies;
        self.too_large += other.too_large;
        self.opaque += other.opaque;
        self.requests += other.requests;
        self.verdicts += other.verdicts;
        self.found += other.found;
        self.unknown += other.unknown;
        self.undrawn += other.undrawn;
        self.remarks += other.remarks;
        self.witnesses += other.witnesses;
    }
}

/// A policy with all that is to be compared.
pub(crate) struct Case<'s> {
    pub(crate) sketch: &'s Sketch,
    pub(crate) text: String,
    pub(crate) tree: Tree,
    /// The same policy, its splits drawn by the request's seed.
    pub(crate) drawn: Tree,
    /// The policy that asks each question in a route of its own.
    pub(crate) probe: Tree,
    /// What compiling said.
    pub(crate) said: Vec<Diagnostic>,
    /// What proofs say.
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) requests: Vec<Facts>,
    /// How each request is decided, with the seed 0.
    pub(crate) decisions: Vec<Decision>,
}

/// Draws a policy and holds what proofs say of it against trying all requests.
pub(crate) fn check(bytes: &[u8]) -> Tally {
    let sketch = draw::sketch(&mut Choices::new(bytes));
    let text = sketch.text(Change::default());
    let probe = compiled(&sketch.probe()).tree;
    let Some(requests) = domain::requests(&sketch, &probe) else {
        return Tally {
            too_large: 1,
            ..Tally::default()
        };
    };
    let mut tally = Tally {
        policies: 1,
        opaque: usize::from(sketch.is_opaque()),
        requests: requests.len(),
        ..Tally::default()
    };
    let Compiled { tree, diagnostics } = match compile_text(&text) {
        Ok(compiled) => compiled,
        Err(rejected) => {
            let draft = rejected
                .draft
                .unwrap_or_else(|| panic!("{:#?}\n{text}", rejected.diagnostics));
            untaken::compare(&sketch, &draft, &text, &requests, &mut tally);
            return tally;
        }
    };
    let drawn = Change {
        drawn_by_request: true,
        ..Change::default()
    };
    let found = prove(&tree, &diagnostics, &Unlimited).diagnostics;
    let decisions = requests
        .iter()
        .map(|facts| decide(&tree, facts, 0, &mut NoOrders));
    let case = Case {
        decisions: decisions.collect(),
        drawn: compiled(&sketch.text(drawn)).tree,
        sketch: &sketch,
        text,
        tree,
        probe,
        said: diagnostics,
        found,
        requests,
    };
    assert!(
        !case.found.iter().any(|found| found.code() == Code::UNPROVED),
        "{}",
        case.text
    );
    promises::compare(&case, &mut tally);
    reach::compare(&case, &mut tally);
    conditions::compare(&case, &mut tally);
    redundancy::compare(&case, &mut tally);
    for request in case.found.iter().filter_map(|found| found.request()) {
        case.request(request);
        tally.witnesses += 1;
    }
    tally
}

/// A policy that compiles.
pub(crate) fn compiled(text: &str) -> Compiled {
    compile_text(text).unwrap_or_else(|rejected| panic!("{:#?}\n{text}", rejected.diagnostics))
}

impl Case<'_> {
    /// The request of a finding, which is one that can come.
    pub(crate) fn request(&self, request: &Request) -> Facts {
        possible(self.sketch, &self.tree, request, &self.text)
    }

    /// What proofs say under a code of a place.
    pub(crate) fn of(&self, code: Code, span: Span) -> Option<&Diagnostic> {
        let mut found = self.found.iter();
        found.find(|found| found.code() == code && found.primary().is_some_and(|label| label.span == span))
    }

    /// Holds something against the truth.
    pub(crate) fn holds(&self, agrees: bool, what: impl FnOnce() -> String) {
        assert!(agrees, "{}\n{}\n{:#?}", what(), self.text, self.found);
    }
}

/// The facts of a request that is shown, which must be one that can come: of a declared tenant, with its facts and
/// tags, and with what serves the model asked for.
pub(crate) fn possible(sketch: &Sketch, tree: &Tree, request: &Request, text: &str) -> Facts {
    let policy = tree.policy();
    let shown = request.facts.clone().into();
    let facts = json::from_json(&policy.facts, &shown).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    let string = |name: &str| facts.string(policy.facts.find(name).expect("a fact"));
    let requested = policy.find_named(string("requested"));
    let serves = policy.requested(string("model"));
    let hidden = requested.is_some_and(|named| !policy.served.reaches(named));
    assert!(
        hidden && serves.is_none() || requested == serves || !reads_the_model(sketch),
        "{shown}: `model` leads elsewhere\n{text}"
    );
    if sketch.tenants.is_empty() {
        return facts;
    }
    let tenant = sketch
        .tenants
        .iter()
        .find(|tenant| tenant.name == string("tenant"));
    let tenant = tenant.unwrap_or_else(|| panic!("{shown} is of no tenant\n{text}"));
    let own = [
        ("tier", tenant.tier),
        ("region", tenant.region),
        ("team", tenant.team),
    ];
    assert!(
        own.iter().all(|(name, value)| string(name) == *value),
        "{shown} is not the tenant's\n{text}"
    );
    let seats = facts.get(policy.facts.find("seats").expect("a fact"));
    assert_eq!(
        seats,
        Some(&Value::Int(tenant.seats)),
        "{shown} is not the tenant's\n{text}"
    );
    let tags = facts.list(policy.facts.find("tags").expect("a fact"));
    let reserved = policy.reserved_tags();
    let (own, claimed) = tags.split_at(tenant.tags.len().min(tags.len()));
    assert!(
        own == tenant.tags && !claimed.iter().any(|tag| reserved.contains(tag.as_str())),
        "{shown} has tags that cannot be\n{text}"
    );
    facts
}

fn reads_the_model(sketch: &Sketch) -> bool {
    sketch.dimensions.contains(&super::atoms::Dimension::Model)
}
