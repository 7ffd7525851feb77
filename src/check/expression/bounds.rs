//! What is known of a value before there is a request: ranges, sizes, the strings it can be.

use super::interval::Interval;
use crate::cel::Literal;
use crate::facts::{self, Definition};
use crate::model::{AttemptAttribute, Capability, TargetAttribute, Type};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Most strings that a value is known to be one of; beyond them it may be any string.
const MOST_KNOWN_STRINGS: usize = 4096;

/// The greatest context window that a condition computes with.
const LARGEST_CONTEXT: i128 = 1 << 40;

/// The last place of a plan that a condition computes with; plans are far shorter.
const LAST_POSITION: i128 = 1 << 20;

/// What a value of a type can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bounds {
    /// The value of an int or uint; the nanoseconds of a moment or duration; the size of a string, bytes, list or map.
    pub(super) range: Interval,
    /// All that a string can be; the string keys that a map has for sure.
    pub(super) strings: Option<Rc<BTreeSet<String>>>,
    /// What the elements of a list, or the values of a map, can be.
    element: Option<Rc<Bounds>>,
}

impl Bounds {
    /// Any value of the type.
    pub(super) fn of_type(ty: &Type) -> Self {
        let range = match ty {
            Type::Null | Type::Bool | Type::Double => Interval::ANY,
            Type::Int => Interval::INT,
            Type::Uint => Interval::UINT,
            Type::Timestamp => Interval::TIMESTAMP,
            Type::Duration => Interval::DURATION,
            Type::String | Type::Bytes | Type::List(_) | Type::Map(..) => Interval::SIZE,
        };
        Bounds::of_range(range)
    }

    /// Any value in the range.
    pub(super) fn of_range(range: Interval) -> Self {
        Bounds {
            range,
            strings: None,
            element: None,
        }
    }

    /// The value of a literal.
    pub(super) fn of_literal(literal: &Literal) -> Self {
        let range = match literal {
            Literal::Null | Literal::Bool(_) | Literal::Double(_) => Interval::ANY,
            Literal::Int(number) => Interval::of(*number),
            Literal::Uint(number) => Interval::of(*number),
            Literal::String(text) => Interval::size(text.chars().count()),
            Literal::Bytes(bytes) => Interval::size(bytes.len()),
        };
        match literal {
            Literal::String(text) => Bounds::of_range(range).one_of([text.as_str()]),
            _ => Bounds::of_range(range),
        }
    }

    /// Any value of a fact.
    pub(super) fn of_fact(definition: &Definition) -> Self {
        match definition.ty {
            facts::Type::Int => Bounds::of_range(Interval::new(
                i128::from(*definition.range.start()),
                i128::from(*definition.range.end()),
            )),
            ty => {
                let bounds = Bounds::of_type(&ty.into());
                match &definition.one_of {
                    Some(values) if values.len() <= MOST_KNOWN_STRINGS => {
                        bounds.one_of(values.iter().map(String::as_str))
                    }
                    _ => bounds,
                }
            }
        }
    }

    /// Any value of a target's attribute.
    pub(super) fn of_target(attribute: TargetAttribute) -> Self {
        match attribute {
            TargetAttribute::Context => Bounds::of_range(Interval::new(0, LARGEST_CONTEXT)),
            TargetAttribute::Can => {
                let word = Bounds::of_type(&Type::String).one_of(Capability::ALL.map(Capability::name));
                Bounds::of_type(&attribute.ty()).with_element(Some(word))
            }
            other => Bounds::of_type(&other.ty()),
        }
    }

    /// Any value of an attempt's attribute.
    pub(super) fn of_attempt(attribute: AttemptAttribute) -> Self {
        match attribute {
            AttemptAttribute::Position => Bounds::of_range(Interval::new(0, LAST_POSITION)),
            AttemptAttribute::Fallbacks => {
                Bounds::of_type(&attribute.ty()).with_range(Interval::new(0, LAST_POSITION))
            }
        }
    }

    /// With the strings that it can be.
    pub(super) fn one_of<'a>(mut self, strings: impl IntoIterator<Item = &'a str>) -> Self {
        let strings: BTreeSet<String> = strings.into_iter().map(str::to_owned).collect();
        self.strings = (strings.len() <= MOST_KNOWN_STRINGS).then(|| Rc::new(strings));
        self
    }

    /// With what its elements or values can be.
    pub(super) fn with_element(mut self, element: Option<Bounds>) -> Self {
        self.element = element.map(Rc::new);
        self
    }

    /// What elements or values of this type can be.
    pub(super) fn element(&self, ty: &Type) -> Bounds {
        match &self.element {
            Some(element) => element.as_ref().clone(),
            None => Bounds::of_type(ty),
        }
    }

    /// The same with another range.
    pub(super) fn with_range(mut self, range: Interval) -> Self {
        self.range = range;
        self
    }

    /// Adds what another value of the same type can be.
    pub(super) fn join(&mut self, other: &Bounds, ty: &Type) {
        self.range = self.range.hull(other.range);
        self.strings = match (self.strings.take(), &other.strings) {
            (Some(mut ours), Some(theirs)) if matches!(ty, Type::Map(..)) => {
                Rc::make_mut(&mut ours).retain(|key| theirs.contains(key));
                Some(ours)
            }
            (Some(mut ours), Some(theirs)) if ours.len() + theirs.len() <= MOST_KNOWN_STRINGS => {
                let known = Rc::make_mut(&mut ours);
                for text in theirs.iter() {
                    if !known.contains(text) {
                        known.insert(text.clone());
                    }
                }
                Some(ours)
            }
            _ => None,
        };
        self.element = match (self.element.take(), &other.element, ty) {
            (Some(mut ours), Some(theirs), Type::List(element) | Type::Map(_, element)) => {
                Rc::make_mut(&mut ours).join(theirs, element);
                Some(ours)
            }
            _ => None,
        };
    }
}
