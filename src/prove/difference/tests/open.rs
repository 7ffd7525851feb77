//! Policies that let everyone in, and facts whose values or defaults are others: examples can come, and who is another to
//! the new policy is told.

use super::{differ, tree};
use crate::facts::json::from_json;
use crate::prove::difference::{Difference, What};
use serde_json::Value as Json;

/// Whether each example has values that both policies' facts can have.
fn examples_can_come(old: &str, new: &str, difference: &Difference) -> bool {
    let trees = [tree(old), tree(new)];
    difference.changes.iter().all(|change| match &change.what {
        What::Decision(decided) => {
            let now = &decided.example.facts;
            let before = decided.example.facts_before.as_ref().unwrap_or(now);
            let mut sides = trees.iter().zip([before, now]);
            sides.all(|(tree, facts)| from_json(&tree.policy().facts, &Json::Object(facts.clone())).is_ok())
        }
        What::Admission { .. } => true,
    })
}

#[test]
fn a_fact_from_tenant_has_one_of_its_values_where_nobody_is_declared() {
    let policy = |target: &str| {
        format!(
            r#"
            fact team one of ["a", "b"] from tenant default "a"
            route team {{ when team != "a" target {target} }}
            route default {{ target large }}
            "#
        )
    };
    let (old, new) = (policy("mini"), policy("llama"));
    let difference = differ(&old, &new);
    assert!(!difference.is_clean());
    assert!(
        examples_can_come(&old, &new, &difference),
        "{}",
        difference.to_text(false)
    );
}

#[test]
fn everybody_is_another_where_a_default_of_a_fact_from_tenant_is() {
    let policy = |default: &str| {
        format!(
            r#"
            fact team one of ["a", "b"] from tenant default "{default}"
            route team {{ when team == "a" target mini }}
            route default {{ target large }}
            "#
        )
    };
    let (old, new) = (policy("a"), policy("b"));
    let difference = differ(&old, &new);
    let text = difference.to_text(false);
    assert!(text.starts_with("1. tenant anonymous (team a → b): "), "{text}");
    assert!(
        difference.complete && examples_can_come(&old, &new, &difference),
        "{text}"
    );
    assert!(differ(&old, &old).is_clean());
}

#[test]
fn a_value_that_only_one_policy_lets_in_is_of_no_example() {
    let policy = |values: &str, asked: &str, default: &str| {
        format!(
            r#"
            fact team one of {values} from header "x-team" default "{default}"
            route team {{ when team == "{asked}" target mini }}
            route default {{ target large }}
            "#
        )
    };
    for (old, new) in [
        (
            policy(r#"["a", "b"]"#, "b", "a"),
            policy(r#"["b", "c"]"#, "b", "c"),
        ),
        (
            policy(r#"["a", "b"]"#, "a", "a"),
            policy(r#"["c", "d"]"#, "c", "d"),
        ),
    ] {
        let difference = differ(&old, &new);
        let text = difference.to_text(false);
        assert!(difference.complete && !difference.is_clean(), "{text}");
        assert!(examples_can_come(&old, &new, &difference), "{text}");
    }
}
