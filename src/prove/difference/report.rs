//! The difference as a whole: what the walks found, put together and in order.

use super::super::patience::Patience;
use super::callers::{Scope, callers};
use super::class::Class;
use super::example::Example;
use super::place::Place;
use super::verdict::Verdict;
use super::walk::{Found, walk};
use super::{admission, attempts};
use crate::model::Policy;
use crate::source::Span;
use crate::tree::{PolicyHash, Tree};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// Most callers that are named.
const MAX_NAMED: usize = 5;

/// The difference of two policies.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The old policy's hash.
    pub old: PolicyHash,
    /// The new policy's hash.
    pub new: PolicyHash,
    /// Requests that are decided otherwise, in the order of the rules that decided them.
    pub changes: Vec<Change>,
    /// Whether all of them are told.
    pub complete: bool,
    /// Conditions that proofs do not look into and that may decide about more requests.
    pub unseen: BTreeSet<String>,
    /// What is done otherwise without being decided otherwise.
    pub other: Vec<String>,
}

/// Requests that are decided otherwise, all of them alike.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whose requests, where they are another caller to the new policy.
    pub who: Option<Who>,
    /// Which of them: those of any of these places.
    pub places: Vec<Place>,
    /// What changes.
    pub what: What,
}

/// Callers that are others to the new policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Their names.
    pub names: Vec<String>,
    /// What is another about them, in words.
    pub says: Vec<String>,
}

/// What changes.
#[derive(Clone, Debug)]
pub enum What {
    /// What is decided.
    Decision(Box<Decided>),
    /// Whether anything is decided at all.
    Admission {
        /// Which requests, in words.
        text: String,
        /// Which requests, by facts.
        facts: Map<String, Json>,
        /// What became of them.
        from: String,
        /// What becomes of them.
        to: String,
    },
}

/// A change of decisions.
#[derive(Clone, Debug)]
pub struct Decided {
    /// What was done.
    pub from: Verdict,
    /// What is done.
    pub to: Verdict,
    /// Whether guards set several caps, each the same before and after; then those of `from` and `to` are one of them.
    pub caps_vary: bool,
    /// The rule that decided.
    pub old_rule: Option<Rule>,
    /// The rule that decides.
    pub new_rule: Option<Rule>,
    /// One of the requests.
    pub example: Example,
}

/// A rule and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `assume`, `guard` or `route`.
    pub kind: &'static str,
    /// The rule's name.
    pub name: String,
    /// File and line.
    pub at: String,
}

impl Difference {
    /// Whether any request is decided otherwise, or may be.
    pub fn is_clean(&self) -> bool {
        self.changes.is_empty() && self.complete
    }
}

impl Who {
    /// The callers in few words.
    pub fn text(&self) -> String {
        let shown: Vec<&str> = self.names.iter().take(MAX_NAMED).map(String::as_str).collect();
        let more = self.names.len().saturating_sub(MAX_NAMED);
        let noun = if self.names.len() == 1 {
            "tenant"
        } else {
            "tenants"
        };
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{noun} {}{more} ({})", shown.join(", "), self.says.join(", "))
    }
}

/// Proves which requests two policies decide otherwise, as far as patience reaches.
pub fn difference(old: &Tree, new: &Tree, patience: &dyn Patience) -> Difference {
    let (before, now) = (old.policy(), new.policy());
    let callers = callers(old, new);
    let (mut changes, retyped) = admission::of_facts(before, now);
    changes.extend(admission::of_callers(&callers));
    let mut complete = !callers.more && !retyped;
    let mut unseen = BTreeSet::new();
    for scope in &callers.scopes {
        let mut walked = walk(old, new, scope, patience);
        unseen.append(&mut walked.unseen);
        complete &= !walked.more;
        for change in gathered(walked.found, scope, old, new) {
            add(change, &mut changes);
        }
    }
    Difference {
        old: *old.hash(),
        new: *new.hash(),
        changes,
        complete,
        unseen,
        other: attempts::otherwise(before, now),
    }
}

