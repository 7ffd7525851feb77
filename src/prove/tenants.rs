//! Tenants as a closed world: where a policy declares some, every request is of one of them, and its tier, region,
//! tags and facts from tenant are that tenant's.
//!
//! Tenants that a query cannot tell apart are one class of callers. Classes are made from groups: the tenants that
//! agree in those facts and tags that the query asks for, found once for each such set. Where a question mixes what a
//! tenant says with what the request adds (`size(tags)`, a sum, a string held against another), its outcome tells
//! nothing of the tenant alone: there the values themselves tell tenants apart.

use super::atom::{Atom, NumberSubject, TextSubject};
use super::text::{TextTest, outcome};
use crate::facts::{Builtin, FactId, Origin, Value};
use crate::model::{Policy, Tenant, TenantId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Tenants by their ids.
type Group = Vec<TenantId>;

/// What a query asks of tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    /// Facts.
    facts: BTreeSet<FactId>,
    /// Tags that only tenants have.
    tags: BTreeSet<String>,
    /// Questions about names, but for whether one is a given tenant's.
    of_names: BTreeSet<Atom>,
    /// What comes into questions beside what the request adds.
    mixed: Mixed,
}

/// What tenants say that comes into questions beside what the request adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mixed {
    /// Facts.
    facts: BTreeSet<FactId>,
    /// Whether all of a tenant's tags count.
    tags: bool,
}

/// What a question has to do with a tenant's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// It asks for this tenant.
    Tenant(TenantId),
    /// It asks for a tenant that is not there.
    Nobody,
    /// It asks for something else.
    None,
}

/// The tenants of a policy.
#[derive(Debug)]
pub(super) struct Tenants<'a> {
    policy: &'a Policy,
    by_name: BTreeMap<&'a str, TenantId>,
    reserved: BTreeSet<&'a str>,
    derived: BTreeSet<FactId>,
    groups: BTreeMap<Asked, Arc<Vec<Group>>>,
    opened: bool,
}

/// Callers that a query cannot tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// How each of the query's questions about callers comes out.
    pub(super) outcomes: Vec<bool>,
    /// One of them.
    pub(super) tenant: TenantId,
}

impl<'a> Tenants<'a> {
    /// The tenants of a policy.
    pub(super) fn new(policy: &'a Policy) -> Self {
        let ids = (0u32..).map(TenantId);
        let derived = policy
            .facts
            .definitions()
            .filter(|(_, definition)| match definition.origin {
                Origin::Tenant => true,
                Origin::Builtin(builtin) => {
                    matches!(builtin, Builtin::Tenant | Builtin::Tier | Builtin::Region)
                }
                Origin::Header(_) | Origin::Metadata(_) => false,
            });
        Tenants {
            policy,
            by_name: policy
                .tenants
                .iter()
                .map(|tenant| tenant.name.as_str())
                .zip(ids)
                .collect(),
            reserved: policy.reserved_tags(),
            derived: derived.map(|(id, _)| id).collect(),
            groups: BTreeMap::new(),
            opened: false,
        }
    }

    /// Whether every request is of a declared tenant.
    pub(super) fn closed(&self) -> bool {
        !self.opened && !self.policy.tenants.is_empty()
    }

    /// Lets tenants other than those that there are count too, or not any longer; what held before.
    pub(super) fn open(&mut self, opened: bool) -> bool {
        std::mem::replace(&mut self.opened, opened)
    }

    /// Whether the tenant alone says what a fact is.
    pub(super) fn says(&self, fact: FactId) -> bool {
        self.closed() && self.derived.contains(&fact)
    }

