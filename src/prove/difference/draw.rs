//! What a split is drawn by and what a pool sticks to, for both policies: the key, what of a request the draw rests on, and
//! what holds of all requests that are drawn alike.

use super::super::atom::Atom;
use super::super::formula::{Formula, Formulas};
use super::super::same::equals;
use super::class::Class;
use super::joint::Source;
use super::rules::Rules;
use super::verdict::DrawnBy;
use crate::facts::{Builtin, FactId, Facts};
use crate::model::{Named, SplitKey, Target};

/// A key, for a request at hand and those like it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The draw.
    pub(super) by: DrawnBy,
    /// What must hold of a request so that its draw rests on the same.
    pub(super) alike: Formula,
    /// What holds of the requests that draw the very same; `None` where that is not said.
    pub(super) same: Option<Formula>,
    /// The joint policy's fact whose values are drawn by, where the request gives it.
    pub(super) given: Option<FactId>,
}

impl Key {
    /// The request's seed, drawn for its caller.
    pub(super) fn seed(rules: &Rules<'_, '_>) -> Key {
        Key {
            by: DrawnBy {
                name: "request".to_owned(),
                of: format!("seed {}", caller(rules)),
            },
            alike: Formulas::TRUE,
            same: Some(Formulas::TRUE),
            given: None,
        }
    }

    /// What the split of a class's route is drawn by, for a request of the joint policy.
    pub(super) fn of(
        rules: &Rules<'_, '_>,
        class: &Class,
        facts: &Facts,
        formulas: &mut Formulas,
    ) -> Option<Key> {
        let Class::Taken(taken) = class else { return None };
        let Target::Split(split) = &rules.policy.routing(taken.route)?.target else {
            return None;
        };
        match split.by {
            SplitKey::Fact(fact) => Key::of_fact(rules, fact, facts, formulas),
            SplitKey::Request => Some(Key::seed(rules)),
        }
    }

    /// A fact of one of the policies, for a request of the joint policy.
    pub(super) fn of_fact(
        rules: &Rules<'_, '_>,
        fact: FactId,
        facts: &Facts,
        formulas: &mut Formulas,
    ) -> Option<Key> {
        let name = rules.policy.facts.get(fact).map(|known| known.name.clone());
        let mut key = of_source(rules, rules.half.source(fact)?, facts, formulas);
        key.by.name = name.unwrap_or_default();
        key.by.of = format!("{} {}", key.by.of, caller(rules));
        let tenant = match rules.half.source(Builtin::Tenant.into()) {
            Some(Source::Shared(tenant)) => equals(*tenant, facts, formulas),
            _ => Some(Formulas::TRUE),
        };
        key.same = key
            .same
            .zip(tenant)
            .map(|(key, tenant)| formulas.and([key, tenant]));
        Some(key)
    }
}

/// The caller's name, where it is another to the other policy.
fn caller(rules: &Rules<'_, '_>) -> String {
    match rules.half.source(Builtin::Tenant.into()) {
        Some(Source::Fixed(name)) => name.to_string(),
        _ => String::new(),
    }
}

fn of_source(rules: &Rules<'_, '_>, source: &Source, facts: &Facts, formulas: &mut Formulas) -> Key {
    let key = |of: String, alike: Formula, same: Option<Formula>, given: Option<FactId>| Key {
        by: DrawnBy {
            name: String::new(),
            of,
        },
        alike,
        same,
        given,
    };
    match source {
        Source::Shared(fact) => {
            let same = equals(*fact, facts, formulas);
            key(format!("{fact:?}"), Formulas::TRUE, same, Some(*fact))
        }
        Source::Fixed(value) => key(format!("= {value}"), Formulas::TRUE, Some(Formulas::TRUE), None),
        Source::Given { given, fact, default } => {
            let flag = formulas.atom(Atom::Flag(*given));
            if facts.boolean(*given) {
                let same = equals(*fact, facts, formulas);
                let same = same.map(|same| formulas.and([flag, same]));
                return key(format!("{fact:?}"), flag, same, Some(*fact));
            }
            let absent = formulas.not(flag);
            key(format!("= {default}"), absent, Some(absent), None)
        }
        Source::Requested(_) => {
            let asked = rules.policy.requested(facts.string(Builtin::Model.into()));
            let name = asked.map_or("", |named: Named| rules.policy.name_of(named));
            let asks = rules.asks_for(asked, formulas);
            key(format!("= {:?}", name), asks, Some(asks), None)
        }
        Source::Tags(place) => key(format!("{place:?}"), Formulas::TRUE, None, None),
    }
}
