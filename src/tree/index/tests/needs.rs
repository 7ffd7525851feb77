//! The algebra of needs, held against every request of a small world.

use super::super::need::{Need, Texts};
use crate::facts::{Builtin, FactId};
use proptest::prelude::*;

/// A request: the values of two string facts, an int, and which of two literals a list holds.
type World = (u32, u32, i64, [bool; 2]);

fn worlds() -> impl Iterator<Item = World> {
    let members = [[false, false], [false, true], [true, false], [true, true]];
    (0..4).flat_map(move |first| {
        (0..3).flat_map(move |second| {
            (-1..4).flat_map(move |number| members.map(|members| (first, second, number, members)))
        })
    })
}

fn tokens() -> FactId {
    Builtin::Tokens.into()
}

fn fulfils(world: World, need: &Need) -> bool {
    let text = |slot: u8, texts: &Texts| {
        let value = if slot == 0 { world.0 } else { world.1 };
        match texts {
            Texts::Among(values) => values.contains(&value),
            Texts::Except(values) => !values.contains(&value),
        }
    };
    let member = |(_, value): &(u8, u32)| world.3[*value as usize];
    !need.never
        && need.texts.iter().all(|(slot, texts)| text(*slot, texts))
        && need
            .numbers
            .iter()
            .all(|(_, low, high)| (*low..=*high).contains(&world.2))
        && need.holds.iter().all(member)
        && !need.lacks.iter().any(member)
}

/// A condition of the small world: what it needs, and the requests for which it holds.
#[derive(Clone, Debug)]
struct Condition {
    need: Need,
    holds: Vec<World>,
}

impl Condition {
    fn of(need: Need) -> Condition {
        let holds = worlds().filter(|world| fulfils(*world, &need)).collect();
        Condition { need, holds }
    }

    /// A condition that the need says too little of.
    fn hidden(self) -> Condition {
        Condition {
            need: self.need.inexact(),
            holds: self.holds.into_iter().step_by(2).collect(),
        }
    }

    fn and(self, other: Condition) -> Condition {
        let holds = self
            .holds
            .into_iter()
            .filter(|world| other.holds.contains(world))
            .collect();
        Condition {
            need: self.need.and(other.need),
            holds,
        }
    }

    fn or(self, other: Condition) -> Condition {
        let either = |world: &World| self.holds.contains(world) || other.holds.contains(world);
        Condition {
            holds: worlds().filter(either).collect(),
            need: self.need.or(other.need),
        }
    }
}

fn condition() -> impl Strategy<Value = Condition> {
    let values = prop::collection::btree_set(1u32..4, 0..3).prop_map(|values| values.into_iter().collect());
    let text = (0u8..2, values, any::<bool>()).prop_map(|(slot, values, among): (u8, Vec<u32>, bool)| {
        Need::text(
            slot,
            if among {
                Texts::Among(values)
            } else {
                Texts::Except(values)
            },
        )
    });
    let number = (-1i64..4, -1i64..4).prop_map(|(low, high)| Need::number(tokens(), low, high));
    let member = (0u32..2, any::<bool>()).prop_map(|(value, holds)| Need::member((0, value), holds));
    let leaf = prop_oneof![
        4 => text,
        2 => number,
        2 => member,
        1 => Just(Need::nothing(true)),
        1 => Just(Need::never()),
    ];
    leaf.prop_map(Condition::of).prop_recursive(4, 12, 2, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(Condition::hidden),
            3 => (inner.clone(), inner.clone()).prop_map(|(left, right)| left.and(right)),
            3 => (inner.clone(), inner).prop_map(|(left, right)| left.or(right)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_need_is_sound_and_says_when_it_is_exact(condition in condition()) {
        for world in worlds() {
            let (fulfilled, holds) = (fulfils(world, &condition.need), condition.holds.contains(&world));
            prop_assert!(fulfilled || !holds, "{:?} leaves out {world:?}", condition.need);
            prop_assert!(!condition.need.exact || fulfilled == holds, "{:?} at {world:?}", condition.need);
        }
    }
}