    /// Tags that a request has only where its tenant lists them.
    pub(super) fn reserved(&self) -> &BTreeSet<&'a str> {
        &self.reserved
    }

    /// Whether the tenant alone says how an atom comes out.
    pub(super) fn answers(&self, atom: &Atom) -> bool {
        if !self.closed() {
            return false;
        }
        match atom {
            Atom::Flag(fact) => self.derived.contains(fact),
            Atom::Text(TextSubject::Fact(fact), _) => self.derived.contains(fact),
            Atom::SameText(TextSubject::Fact(left), TextSubject::Fact(right)) => {
                self.derived.contains(left) && self.derived.contains(right)
            }
            Atom::AtMost(NumberSubject::Fact(fact), _) => self.derived.contains(fact),
            Atom::AtMost(NumberSubject::TextSize(TextSubject::Fact(fact)), _) => self.derived.contains(fact),
            Atom::AtMost(NumberSubject::ListSize(fact), _) => self.derived.contains(fact),
            Atom::List(fact, test) => {
                self.derived.contains(fact)
                    || *fact == FactId::from(Builtin::Tags)
                        && test.contained().is_some_and(|tag| self.reserved.contains(tag))
            }
            _ => false,
        }
    }

    /// Adds what of tenants comes into an atom that no tenant answers alone; whether that was not known before.
    pub(super) fn mix(&self, atom: &Atom, mixed: &mut Mixed) -> bool {
        if !self.closed() || self.answers(atom) {
            return false;
        }
        let before = (mixed.facts.len(), mixed.tags);
        let facts = atom.facts().into_iter();
        mixed
            .facts
            .extend(facts.filter(|fact| self.derived.contains(fact)));
        let tags = FactId::from(Builtin::Tags);
        mixed.tags |= match atom {
            Atom::List(fact, test) => *fact == tags && test.contained().is_none(),
            Atom::AtMost(NumberSubject::ListSize(fact), _) => *fact == tags,
            _ => false,
        };
        before != (mixed.facts.len(), mixed.tags)
    }

    /// What tells a tenant apart from others in mixed questions.
    fn apart(&self, tenant: TenantId, mixed: &Mixed) -> Vec<String> {
        let facts = mixed.facts.iter();
        let values = facts.map(|fact| format!("{:?}", self.value(tenant, *fact)));
        let tags = self.policy.tenant(tenant).filter(|_| mixed.tags);
        values
            .chain(tags.map(|found| format!("{:?}", found.tags)))
            .collect()
    }

    /// The value of a fact for a tenant.
    pub(super) fn value(&self, tenant: TenantId, fact: FactId) -> Option<Value> {
        let found = self.policy.tenant(tenant)?;
        if fact == FactId::from(Builtin::Tenant) {
            return Some(Value::String(found.name.clone()));
        }
        let own = found.facts.iter().find(|(known, _)| *known == fact);
        let own = own.map(|(_, value)| value.clone());
        own.or_else(|| {
            self.policy
                .facts
                .get(fact)
                .map(|definition| definition.default.clone())
        })
    }

    /// The facts that tenants say.
    pub(super) fn derived(&self) -> impl Iterator<Item = FactId> {
        self.derived.iter().copied()
    }

    /// The classes that these questions tell apart among the tenants that are not `named`; each question is answered by
    /// the tenant alone. What is `mixed` into other questions tells tenants apart too.
    pub(super) fn classes(
        &mut self,
        questions: &[&Atom],
        mixed: &Mixed,
        named: &BTreeSet<TenantId>,
    ) -> Vec<Class> {
        let groups = self.groups(questions, mixed);
        let unnamed = groups
            .iter()
            .filter_map(|group| group.iter().find(|tenant| !named.contains(tenant)));
        let mut classes: BTreeMap<(Vec<bool>, Vec<String>), TenantId> = BTreeMap::new();
        for tenant in unnamed {
            let outcomes = questions.iter().map(|question| self.answer(*tenant, question));
            let apart = self.apart(*tenant, mixed);
            classes.entry((outcomes.collect(), apart)).or_insert(*tenant);
        }
        let class = |((outcomes, _), tenant)| Class { outcomes, tenant };
        classes.into_iter().map(class).collect()
    }

    /// Which tenant a question asks for by name.
    pub(super) fn name(&self, question: &Atom) -> Name {
        match question {
            Atom::Text(TextSubject::Fact(fact), TextTest::Equals(name))
                if *fact == FactId::from(Builtin::Tenant) =>
            {
                let known = self.by_name.get(name.as_str());
                known.map_or(Name::Nobody, |tenant| Name::Tenant(*tenant))
            }
            _ => Name::None,
        }
    }

    /// The tenants that agree in all that the questions ask for.
    fn groups(&mut self, questions: &[&Atom], mixed: &Mixed) -> Arc<Vec<Group>> {
        let mut asked = Asked {
            mixed: mixed.clone(),
            ..Asked::default()
        };
        for question in questions {
            if let Atom::List(fact, test) = question
                && *fact == FactId::from(Builtin::Tags)
            {
                asked.tags.extend(test.contained().map(str::to_owned));
            } else if asks_for_the_name(question) {
                asked.of_names.insert((*question).clone());
            } else {
                asked.facts.extend(question.facts());
            }
        }
        if let Some(known) = self.groups.get(&asked) {
            return Arc::clone(known);
        }
        let mut groups: BTreeMap<(Vec<String>, Vec<bool>), Group> = BTreeMap::new();
        for (id, tenant) in (0u32..).map(TenantId).zip(&self.policy.tenants) {
            let values = asked
                .facts
                .iter()
                .map(|fact| format!("{:?}", self.value(id, *fact)))
                .chain(self.apart(id, mixed))
                .collect();
            let tags = asked.tags.iter().map(|tag| tenant.tags.contains(tag));
            let of_names = asked.of_names.iter().map(|question| self.answer(id, question));
            groups
                .entry((values, tags.chain(of_names).collect()))
                .or_default()
                .push(id);
        }
        let groups = Arc::new(groups.into_values().collect::<Vec<_>>());
        self.groups.insert(asked, Arc::clone(&groups));
        groups
    }

    /// How a question comes out for a tenant.
    pub(super) fn answer(&self, id: TenantId, question: &Atom) -> bool {
        let text = |subject: &TextSubject| match self.value(id, subject.fact()) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        match question {
            Atom::Flag(fact) => self.value(id, *fact) == Some(Value::Bool(true)),
            Atom::Text(subject, test) => outcome(test, &text(subject)),
            Atom::SameText(left, right) => text(left) == text(right),
            Atom::AtMost(NumberSubject::Fact(fact), bound) => match self.value(id, *fact) {
                Some(Value::Int(number)) => number <= *bound,
                _ => false,
            },
            Atom::AtMost(NumberSubject::TextSize(subject), bound) => {
                i64::try_from(text(subject).chars().count()).unwrap_or(i64::MAX) <= *bound
            }
            Atom::AtMost(NumberSubject::ListSize(fact), bound) => match self.value(id, *fact) {
                Some(Value::StringList(items)) => i64::try_from(items.len()).unwrap_or(i64::MAX) <= *bound,
                _ => false,
            },
            Atom::List(fact, test) if *fact == FactId::from(Builtin::Tags) => {
                let tags = self
                    .policy
                    .tenant(id)
                    .map(|tenant: &Tenant| tenant.tags.as_slice());
                test.holds(tags.unwrap_or_default())
            }
            Atom::List(fact, test) => match self.value(id, *fact) {
                Some(Value::StringList(items)) => test.holds(&items),
                _ => false,
            },
            _ => false,
        }
    }
}

fn asks_for_the_name(question: &Atom) -> bool {
    question.facts().contains(&Builtin::Tenant.into())
}
