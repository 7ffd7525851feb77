//! Names that nothing uses.

use crate::check::fact::Term;
use crate::check::names::Names;
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::model::{Named, Policy, ProviderId, RouteAction, Target};
use crate::source::Span;
use crate::syntax::ast::Document;
use std::collections::BTreeSet;

/// The name spaces whose names are there to be used.
pub(in crate::check) struct Usage<'a> {
    /// Facts and `let`s.
    pub(in crate::check) terms: &'a Names<Term>,
    /// Providers.
    pub(in crate::check) providers: &'a Names<ProviderId>,
    /// Models and pools.
    pub(in crate::check) named: &'a Names<Named>,
    /// The files that the names are declared in.
    pub(in crate::check) documents: &'a [Document],
}

impl Usage<'_> {
    /// The whole statement that declares the name at a place.
    fn statement(&self, name: Span) -> Option<Span> {
        let mut documents = self.documents.iter();
        let document = documents.find(|document| document.file == name.file)?;
        let behind = document
            .statements
            .partition_point(|statement| statement.span.start <= name.start);
        let statement = document.statements.get(behind.checked_sub(1)?)?;
        (statement.span.end >= name.end).then_some(statement.span)
    }

    fn warn(&self, what: &str, name: &str, span: Span, label: &str, report: &mut Report) {
        let message = format!("the {what} `{name}` is never used");
        let diagnostic = Diagnostic::warning(Code::UNUSED, message)
            .at(span, label)
            .help("use it, or leave it out");
        report.push(match self.statement(span) {
            Some(statement) => {
                diagnostic.fix(Fix::suggestion(format!("leave the {what} out")).remove(statement))
            }
            None => diagnostic,
        });
    }
}

/// Reports names that nothing uses. What clients can ask for by name is used where a route goes to what they ask for.
pub(in crate::check) fn unused(policy: &Policy, usage: &Usage<'_>, report: &mut Report) {
    for (name, term, span) in usage.terms.unused() {
        match term {
            Term::Fact(_) => usage.warn("fact", name, span, "no condition or split reads it", report),
            Term::Let(_) => usage.warn("`let`", name, span, "no condition names it", report),
            Term::BrokenFact => {}
        }
    }
    for (name, _, span) in usage.providers.unused() {
        usage.warn("provider", name, span, "no model is served by it", report);
    }
    let asked: BTreeSet<Named> = match goes_to_requested(policy) {
        true => policy
            .served
            .exact()
            .chain(policy.served.globs())
            .map(|(_, named)| named)
            .collect(),
        false => BTreeSet::new(),
    };
    for (name, named, span) in usage.named.unused() {
        match named {
            _ if asked.contains(&named) => {}
            Named::Model(_) => usage.warn("model", name, span, "no route or pool names it", report),
            Named::Pool(_) => usage.warn("pool", name, span, "no route names it", report),
        }
    }
}

/// Whether a route goes to the model that the client asks for.
fn goes_to_requested(policy: &Policy) -> bool {
    policy.routes.iter().any(|route| match &route.action {
        RouteAction::Send(routing) => matches!(routing.target, Target::Requested(_)),
        RouteAction::Deny(_) => false,
    })
}
