//! What a condition cannot hold without: for some facts the values that they must have. Sound, and exact where that is
//! all the condition says.

use crate::facts::FactId;

/// The numbered values of a string fact that a condition allows; ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    /// One of these.
    Among(Vec<u32>),
    /// None of these.
    Except(Vec<u32>),
}

/// A literal of a list of strings: the list's place in the vocabulary and the literal's number.
pub(super) type Member = (u8, u32);

/// What a condition cannot hold without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// Whether nothing fulfils it.
    pub(super) never: bool,
    /// Whether the condition holds wherever this is fulfilled.
    pub(super) exact: bool,
    /// For string facts, by their places in the vocabulary, the values allowed.
    pub(super) texts: Vec<(u8, Texts)>,
    /// For int facts the least and the greatest value allowed; a bool fact is 0 or 1.
    pub(super) numbers: Vec<(FactId, i64, i64)>,
    /// What lists must hold; ascending.
    pub(super) holds: Vec<Member>,
    /// What lists must not hold; ascending.
    pub(super) lacks: Vec<Member>,
}

impl Need {
    /// Fulfilled by every request; `exact` says of a condition that always holds.
    pub(super) fn nothing(exact: bool) -> Need {
        Need {
            never: false,
            exact,
            texts: Vec::new(),
            numbers: Vec::new(),
            holds: Vec::new(),
            lacks: Vec::new(),
        }
    }

    /// Fulfilled by none, exactly.
    pub(super) fn never() -> Need {
        Need {
            never: true,
            ..Need::nothing(true)
        }
    }

    /// Values of one string fact, exactly.
    pub(super) fn text(slot: u8, texts: Texts) -> Need {
        Need {
            texts: vec![(slot, texts)],
            ..Need::nothing(true)
        }
        .checked()
    }

    /// A range of one int fact, exactly.
    pub(super) fn number(fact: FactId, low: i64, high: i64) -> Need {
        Need {
            numbers: vec![(fact, low, high)],
            ..Need::nothing(true)
        }
        .checked()
    }

    /// A list that must hold a literal, or must not, exactly.
    pub(super) fn member(member: Member, holds: bool) -> Need {
        let mut need = Need::nothing(true);
        if holds {
            need.holds.push(member);
        } else {
            need.lacks.push(member);
        }
        need
    }

    /// The same for a condition of which it does not say all.
    pub(super) fn inexact(self) -> Need {
        Need { exact: false, ..self }
    }

    /// The values allowed of a string fact; `None` where all are.
    pub(super) fn texts_of(&self, slot: u8) -> Option<&Texts> {
        self.texts
            .iter()
            .find(|(of, _)| *of == slot)
            .map(|(_, texts)| texts)
    }

    /// What two conditions need together.
    pub(super) fn and(mut self, other: Need) -> Need {
        self.never |= other.never;
        self.exact &= other.exact;
        for (slot, texts) in other.texts {
            match self.texts.iter_mut().find(|(of, _)| *of == slot) {
                Some((_, present)) => *present = present.and(&texts),
                None => self.texts.push((slot, texts)),
            }
        }
        for (fact, low, high) in other.numbers {
            match self.numbers.iter_mut().find(|(of, ..)| *of == fact) {
                Some(present) => *present = (fact, present.1.max(low), present.2.min(high)),
                None => self.numbers.push((fact, low, high)),
            }
        }
        self.holds = union(&self.holds, &other.holds);
        self.lacks = union(&self.lacks, &other.lacks);
        self.checked()
    }

    /// What either of two conditions needs. It is exact where they differ in one string fact at most: in two facts at
    /// once the union of boxes is no box.
    pub(super) fn or(self, other: Need) -> Need {
        let exact = self.exact && other.exact;
        if self.never || other.never {
            let left = if self.never { other } else { self };
            return Need { exact, ..left };
        }
        let differing = self
            .slots()
            .chain(other.slots().filter(|slot| self.texts_of(*slot).is_none()));
        let differing = differing
            .filter(|slot| self.texts_of(*slot) != other.texts_of(*slot))
            .count();
        let same_rest =
            self.numbers == other.numbers && self.holds == other.holds && self.lacks == other.lacks;
        let both = |(slot, left): &(u8, Texts)| Some((*slot, left.or(other.texts_of(*slot)?)));
        let hull = |(fact, low, high): &(FactId, i64, i64)| {
            let (_, other_low, other_high) = other.numbers.iter().find(|(of, ..)| of == fact)?;
            Some((*fact, *low.min(other_low), *high.max(other_high)))
        };
        Need {
            never: false,
            exact: exact && same_rest && differing <= 1,
            texts: self
                .texts
                .iter()
                .filter_map(both)
                .filter(|(_, texts)| !texts.is_all())
                .collect(),
            numbers: self.numbers.iter().filter_map(hull).collect(),
            holds: intersection(&self.holds, &other.holds),
            lacks: intersection(&self.lacks, &other.lacks),
        }
    }

    fn slots(&self) -> impl Iterator<Item = u8> {
        self.texts.iter().map(|(slot, _)| *slot)
    }

    fn checked(mut self) -> Need {
        let none = Texts::Among(Vec::new());
        self.never |= self.texts.iter().any(|(_, texts)| *texts == none)
            || self.numbers.iter().any(|(_, low, high)| low > high)
            || !intersection(&self.holds, &self.lacks).is_empty();
        self
    }
}

impl Texts {
    /// Whether every value is allowed.
    fn is_all(&self) -> bool {
        matches!(self, Texts::Except(values) if values.is_empty())
    }

    /// What both allow.
    fn and(&self, other: &Texts) -> Texts {
        match (self, other) {
            (Texts::Among(left), Texts::Among(right)) => Texts::Among(intersection(left, right)),
            (Texts::Among(left), Texts::Except(right)) | (Texts::Except(right), Texts::Among(left)) => {
                Texts::Among(difference(left, right))
            }
            (Texts::Except(left), Texts::Except(right)) => Texts::Except(union(left, right)),
        }
    }

    /// What one of them allows.
    fn or(&self, other: &Texts) -> Texts {
        match (self, other) {
            (Texts::Among(left), Texts::Among(right)) => Texts::Among(union(left, right)),
            (Texts::Among(left), Texts::Except(right)) | (Texts::Except(right), Texts::Among(left)) => {
                Texts::Except(difference(right, left))
            }
            (Texts::Except(left), Texts::Except(right)) => Texts::Except(intersection(left, right)),
        }
    }
}

fn union<T: Ord + Copy>(left: &[T], right: &[T]) -> Vec<T> {
    let mut both = [left, right].concat();
    both.sort_unstable();
    both.dedup();
    both
}

fn intersection<T: Ord + Copy>(left: &[T], right: &[T]) -> Vec<T> {
    left.iter()
        .copied()
        .filter(|item| right.binary_search(item).is_ok())
        .collect()
}

fn difference<T: Ord + Copy>(left: &[T], right: &[T]) -> Vec<T> {
    left.iter()
        .copied()
        .filter(|item| right.binary_search(item).is_err())
        .collect()
}
