//! A policy as it was drawn, so that it can be written with a rule left out or its splits drawn otherwise.

use super::atoms::{Atom, Dimension};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A declared tenant.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) name: &'static str,
    pub(crate) tier: &'static str,
    pub(crate) region: &'static str,
    pub(crate) team: &'static str,
    pub(crate) seats: i64,
    pub(crate) tags: Vec<&'static str>,
}

/// What a route does, as it is written; a split's key stands apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    /// All of it, but for a split.
    pub(crate) text: String,
    /// The key and the arms of a split.
    pub(crate) split: Option<(String, String)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) when: Option<String>,
    pub(crate) action: Action,
}

/// A policy that was drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sketch {
    /// Facts, providers, models, pools.
    pub(crate) catalog: String,
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) lets: Vec<String>,
    /// `when`, and the effects.
    pub(crate) guards: Vec<(Option<String>, String)>,
    pub(crate) routes: Vec<Route>,
    /// `when` and `that`.
    pub(crate) asserts: Vec<(Option<String>, String)>,
    pub(crate) assumes: Vec<String>,
    /// All questions that the policy asks of requests.
    pub(crate) atoms: BTreeSet<Atom>,
    /// Facts that the policy speaks of.
    pub(crate) dimensions: BTreeSet<Dimension>,
}

/// What is written otherwise than it was drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Change {
    /// The route that is left out.
    pub(crate) without_route: Option<usize>,
    /// The guard that is left out.
    pub(crate) without_guard: Option<usize>,
    /// Whether every split, and what pools stick to, is drawn by the request's seed.
    pub(crate) drawn_by_request: bool,
}

impl Sketch {
    /// Whether proofs do not look into some of it.
    pub(crate) fn is_opaque(&self) -> bool {
        self.atoms.iter().any(|atom| atom.opaque)
    }

    /// The policy as text.
    pub(crate) fn text(&self, change: Change) -> String {
        let mut text = self.preface();
        if change.drawn_by_request {
            for key in ["user", "tenant", "tier"] {
                text = text.replace(&format!("sticky by {key}"), "random");
            }
        }
        for (at, (when, effects)) in self.guards.iter().enumerate() {
            if change.without_guard != Some(at) {
                let _ = writeln!(text, "guard g{at} {{ {}{effects} }}", clause(when.as_deref()));
            }
        }
        for (at, route) in self.routes.iter().enumerate() {
            if change.without_route == Some(at) {
                continue;
            }
            let action = &route.action;
            let split = action.split.as_ref().map(|(key, arms)| {
                let key = if change.drawn_by_request { "request" } else { key };
                format!("target split by {key} {{ {arms} }} ")
            });
            let _ = writeln!(
                text,
                "route r{at} {{ {}{}{} }}",
                clause(route.when.as_deref()),
                split.unwrap_or_default(),
                action.text
            );
        }
        for (at, (when, that)) in self.asserts.iter().enumerate() {
            let _ = writeln!(text, "assert a{at} {{ {}that {that} }}", clause(when.as_deref()));
        }
        for (at, that) in self.assumes.iter().enumerate() {
            let _ = writeln!(text, "assume s{at} {{ that {that} }}");
        }
        text
    }

    /// A policy that asks each question in a route of its own; behind them stand the `let`s.
    pub(crate) fn probe(&self) -> String {
        let mut text = self.preface();
        let lets = (0..self.lets.len()).map(|at| format!("b{at}"));
        let questions = self.atoms.iter().map(|atom| atom.text.clone()).chain(lets);
        for (at, question) in questions.enumerate() {
            let _ = writeln!(text, "route q{at} {{ when {question} deny 403 \"\" }}");
        }
        text.push_str("route rest { deny 403 \"\" }\n");
        text
    }

    /// What stands before the rules.
    fn preface(&self) -> String {
        let mut text = self.catalog.clone();
        for tenant in &self.tenants {
            let tags: Vec<String> = tenant.tags.iter().map(|tag| format!("\"{tag}\"")).collect();
            let _ = writeln!(
                text,
                "tenant \"{}\" {{ tier \"{}\" region \"{}\" team \"{}\" seats {} tags [{}] }}",
                tenant.name,
                tenant.tier,
                tenant.region,
                tenant.team,
                tenant.seats,
                tags.join(", ")
            );
        }
        for (at, condition) in self.lets.iter().enumerate() {
            let _ = writeln!(text, "let b{at} = {condition}");
        }
        text
    }
}

fn clause(when: Option<&str>) -> String {
    when.map(|when| format!("when {when} ")).unwrap_or_default()
}
