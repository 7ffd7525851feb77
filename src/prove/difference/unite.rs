//! Two places said as one, where what facts may be in both is easily said.

use super::place::{Place, Set, Words};
use std::collections::BTreeSet;

/// What two sets are together.
#[derive(Clone, Debug, PartialEq, Eq)]
enum United {
    /// Everything: the fact does not matter.
    Everything,
    /// This.
    Set(Set),
}

impl Place {
    /// One place that is both, where they differ in one fact only and what it may be in both is easily said, or where one
    /// is within the other.
    pub(super) fn united(&self, other: &Place) -> Option<Place> {
        if self.covers(other) {
            return Some(self.clone());
        }
        if other.covers(self) {
            return Some(other.clone());
        }
        if self.conditions != other.conditions || !self.sets.keys().eq(other.sets.keys()) {
            return None;
        }
        let pairs = self.sets.iter().zip(other.sets.values());
        let mut differing = pairs.filter(|((_, own), other)| own != other);
        let ((key, own), other) = differing.next()?;
        if differing.next().is_some() {
            return None;
        }
        let mut both = self.clone();
        match united(own, other)? {
            United::Everything => both.sets.remove(key),
            United::Set(set) => both.sets.insert(key.clone(), set),
        };
        Some(both)
    }

    /// What is said of both places.
    pub(super) fn shared(&self, other: &Place) -> Place {
        let mut shared = self.clone();
        shared.sets.retain(|key, set| other.sets.get(key) == Some(set));
        shared
            .conditions
            .retain(|condition| other.conditions.contains(condition));
        shared
    }

    /// What is said of the place and not of a wider one.
    pub(super) fn beyond(&self, wider: &Place) -> Place {
        let mut beyond = self.clone();
        beyond.sets.retain(|key, _| !wider.sets.contains_key(key));
        beyond
            .conditions
            .retain(|condition| !wider.conditions.contains(condition));
        beyond
    }

    /// Whether everything that is said here is said of the other place too.
    fn covers(&self, other: &Place) -> bool {
        let said = |(key, set)| other.sets.get(key) == Some(set);
        self.conditions.is_subset(&other.conditions) && self.sets.iter().all(said)
    }
}

fn united(own: &Set, other: &Set) -> Option<United> {
    match (own, other) {
        (Set::Flag(own), Set::Flag(other)) => (own != other).then_some(United::Everything),
        (Set::Text(own), Set::Text(other)) => words(own, other),
        (
            Set::Number {
                least,
                most,
                from_zero,
            },
            Set::Number {
                least: from,
                most: to,
                ..
            },
        ) => {
            let (own, other) = ((*least, *most), (*from, *to));
            numbers(own, other, *from_zero).or_else(|| numbers(other, own, *from_zero))
        }
        (
            Set::List { has, lacks, also },
            Set::List {
                has: with,
                lacks: without,
                also: others,
            },
        ) if also == others => elements([has, lacks], [with, without], also)
            .or_else(|| elements([with, without], [has, lacks], also)),
        _ => None,
    }
}

/// Numbers of which the second begin where the first end.
fn numbers(
    first: (Option<i64>, Option<i64>),
    second: (Option<i64>, Option<i64>),
    from_zero: bool,
) -> Option<United> {
    let next = first.1?.checked_add(1)?;
    if second.0 != Some(next) {
        return None;
    }
    Some(match (first.0, second.1) {
        (None, None) => United::Everything,
        (Some(0), None) if from_zero => United::Everything,
        (least, most) => United::Set(Set::Number {
            least,
            most,
            from_zero,
        }),
    })
}

fn words(own: &Words, other: &Words) -> Option<United> {
    let same = own.present == other.present && own.also == other.also;
    if !same {
        return None;
    }
    let rest = own.present.is_some() || !own.also.is_empty();
    let all = |words: Words| match rest {
        true => United::Set(Set::Text(words)),
        false => United::Everything,
    };
    let plain = || Words {
        one_of: None,
        none_of: BTreeSet::new(),
        ..own.clone()
    };
    match (&own.one_of, &other.one_of) {
        (Some(left), Some(right)) if own.none_of == other.none_of => {
            let both: BTreeSet<String> = left.union(right).cloned().collect();
            if own.none_of.is_empty() && own.known == Some(both.len()) {
                return Some(all(plain()));
            }
            let one_of = Some(both);
            Some(United::Set(Set::Text(Words {
                one_of,
                ..own.clone()
            })))
        }
        (Some(left), None) if own.none_of.is_empty() => without(left, &other.none_of, plain(), all),
        (None, Some(right)) if other.none_of.is_empty() => without(right, &own.none_of, plain(), all),
        _ => None,
    }
}

/// Some words, and all but others.
fn without(
    some: &BTreeSet<String>,
    but: &BTreeSet<String>,
    plain: Words,
    all: impl Fn(Words) -> United,
) -> Option<United> {
    let left: BTreeSet<String> = but.difference(some).cloned().collect();
    if left.is_empty() {
        return Some(all(plain));
    }
    let none_of = left;
    Some(United::Set(Set::Text(Words { none_of, ..plain })))
}

/// Lists of which the first have an element that the second lack.
fn elements(
    [has, lacks]: [&BTreeSet<String>; 2],
    [with, without]: [&BTreeSet<String>; 2],
    also: &BTreeSet<String>,
) -> Option<United> {
    let mut more = has.difference(with);
    let item = more.next()?;
    let alone = more.next().is_none() && with.is_subset(has);
    let mut lacking = without.clone();
    if !alone || !lacking.remove(item) || lacking != *lacks {
        return None;
    }
    if with.is_empty() && lacks.is_empty() && also.is_empty() {
        return Some(United::Everything);
    }
    Some(United::Set(Set::List {
        has: with.clone(),
        lacks: lacks.clone(),
        also: also.clone(),
    }))
}
