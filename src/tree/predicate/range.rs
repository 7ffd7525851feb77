//! Macros over what facts, literals and targets hold: each item is bound in its place, and nothing is copied.

use super::{List, Number, Scope, Truth};
use crate::facts::{FactId, Value};

/// Most macros, one within the other, whose variables have a place.
pub(in crate::tree) const MOST_VARIABLES: usize = 4;

/// What a macro's variable stands for.
#[derive(Clone, Copy, Debug)]
pub(in crate::tree) enum Item<'a> {
    Text(&'a str),
    Number(i64),
}

/// What a macro goes through.
#[derive(Debug)]
pub(in crate::tree) enum Range {
    Texts(List),
    Numbers(Box<[Number]>),
    /// The keys of a map, in their order.
    Keys(FactId),
    Filtered(Box<Step>),
}

/// A condition on each item of a range.
#[derive(Debug)]
pub(in crate::tree) struct Step {
    pub(in crate::tree) range: Range,
    /// The place of the variable.
    pub(in crate::tree) place: usize,
    pub(in crate::tree) condition: Truth,
}

/// Of how many items a condition is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tree) enum Quantity {
    All,
    Any,
    One,
}

impl Range {
    /// Shows the items to `each`, in order, until it says that it has seen enough.
    fn visit<'a>(&'a self, scope: &Scope<'a>, each: &mut dyn FnMut(Item<'a>) -> bool) {
        match self {
            Range::Texts(list) => {
                let size = list.size(scope);
                let texts = (0..size).map_while(|index| list.at(index, scope));
                let _ = texts.map(Item::Text).all(&mut *each);
            }
            Range::Numbers(numbers) => {
                let _ = numbers.iter().all(|number| each(Item::Number(number.get(scope))));
            }
            Range::Keys(map) => {
                if let Some(Value::StringMap(entries)) = scope.facts.get(*map) {
                    let _ = entries.keys().all(|key| each(Item::Text(key)));
                }
            }
            Range::Filtered(step) => step.visit(scope, &mut |item, holds| !holds || each(item)),
        }
    }
}

impl Step {
    /// Shows each item, and whether the condition holds of it, until `each` has seen enough.
    fn visit<'a>(&'a self, scope: &Scope<'a>, each: &mut dyn FnMut(Item<'a>, bool) -> bool) {
        // A `let` has places of its own, which may be those of the macros around its name.
        let outer = scope.item(self.place);
        self.range.visit(scope, &mut |item| {
            scope.bind(self.place, item);
            let holds = self.condition.holds(scope);
            each(item, holds)
        });
        scope.bind(self.place, outer);
    }

    /// Whether the condition holds of so many items.
    pub(super) fn holds<'a>(&'a self, quantity: Quantity, scope: &Scope<'a>) -> bool {
        let mut met = 0usize;
        let mut missed = false;
        self.visit(scope, &mut |_, holds| {
            met += usize::from(holds);
            missed |= !holds;
            match quantity {
                Quantity::All => !missed,
                Quantity::Any => met == 0,
                Quantity::One => met < 2,
            }
        });
        match quantity {
            Quantity::All => !missed,
            Quantity::Any => met > 0,
            Quantity::One => met == 1,
        }
    }

    /// Of how many items the condition holds.
    pub(super) fn count<'a>(&'a self, scope: &Scope<'a>) -> usize {
        let mut met = 0;
        self.visit(scope, &mut |_, holds| {
            met += usize::from(holds);
            true
        });
        met
    }
}