/// Adds a change; where it is the change of other callers too, they are named together.
fn add(change: Change, changes: &mut Vec<Change>) {
    let (Some(who), What::Decision(own)) = (&change.who, &change.what) else {
        return changes.push(change);
    };
    for known in changes.iter_mut() {
        if let (Some(others), What::Decision(decided)) = (&mut known.who, &known.what)
            && others.says == who.says
            && known.places == change.places
            && (&decided.from, &decided.to, decided.caps_vary) == (&own.from, &own.to, own.caps_vary)
        {
            others.names.extend(who.names.iter().cloned());
            return;
        }
    }
    changes.push(change);
}

/// Regions of the same change put together, in the order of the rules.
fn gathered(mut found: Vec<Found>, scope: &Scope, old: &Tree, new: &Tree) -> Vec<Change> {
    found.sort_by_key(|found| {
        let (was, is) = (found.classes.0.place(), found.classes.1.place());
        (was.min(is), was, is)
    });
    let who = scope.fixed.as_ref().map(|_| Who {
        names: scope.names.clone(),
        says: scope.says.clone(),
    });
    let mut changes: Vec<Change> = Vec::new();
    for one in found {
        let known = changes.iter_mut().find(|change| match &change.what {
            What::Decision(known) => is_like(known, &one),
            What::Admission { .. } => false,
        });
        match known {
            Some(change) => {
                if let What::Decision(known) = &mut change.what {
                    known.caps_vary |= known.from.max_tokens != one.from.max_tokens;
                }
                change.places.push(one.place);
            }
            None => changes.push(Change {
                who: who.clone(),
                places: vec![one.place],
                what: What::Decision(Box::new(Decided {
                    old_rule: rule(old, &one.classes.0),
                    new_rule: rule(new, &one.classes.1),
                    from: one.from,
                    to: one.to,
                    caps_vary: false,
                    example: one.example,
                })),
            }),
        }
    }
    for change in &mut changes {
        merge(&mut change.places);
    }
    changes
}

/// Whether the same is told of requests: a cap is told only where it changes.
fn is_like(known: &Decided, one: &Found) -> bool {
    let same_caps = known.from.max_tokens == known.to.max_tokens && one.from.max_tokens == one.to.max_tokens;
    let uncapped = |verdict: &Verdict| Verdict {
        max_tokens: None,
        ..verdict.clone()
    };
    match same_caps {
        true => uncapped(&known.from) == uncapped(&one.from) && uncapped(&known.to) == uncapped(&one.to),
        false => known.from == one.from && known.to == one.to,
    }
}

/// Puts places together where both are easily said as one.
fn merge(places: &mut Vec<Place>) {
    let mut at = 0;
    while at < places.len() {
        let pair = places.get(at).and_then(|own| {
            let others = places.iter().enumerate().skip(at + 1);
            let mut merged = others.filter_map(|(other, place)| Some((other, own.united(place)?)));
            merged.next()
        });
        match pair {
            Some((other, both)) => {
                places.remove(other);
                if let Some(slot) = places.get_mut(at) {
                    *slot = both;
                }
                at = 0;
            }
            None => at += 1,
        }
    }
}

fn rule(tree: &Tree, class: &Class) -> Option<Rule> {
    let policy: &Policy = tree.policy();
    let rule = |kind, name: &str, span: Span| Rule {
        kind,
        name: name.to_owned(),
        at: line(tree, span),
    };
    match class {
        Class::Broken(id) => policy
            .assume(*id)
            .map(|assume| rule("assume", &assume.name, assume.span)),
        Class::Denied(id) => policy
            .guard(*id)
            .map(|guard| rule("guard", &guard.name, guard.span)),
        Class::Taken(taken) => policy
            .route(taken.route)
            .map(|route| rule("route", &route.name, route.span)),
        Class::Untaken => None,
    }
}

/// File and line.
fn line(tree: &Tree, span: Span) -> String {
    let place = tree.sources().locate(span);
    let line = place.rsplit_once(':').map(|(line, _)| line.to_owned());
    line.unwrap_or(place)
}
