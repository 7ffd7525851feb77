//! Our parse of CEL is the `cel` crate's, but for the ids of its nodes.

use crate::parsed_twice::{BLANKS, LEAVES, MACROS, OPERATORS, TOKENS, check, differ_by_intent, text_of};
use proptest::prelude::*;

fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(BLANKS)
}

/// A text that is an expression, as people may write it.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(5, 60, 4, |inner| {
        let part = inner.clone();
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            4 => (pair.clone(), prop::sample::select(OPERATORS), blank())
                .prop_map(|((left, right), operator, blank)| format!("{left}{blank} {operator} {blank}{right}")),
            2 => (part.clone(), blank()).prop_map(|(part, blank)| format!("({blank}{part}{blank})")),
            1 => part.clone().prop_map(|part| format!("!({part})")),
            1 => part.clone().prop_map(|part| format!("-({part})")),
            1 => prop::sample::select(LEAVES).prop_map(|leaf| format!("!{leaf}")),
            1 => prop::sample::select(LEAVES).prop_map(|leaf| format!("- {leaf}")),
            1 => (pair.clone(), part.clone()).prop_map(|((a, b), c)| format!("({a}) ? ({b}) : {c}")),
            1 => part.clone().prop_map(|part| format!("({part}).field")),
            1 => pair.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            1 => pair.clone().prop_map(|(a, b)| format!("({a}).f({b})")),
            1 => pair.clone().prop_map(|(a, b)| format!("size({a}, {b})")),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            1 => prop::collection::vec((inner.clone(), inner.clone()), 0..3).prop_map(|entries| {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
            1 => (pair, prop::sample::select(MACROS)).prop_map(|((a, b), name)| format!("({a}).{name}(x, {b})")),
            1 => part.prop_map(|part| format!("has(({part}).g)")),
        ]
    })
}

fn tokens() -> impl Strategy<Value = String> {
    prop::collection::vec((prop::sample::select(TOKENS), blank()), 1..9).prop_map(|tokens| {
        tokens
            .into_iter()
            .flat_map(|(token, blank)| [token, blank])
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_expressions(text in expression()) {
        check(&text);
    }

    #[test]
    fn of_any_sequence_of_tokens(text in tokens()) {
        prop_assume!(!differ_by_intent(&text));
        check(&text);
    }

    #[test]
    fn of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        let text = text_of(&bytes);
        prop_assume!(!differ_by_intent(&text));
        check(&text);
    }
}
