//! All requests that the questions of a policy tell apart, one for each way in which they come out.
//!
//! Values of each fact are tried in the real tree, of a policy that asks each question in a route of its own; of those
//! that no question tells apart one is kept. Facts that a question holds against each other are tried together.

use super::atoms::{self, Atom, Dimension};
use super::sketch::{Sketch, Tenant};
use pointsman::facts::{Facts, Value};
use pointsman::model::RouteId;
use pointsman::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// Most requests of one policy; with more it is too large to try.
const MAX_REQUESTS: usize = 2_500;

/// Values of some facts, by name.
type Values = Vec<(&'static str, Value)>;

/// A policy's questions, and values of facts to try.
struct Trial<'t> {
    sketch: &'t Sketch,
    probe: &'t Tree,
    atoms: Vec<&'t Atom>,
}

/// All requests that need to be tried; `None` where they are too many.
pub(crate) fn requests(sketch: &Sketch, probe: &Tree) -> Option<Vec<Facts>> {
    let trial = Trial {
        sketch,
        probe,
        atoms: sketch.atoms.iter().collect(),
    };
    let mut requests = vec![Facts::empty(&probe.policy().facts)];
    for together in trial.clusters() {
        let values = trial.told_apart(&together);
        if requests.len() * values.len() > MAX_REQUESTS {
            return None;
        }
        requests = requests
            .iter()
            .flat_map(|request| values.iter().map(|values| trial.with(request, values)))
            .collect();
    }
    Some(requests)
}

