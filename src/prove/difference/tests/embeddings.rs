//! Requests for embeddings, whose targets all share their vectors with the first one.

use crate::compile::compile_text;
use crate::prove::Unlimited;
use crate::prove::difference::{Difference, difference};

const RULES: &str = r#"
provider sim { protocol simulated }
pool mixed { pick least-busy members [one, twin] }
pool other { pick least-busy members [one, far] }
"#;

fn differ(models: [&str; 2], rules: [&str; 2]) -> Difference {
    let [old, new] = [0, 1].map(|side| {
        let text = format!(
            "{RULES} model one {{ provider sim vectors \"a\" }} model twin {{ provider sim vectors {:?} }} \
             model far {{ provider sim }} route all {{ {} }}",
            models[side], rules[side]
        );
        compile_text(&text).unwrap().tree
    });
    difference(&old, &new, &Unlimited)
}

#[test]
fn a_fallback_in_another_space_is_none_of_embeddings() {
    let difference = differ(["a", "a"], ["target one", "target one fallback far"]);
    let text = difference.to_text(false);
    assert_eq!(difference.changes.len(), 1, "{text}");
    assert!(text.starts_with("1. api other than embeddings\n"), "{text}");
}

#[test]
fn a_fallback_in_the_same_space_is_one_of_embeddings_too() {
    let difference = differ(["a", "a"], ["target one", "target one fallback twin"]);
    assert!(difference.to_text(false).starts_with("1. every request\n"));
}

#[test]
fn another_space_of_a_model_moves_embeddings_alone() {
    let rules = "target one fallback twin";
    let difference = differ(["a", "b"], [rules, rules]);
    let text = difference.to_text(false);
    assert!(text.starts_with("1. api embeddings\n"), "{text}");
    assert!(text.contains("fallbacks  [twin] → []"), "{text}");
    let pooled = "target mixed";
    let difference = differ(["a", "b"], [pooled, pooled]);
    assert!(
        difference.to_text(false).starts_with("1. api embeddings\n"),
        "{text}"
    );
}

#[test]
fn a_pick_decides_which_space_it_is() {
    let rules = "target other fallback twin";
    assert!(differ(["a", "a"], [rules, rules]).is_clean());
    let difference = differ(["a", "a"], ["target other", rules]);
    let text = difference.to_text(false);
    assert!(
        text.contains("of which those that share vectors with the first"),
        "{text}"
    );
}

#[test]
fn a_fallback_in_another_space_than_all_of_a_pool_is_none_of_embeddings() {
    let difference = differ(["a", "a"], ["target mixed", "target mixed fallback far"]);
    let text = difference.to_text(false);
    assert_eq!(difference.changes.len(), 1, "{text}");
    assert!(text.starts_with("1. api other than embeddings\n"), "{text}");
}
