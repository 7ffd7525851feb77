//! Which requests the rules of a policy tell apart.

use pointsman::compile::{Texts, compile};
use pointsman::facts::{Builtin, FactId, Facts, Value};
use pointsman::tree::{Classes, Tree};

const CATALOG: &str = r#"
provider local { protocol openai url "http://localhost:8000/v1" }
model small { provider local context 8k can [tools] }
model large { provider local context 128k }
"#;

fn tree(rules: &str) -> Tree {
    let text = format!("{CATALOG}{rules}\nroute default {{ target small fallback large }}\n");
    let compiled = compile(&mut Texts::new([("rules.policy", text.as_str())]));
    compiled.expect("a policy that loads").tree
}

/// Facts that differ from the empty ones in these.
fn facts(tree: &Tree, set: &[(Builtin, Value)]) -> Facts {
    let mut facts = Facts::empty(&tree.policy().facts);
    for (fact, value) in set {
        facts
            .set(FactId::from(*fact), value.clone())
            .expect("of its type");
    }
    facts
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn now(text: &str) -> Value {
    Value::Timestamp(pointsman::facts::Timestamp::parse(text).expect("a time"))
}

/// Whether the rules tell requests apart that differ in one fact.
fn tells_apart(rules: &str, fact: Builtin, one: Value, other: Value) -> bool {
    let tree = tree(rules);
    let classes = Classes::of(&tree).expect("few classes");
    classes.class(&facts(&tree, &[(fact, one)])) != classes.class(&facts(&tree, &[(fact, other)]))
}

#[test]
fn what_no_rule_asks_for_tells_nothing_apart() {
    let route = |when: &str| format!("route first {{ when {when} target large }}");
    let apart = |when: &str, fact, one, other| tells_apart(&route(when), fact, one, other);
    let tenant = |when: &str, one: &str, other: &str| apart(when, Builtin::Tenant, text(one), text(other));
    assert!(tenant(r#"tenant == "a""#, "a", "b"));
    assert!(!tenant(r#"tenant == "a""#, "b", "c"));
    assert!(tenant(r#"tenant in ["a", "b"]"#, "b", "c"));
    assert!(tenant(r#"tenant.startsWith("a")"#, "aa", "ba"));
    assert!(!tenant(r#"tenant.startsWith("a")"#, "aa", "ab"));
    let tokens = |when: &str, one, other| apart(when, Builtin::Tokens, Value::Int(one), Value::Int(other));
    assert!(!tokens("tokens > 100", 7, 100));
    assert!(tokens("tokens > 100", 100, 101));
    assert!(tokens("tokens >= 100", 99, 100));
    assert!(tokens("tokens == 100", 100, 101));
    assert!(!tokens("tokens != 100", 101, 102));
    let tags = |one: &[&str], other: &[&str]| {
        let list = |tags: &[&str]| Value::StringList(tags.iter().map(|tag| (*tag).to_owned()).collect());
        apart(r#""x" in tags"#, Builtin::Tags, list(one), list(other))
    };
    assert!(tags(&["y", "x"], &["y"]));
    assert!(!tags(&["y"], &["z", "z"]));
    let hour = |when: &str, one: &str, other: &str| apart(when, Builtin::Now, now(one), now(other));
    let (night, dawn, noon) = (
        "2026-11-20T04:00:00Z",
        "2026-11-21T05:59:59Z",
        "2026-11-20T12:00:00Z",
    );
    assert!(!hour("now.getHours() < 6", night, dawn));
    assert!(hour("now.getHours() < 6", night, noon));
    assert!(hour(r#"now.getHours("Asia/Tokyo") < 14"#, night, dawn));
}

#[test]
fn what_models_can_take_tells_requests_apart() {
    let apart = |fact, one, other| tells_apart("", fact, one, other);
    assert!(apart(Builtin::Tokens, Value::Int(8_000), Value::Int(8_001)));
    assert!(!apart(Builtin::Tokens, Value::Int(8_001), Value::Int(9_000)));
    assert!(apart(Builtin::Tools, Value::Int(0), Value::Int(1)));
    assert!(!apart(Builtin::Tools, Value::Int(1), Value::Int(2)));
    assert!(apart(Builtin::Images, Value::Int(0), Value::Int(1)));
    assert!(apart(Builtin::Json, Value::Bool(false), Value::Bool(true)));
    assert!(apart(Builtin::Api, text("chat"), text("embeddings")));
    assert!(!apart(Builtin::Tenant, text("a"), text("b")));
}

#[test]
fn conditions_that_take_long_have_no_classes() {
    let has_classes =
        |when: &str| Classes::of(&tree(&format!("route first {{ when {when} target large }}"))).is_some();
    assert!(has_classes(r#"tenant == "a""#));
    assert!(!has_classes(r#"model.matches("a+b")"#));
    assert!(!has_classes(r#"tags.exists(tag, tag.startsWith("x"))"#));
    // What a record holds stands in for the prompt.
    assert!(has_classes(r#"prompt.matches("a+b")"#));
    let many: Vec<String> = (0..300).map(|number| format!("\"{number}\" in tags")).collect();
    assert!(!has_classes(&many.join(" || ")));
}