impl Trial<'_> {
    /// Facts that questions hold against each other, together.
    fn clusters(&self) -> Vec<BTreeSet<Dimension>> {
        let mut clusters: Vec<BTreeSet<Dimension>> = self
            .sketch
            .dimensions
            .iter()
            .map(|of| BTreeSet::from([*of]))
            .collect();
        for atom in &self.atoms {
            let (touched, mut others): (Vec<_>, Vec<_>) = clusters
                .into_iter()
                .partition(|cluster| atom.of.iter().any(|of| cluster.contains(of)));
            others.push(touched.into_iter().flatten().collect());
            clusters = others;
        }
        clusters
    }

    /// One choice of values for each way in which the questions about these facts come out.
    fn told_apart(&self, together: &BTreeSet<Dimension>) -> Vec<Values> {
        let asked: Vec<usize> = (0..self.atoms.len())
            .filter(|at| self.atoms[*at].of.iter().all(|of| together.contains(of)))
            .collect();
        let mut choices: Vec<Values> = vec![Vec::new()];
        for of in together {
            let values = self.values(*of, together);
            choices = choices
                .iter()
                .flat_map(|choice| values.iter().map(|more| [choice.clone(), more.clone()].concat()))
                .collect();
        }
        // What a request asks for by name says where a route of `requested` leads.
        let requested = |values: &Values| {
            let mut found = values.iter().filter(|(name, _)| *name == "requested");
            found.next().map(|(_, value)| format!("{value:?}"))
        };
        self.first_of_each(choices, 1, |values| {
            (self.outcomes(&asked, values), requested(values))
        })
    }

    /// The first so many of each kind.
    fn first_of_each<Kind: Ord>(
        &self,
        all: Vec<Values>,
        count: usize,
        kind: impl Fn(&Values) -> Kind,
    ) -> Vec<Values> {
        let mut seen: BTreeMap<Kind, usize> = BTreeMap::new();
        let mut kept = Vec::new();
        for values in all {
            let known = seen.entry(kind(&values)).or_default();
            *known += 1;
            if *known <= count {
                kept.push(values);
            }
        }
        kept
    }

    fn outcomes(&self, asked: &[usize], values: &Values) -> Vec<bool> {
        let facts = self.with(&Facts::empty(&self.probe.policy().facts), values);
        let outcome = |at: &usize| self.probe.route_matches(RouteId(*at as u32), &facts);
        asked.iter().map(outcome).collect()
    }

    fn with(&self, request: &Facts, values: &Values) -> Facts {
        let mut facts = request.clone();
        for (name, value) in values {
            let id = self
                .probe
                .policy()
                .facts
                .find(name)
                .expect("a fact of the policy");
            facts.set(id, value.clone()).expect("a value of the fact's type");
        }
        facts
    }

    /// The questions that are about one of these facts and no others.
    fn about(&self, of: &BTreeSet<Dimension>) -> Vec<usize> {
        let within = |atom: &Atom| atom.of.iter().all(|part| of.contains(part));
        (0..self.atoms.len())
            .filter(|at| within(self.atoms[*at]))
            .collect()
    }

    /// Values to try for some facts, beside others that are tried with them.
    fn values(&self, of: Dimension, beside: &BTreeSet<Dimension>) -> Vec<Values> {
        let each = |name: &'static str, values: Vec<Value>| {
            values.into_iter().map(|value| vec![(name, value)]).collect()
        };
        match of {
            Dimension::Int(name) => each(name, atoms::ints(0)),
            Dimension::AnyInt(name) => each(name, atoms::ints(-3)),
            Dimension::Flag(name) => each(name, vec![Value::Bool(false), Value::Bool(true)]),
            Dimension::OneOf(name, values) => each(name, values.iter().map(|value| text(value)).collect()),
            Dimension::Now(_) => each("now", atoms::moments()),
            Dimension::Text(name) => {
                let texts = self.texts(beside).into_iter();
                texts.map(|value| vec![(name, Value::String(value))]).collect()
            }
            Dimension::Model => self.models(beside),
            Dimension::Map(name) => self.maps(name),
            Dimension::Tags => {
                let lists = self.lists(&BTreeSet::new(), of).into_iter();
                lists
                    .map(|list| vec![("tags", Value::StringList(list))])
                    .collect()
            }
            Dimension::Caller => self.callers(),
        }
    }

    /// Strings for the facts of a cluster: where several are tried together, each gets the same, so that they can be
    /// equal; two of each kind, so that they can differ.
    fn texts(&self, beside: &BTreeSet<Dimension>) -> Vec<String> {
        let asked = self.about(beside);
        let alone = beside.len() == 1;
        let of_all = |value: &str| -> Values {
            let names = beside.iter().filter_map(|of| match of {
                Dimension::Text(name) => Some(*name),
                Dimension::Model => Some("model"),
                _ => None,
            });
            names.map(|name| (name, text(value))).collect()
        };
        let mut all = atoms::texts(if alone { 4 } else { 3 });
        let mut special: Vec<String> = Vec::new();
        if beside.contains(&Dimension::Caller) {
            let tenants = self.sketch.tenants.iter();
            special.extend(tenants.flat_map(|tenant| [tenant.name, tenant.team].map(str::to_owned)));
        }
        if beside.contains(&Dimension::Model) {
            special.extend(self.names());
        }
        let mut seen: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
        let most = if alone { 1 } else { 2 };
        all.retain(|value| {
            let known = seen.entry(self.outcomes(&asked, &of_all(value))).or_default();
            *known += 1;
            *known <= most || special.contains(value)
        });
        special.retain(|value| !all.contains(value));
        special.dedup();
        all.extend(special);
        all
    }

    /// Names of models and pools, and names that they are served by.
    fn names(&self) -> Vec<String> {
        let policy = self.probe.policy();
        let served = policy.served.exact().map(|(name, _)| name.to_owned());
        policy
            .all_named()
            .map(|named| policy.name_of(named).to_owned())
            .chain(served)
            .collect()
    }

    /// Names to ask for and what serves them. What no name leads to may be asked for by any.
    fn models(&self, beside: &BTreeSet<Dimension>) -> Vec<Values> {
        let policy = self.probe.policy();
        let mut asked = self.texts(&beside.iter().copied().chain([Dimension::Model]).collect());
        asked.extend(atoms::texts(3));
        asked.extend(self.names());
        let mut seen = BTreeSet::new();
        asked.retain(|name| seen.insert(name.clone()));
        let mut all = Vec::new();
        for name in &asked {
            let serving = policy
                .requested(name)
                .map(|named| policy.name_of(named))
                .unwrap_or_default();
            all.push(vec![("model", text(name)), ("requested", text(serving))]);
            for named in policy.all_named().filter(|named| !policy.served.reaches(*named)) {
                all.push(vec![
                    ("model", text(name)),
                    ("requested", text(policy.name_of(named))),
                ]);
            }
        }
        if beside.len() > 1 {
            return all;
        }
        let own = self.about(&BTreeSet::from([Dimension::Model]));
        self.first_of_each(all, 1, |values| {
            (self.outcomes(&own, values), format!("{:?}", values[1]))
        })
    }

    fn maps(&self, name: &'static str) -> Vec<Values> {
        let own = self.about(&BTreeSet::from([Dimension::Map(name)]));
        let map = |entries: Vec<(&str, &str)>| -> Values {
            let entries = entries.into_iter();
            let entries = entries.map(|(key, value)| (key.to_owned(), value.to_owned()));
            vec![(name, Value::StringMap(entries.collect()))]
        };
        let texts = atoms::texts(4);
        let kept = |key: &'static str| -> Vec<Option<&str>> {
            let mut seen = BTreeSet::new();
            let told = |value: &&String| seen.insert(self.outcomes(&own, &map(vec![(key, value.as_str())])));
            let values: Vec<&String> = texts.iter().filter(told).collect();
            [None]
                .into_iter()
                .chain(values.into_iter().map(|value| Some(value.as_str())))
                .collect()
        };
        let (first, second) = (kept("x-a"), kept("x-b"));
        let mut all = Vec::new();
        for (a, b) in first.iter().flat_map(|a| second.iter().map(move |b| (a, b))) {
            for others in 0..4 {
                let keys = ["x-p", "x-q", "x-r"];
                let mut entries: Vec<(&str, &str)> = keys[..others].iter().map(|key| (*key, "")).collect();
                entries.extend(a.map(|value| ("x-a", value)));
                entries.extend(b.map(|value| ("x-b", value)));
                all.push(map(entries));
            }
        }
        all
    }

    /// Lists of strings that are none of `without`.
    fn lists(&self, without: &BTreeSet<&str>, of: Dimension) -> Vec<Vec<String>> {
        let own = self.about(&BTreeSet::from([of]));
        let single = |value: &str| vec![("tags", Value::StringList(vec![value.to_owned()]))];
        let mut seen = BTreeSet::new();
        let mut elements = atoms::texts(3);
        elements.retain(|value| {
            let constant = ["a", "b", "ab", "c"].contains(&value.as_str());
            !without.contains(value.as_str())
                && (seen.insert(self.outcomes(&own, &single(value))) || constant)
        });
        let mut lists = vec![Vec::new()];
        lists.extend(elements.iter().map(|first| vec![first.clone()]));
        for first in 0..elements.len() {
            for second in 0..elements.len() {
                lists.push(vec![elements[first].clone(), elements[second].clone()]);
                if first <= second {
                    let rest = elements[second..].iter();
                    lists.extend(
                        rest.map(|third| {
                            vec![elements[first].clone(), elements[second].clone(), third.clone()]
                        }),
                    );
                }
            }
        }
        lists
    }

    /// Each tenant, with tags that a client may claim.
    fn callers(&self) -> Vec<Values> {
        let reserved: BTreeSet<&str> = self
            .sketch
            .tenants
            .iter()
            .flat_map(|tenant| tenant.tags.iter().copied())
            .collect();
        let reads_tags = self.atoms.iter().any(|atom| atom.text.contains("tags"));
        let claimed = if reads_tags {
            self.lists(&reserved, Dimension::Caller)
        } else {
            vec![Vec::new()]
        };
        let own = self.about(&BTreeSet::from([Dimension::Caller]));
        let mut all = Vec::new();
        for tenant in &self.sketch.tenants {
            let of_tenant: Vec<Values> = claimed.iter().map(|claimed| caller(tenant, claimed)).collect();
            all.extend(self.first_of_each(of_tenant, 1, |values| self.outcomes(&own, values)));
        }
        all
    }
}

fn caller(tenant: &Tenant, claimed: &[String]) -> Values {
    let own = tenant.tags.iter().map(|tag| (*tag).to_owned());
    vec![
        ("tenant", text(tenant.name)),
        ("tier", text(tenant.tier)),
        ("region", text(tenant.region)),
        ("team", text(tenant.team)),
        ("seats", Value::Int(tenant.seats)),
        (
            "tags",
            Value::StringList(own.chain(claimed.iter().cloned()).collect()),
        ),
    ]
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}
