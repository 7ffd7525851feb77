//! Names of what atoms ask about, and tests in words.

use super::super::atom::{NumberSubject, TextSubject};
use super::super::list::{Body, ListTest};
use super::super::relation::Relation;
use super::super::text::TextTest;
use crate::facts::{Builtin, FactId, Register};
use std::collections::BTreeSet;

/// Most values that are shown of one fact; the rest is counted.
const MAX_SHOWN: usize = 6;

/// A fact's place in its register, and its name.
pub(super) fn of_fact(fact: FactId, register: &Register) -> (usize, String) {
    let name = register.get(fact).map(|definition| definition.name.clone());
    (fact.index(), name.unwrap_or_default())
}

/// A string's place and name.
pub(super) fn text_name(subject: &TextSubject, register: &Register) -> (usize, String) {
    match subject {
        TextSubject::Fact(fact) => of_fact(*fact, register),
        TextSubject::Entry(fact, key) => {
            let (at, name) = of_fact(*fact, register);
            (at, format!("{name}[{key:?}]"))
        }
    }
}

/// A number's place and name.
pub(super) fn number_name(subject: &NumberSubject, register: &Register) -> (usize, String) {
    let size = |(at, name): (usize, String)| (at, format!("size({name})"));
    match subject {
        NumberSubject::Fact(fact) => of_fact(*fact, register),
        NumberSubject::Instant => of_fact(Builtin::Now.into(), register),
        NumberSubject::Field(function, zone) => {
            let (at, name) = of_fact(Builtin::Now.into(), register);
            let zone = zone.as_ref().map(|zone| format!("{zone:?}")).unwrap_or_default();
            (at, format!("{name}.{}({zone})", function.name()))
        }
        NumberSubject::TextSize(text) => size(text_name(text, register)),
        NumberSubject::ListSize(fact) | NumberSubject::MapSize(fact) => size(of_fact(*fact, register)),
    }
}

/// Whole numbers in words.
pub(super) fn interval(least: Option<i64>, most: Option<i64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(0) | None, Some(most)) => format!("up to {most}"),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("from {least}"),
        (None, None) => "any".to_owned(),
    }
}

/// Values with commas between, the last behind a word; of many only the first.
pub(super) fn listed(values: &BTreeSet<String>, last: &str) -> String {
    let shown: Vec<String> = values.iter().take(MAX_SHOWN).map(|value| bare(value)).collect();
    let more = values.len().saturating_sub(MAX_SHOWN);
    if more > 0 {
        return format!("{} {last} {more} more", shown.join(", "));
    }
    match shown.split_last() {
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// A word as it is, anything else in quotes.
fn bare(value: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "-_./@:".contains(character);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("{value:?}")
    }
}

/// What a test says of a string, in words behind its name.
pub(super) fn text_test(test: &TextTest, holds: bool) -> String {
    let not = if holds { "" } else { "not " };
    match test {
        TextTest::Equals(word) => format!("{not}{}", bare(word)),
        TextTest::OneOf(words) => {
            let words: BTreeSet<String> = words.iter().cloned().collect();
            format!("{not}{}", listed(&words, "or"))
        }
        TextTest::StartsWith(start) => format!("{not}starting with {start:?}"),
        TextTest::EndsWith(end) => format!("{not}ending with {end:?}"),
        TextTest::Contains(part) => format!("{not}containing {part:?}"),
        TextTest::Matches(pattern) => format!("{not}matching {pattern:?}"),
        TextTest::Compare(relation, word) => format!("{not}{} {word:?}", sign(*relation)),
        TextTest::SizeCompare(relation, size) => format!("{not}of a size {} {size}", sign(*relation)),
        TextTest::Glob(glob) => format!("{not}like {glob}"),
    }
}

fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "==",
        Relation::Less => "<",
        Relation::LessOrEqual => "<=",
        Relation::Greater => ">",
        Relation::GreaterOrEqual => ">=",
    }
}

/// A test of a list as a condition.
pub(super) fn list_test(test: &ListTest, name: &str, holds: bool) -> String {
    let not = if holds { "" } else { "!" };
    match test {
        ListTest::Contains(item) => format!("{not}({item:?} in {name})"),
        ListTest::Exists(tested) => format!("{not}{name}.exists(x, {})", body(tested)),
        ListTest::SizeCompare(relation, size) => {
            format!("{not}(size({name}) {} {size})", sign(*relation))
        }
        ListTest::Equals(items) => format!("{not}({name} == {items:?})"),
    }
}

fn body(tested: &Body) -> String {
    let joined = |bodies: &[Body], sign: &str| {
        let parts: Vec<String> = bodies.iter().map(body).collect();
        format!("({})", parts.join(sign))
    };
    match tested {
        Body::Test(test) => format!("x is {}", text_test(test, true)),
        Body::Not(inner) => format!("!({})", body(inner)),
        Body::And(bodies) => joined(bodies, " && "),
        Body::Or(bodies) => joined(bodies, " || "),
    }
}
