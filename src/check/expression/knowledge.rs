//! What guards have made sure of where an expression stands: `x != 0 && …`, `"k" in m && …`.

use super::interval::Interval;
use crate::cel::Literal;
use crate::facts::FactId;
use crate::model::{AttemptAttribute, Expression, ExpressionKind, Function, LetId, TargetAttribute};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Something with one value throughout an expression, which a guard can speak of. A place that holds a string, bytes,
/// list or map stands for its size as well, where a range is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Fact(FactId),
    Let(LetId),
    Target(TargetAttribute),
    Attempt(AttemptAttribute),
    /// The innermost variable of this name.
    Variable(String),
}

impl Place {
    /// The place whose value or size an expression is.
    pub(super) fn of(expression: &Expression) -> Option<Place> {
        match &expression.kind {
            ExpressionKind::Fact(fact) => Some(Place::Fact(*fact)),
            ExpressionKind::Let(id) => Some(Place::Let(*id)),
            ExpressionKind::Target(attribute) => Some(Place::Target(*attribute)),
            ExpressionKind::Attempt(attribute) => Some(Place::Attempt(*attribute)),
            ExpressionKind::Variable(name) => Some(Place::Variable(name.clone())),
            ExpressionKind::Call {
                function: Function::Size,
                arguments,
            } => match arguments.as_slice() {
                [argument] if !matches!(argument.kind, ExpressionKind::Call { .. }) => Place::of(argument),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The key of a map, as far as a guard can speak of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A literal, as it is written.
    Literal(String),
    /// The value of a place.
    Place(Place),
}

impl Key {
    /// The key that an expression stands for.
    pub(super) fn of(expression: &Expression) -> Option<Key> {
        match &expression.kind {
            ExpressionKind::Literal(literal) => Some(Key::Literal(literal.to_string())),
            ExpressionKind::Call { .. } => None,
            _ => Place::of(expression).map(Key::Place),
        }
    }

    /// A string.
    pub(super) fn text(text: &str) -> Key {
        Key::Literal(Literal::String(text.to_owned()).to_string())
    }

    fn names(&self, variable: &str) -> bool {
        matches!(self, Key::Place(Place::Variable(name)) if name == variable)
    }
}

/// Most things of one kind that are known at one point; what comes on top is not remembered.
const MOST_KNOWN: usize = 256;

/// What holds at one point of an expression. Cheap to clone, and free where nothing is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Knowledge(Option<Rc<Known>>);

/// The parts of what holds.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    ranges: BTreeMap<Place, Interval>,
    nonzero: BTreeSet<Place>,
    keys: BTreeSet<(Place, Key)>,
}

impl Knowledge {
    fn of(known: Known) -> Self {
        Knowledge(Some(Rc::new(known)))
    }

    /// Nothing but that the place is in the range.
    pub(super) fn of_range(place: Place, range: Interval) -> Self {
        Knowledge::of(Known {
            ranges: BTreeMap::from([(place, range)]),
            ..Known::default()
        })
    }

    /// Nothing but that the place is not 0.
    pub(super) fn of_nonzero(place: Place) -> Self {
        Knowledge::of(Known {
            nonzero: BTreeSet::from([place]),
            ..Known::default()
        })
    }

    /// Nothing but that the map has the key.
    pub(super) fn of_key(map: Place, key: Key) -> Self {
        Knowledge::of(Known {
            keys: BTreeSet::from([(map, key)]),
            ..Known::default()
        })
    }

    /// Adds what else holds. What cannot both hold is not added: such a point is never reached.
    pub(super) fn and(&mut self, other: &Knowledge) {
        match (&mut self.0, &other.0) {
            (Some(ours), Some(theirs)) => Rc::make_mut(ours).and(theirs),
            (None, Some(_)) => *self = other.clone(),
            (_, None) => {}
        }
    }

    /// Keeps only what holds in both cases.
    pub(super) fn or(&mut self, other: &Knowledge) {
        match (&mut self.0, &other.0) {
            (Some(ours), Some(theirs)) => Rc::make_mut(ours).or(theirs),
            _ => self.0 = None,
        }
    }

    /// Drops what is known of a variable: its name now stands for another one.
    pub(super) fn forget(&mut self, variable: &str) {
        if let Some(known) = &mut self.0 {
            Rc::make_mut(known).forget(variable);
        }
    }

    /// The range of a place of which `range` holds anyway.
    pub(super) fn narrowed(&self, place: &Place, range: Interval) -> Interval {
        let Some(known) = &self.0 else {
            return range;
        };
        let narrowed = known
            .ranges
            .get(place)
            .and_then(|known| known.intersect(range))
            .unwrap_or(range);
        if known.nonzero.contains(place) {
            narrowed.without(0)
        } else {
            narrowed
        }
    }

    /// Whether the place is not 0.
    pub(super) fn is_nonzero(&self, place: &Place) -> bool {
        self.0.as_ref().is_some_and(|known| known.nonzero.contains(place))
    }

    /// Whether the map has the key.
    pub(super) fn has_key(&self, map: Place, key: Key) -> bool {
        self.0
            .as_ref()
            .is_some_and(|known| known.keys.contains(&(map, key)))
    }
}

impl Known {
    fn and(&mut self, other: &Known) {
        for (place, range) in &other.ranges {
            let is_room = self.ranges.len() < MOST_KNOWN;
            match self.ranges.get_mut(place) {
                Some(known) => *known = known.intersect(*range).unwrap_or(*known),
                None if is_room => {
                    self.ranges.insert(place.clone(), *range);
                }
                None => {}
            }
        }
        let free = MOST_KNOWN.saturating_sub(self.nonzero.len());
        self.nonzero.extend(other.nonzero.iter().take(free).cloned());
        let free = MOST_KNOWN.saturating_sub(self.keys.len());
        self.keys.extend(other.keys.iter().take(free).cloned());
    }

    fn or(&mut self, other: &Known) {
        self.ranges.retain(|place, range| match other.ranges.get(place) {
            Some(theirs) => {
                *range = range.hull(*theirs);
                true
            }
            None => false,
        });
        self.nonzero.retain(|place| other.nonzero.contains(place));
        self.keys.retain(|key| other.keys.contains(key));
    }

    fn forget(&mut self, variable: &str) {
        let is_other = |place: &Place| !matches!(place, Place::Variable(name) if name == variable);
        self.ranges.retain(|place, _| is_other(place));
        self.nonzero.retain(is_other);
        self.keys
            .retain(|(place, key)| is_other(place) && !key.names(variable));
    }
}
