//! Splits whose draw is fixed: by a caller or a value that the region has alone.

use super::{differ, tree};
use crate::decide::{NoOrders, decide};
use crate::facts::Facts;
use crate::facts::json::from_json;
use serde_json::json;

fn policy(share: u32, by: &str, tenants: &str) -> String {
    let rest = 100 - share;
    format!(
        r#"
        {tenants}
        route drawn {{ when user == "u1" || user == "u2" target split by {by} {{ mini {share}% llama {rest}% }} }}
        route default {{ target large }}
        "#
    )
}

/// Whether a request is decided otherwise.
fn moves(old: &str, new: &str, facts: &serde_json::Value) -> bool {
    let [was, is] = [old, new].map(|rules| {
        let tree = tree(rules);
        let facts: Facts = from_json(&tree.policy().facts, facts).unwrap();
        decide(&tree, &facts, 0, &mut NoOrders).outcome
    });
    was != is
}

#[test]
fn a_share_that_moves_no_tenant_there_is_changes_nothing() {
    let only = "tenant only { key k env \"K\" }";
    for share in [1, 20, 40, 60, 80, 99] {
        let (old, new) = (policy(50, "tenant", only), policy(share, "tenant", only));
        let moves = moves(&old, &new, &json!({ "tenant": "only", "user": "u1" }));
        let difference = differ(&old, &new);
        assert_eq!(
            difference.is_clean(),
            !moves,
            "{share}: {}",
            difference.to_text(false)
        );
    }
}

#[test]
fn a_share_that_moves_no_user_asked_for_changes_nothing() {
    for share in [1, 20, 40, 60, 80, 99] {
        let (old, new) = (
            policy(50, "user", "tenant only {}"),
            policy(share, "user", "tenant only {}"),
        );
        let of = |user: &str| moves(&old, &new, &json!({ "tenant": "only", "user": user }));
        let difference = differ(&old, &new);
        let moves = of("u1") || of("u2");
        assert_eq!(
            difference.is_clean(),
            !moves,
            "{share}: {}",
            difference.to_text(false)
        );
    }
}

#[test]
fn the_name_of_a_fact_draws_nothing() {
    let named = |name: &str| {
        format!(
            r#"
            fact {name} string from header "x-team" default ""
            route drawn {{ target split by {name} {{ mini 50% llama 50% }} }}
            "#
        )
    };
    assert!(differ(&named("team"), &named("squad")).is_clean());
}
