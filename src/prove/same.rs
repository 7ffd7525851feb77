//! That a request has a value that another has.

use super::atom::{Atom, NumberSubject, TextSubject};
use super::formula::{Formula, Formulas};
use super::text::TextTest;
use crate::facts::{FactId, Facts, Value};

/// That a fact has the value that it has in a request; `None` for lists and maps.
pub(super) fn equals(fact: FactId, facts: &Facts, formulas: &mut Formulas) -> Option<Formula> {
    let mut at = |subject: NumberSubject, number: i64| {
        let most = formulas.atom(Atom::AtMost(subject.clone(), number));
        let Some(below) = number.checked_sub(1) else {
            return most;
        };
        let below = formulas.atom(Atom::AtMost(subject, below));
        let least = formulas.not(below);
        formulas.and([most, least])
    };
    Some(match facts.get(fact)? {
        Value::String(text) => {
            let test = TextTest::Equals(text.clone());
            formulas.atom(Atom::Text(TextSubject::Fact(fact), test))
        }
        Value::Int(number) => at(NumberSubject::Fact(fact), *number),
        Value::Bool(truth) => {
            let flag = formulas.atom(Atom::Flag(fact));
            if *truth { flag } else { formulas.not(flag) }
        }
        Value::Timestamp(moment) => {
            let milliseconds = moment.seconds() * 1000 + i64::from(moment.nanoseconds() / 1_000_000);
            at(NumberSubject::Instant, milliseconds)
        }
        Value::StringList(_) | Value::StringMap(_) => return None,
    })
}
