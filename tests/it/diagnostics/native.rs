//! What is proposed as a native form means the same, for all facts that tell the forms apart.

use pointsman::compile::compile_text;
use pointsman::diagnostic::{Code, apply, safe_fixes};
use pointsman::facts::Facts;
use pointsman::facts::json::from_json;
use pointsman::model::RouteId;
use pointsman::tree::Tree;
use serde_json::json;

/// Conditions with a native form.
const CONDITIONS: [&str; 30] = [
    r#"tags.exists(t, t == "vip")"#,
    r#"tags.exists(t, "vip" == t)"#,
    r#"!tags.exists(t, t == user)"#,
    r#"tags.all(t, t != "vip")"#,
    r#"!tags.all(t, "vip" != t)"#,
    r#"["a", "vip", ""].exists(x, x == user)"#,
    r#"[1, 2].exists(x, x == tools)"#,
    r#"[1, 2].all(x, tools != x) ? stream : json"#,
    r#"headers.exists(name, name == "x-team")"#,
    r#"size(tags.filter(t, t == "vip")) > 0"#,
    r#"tags.filter(t, t == "vip").size() >= 1"#,
    r#"size(tags.filter(t, t == "vip")) != 0"#,
    r#"size(tags.filter(t, t == "vip")) == 0"#,
    r#"(size(tags.filter(t, t == "vip")) < 1) == stream"#,
    r#"size(tags.filter(t, t == "vip")) <= 0 && stream"#,
    r#"!(user != "a")"#,
    r#"!(tools != 1) && stream"#,
    r#"user == "a" || user == "vip" || "" == user"#,
    r#"stream && (user == "a" || user == "vip" || "" == user)"#,
    r#"!(user == "a" || user == "vip" || user == "c")"#,
    r#"user.matches("^a")"#,
    r#"user.matches("a$")"#,
    r#"user.matches("^a$")"#,
    r#"user.matches("a")"#,
    r#"user.matches(".*a.*")"#,
    r#"user.matches("^a.*")"#,
    r#"user.matches(".*a$")"#,
    r#"user.matches("^(a|vip)$")"#,
    r#"user.matches("^(?:a\\.b|vip)$") == stream"#,
    r#"!user.matches("a\\.b")"#,
];

/// Conditions that look alike and have none.
const OTHERS: [&str; 16] = [
    r#"tags.exists(t, t == t)"#,
    r#"tags.exists(t, t != "vip")"#,
    r#"tags.all(t, t == "vip")"#,
    r#"tags.exists_one(t, t == "vip")"#,
    r#"size(tags.filter(t, t == "vip")) > 1"#,
    r#"user == "a" || tenant == "b" || user == "c""#,
    r#"user == "a" || user == "b""#,
    r#"user.matches("^a.*$")"#,
    r#"user.matches("a.*$")"#,
    r#"user.matches("^.*a")"#,
    r#"user.matches("a.b")"#,
    r#"user.matches("(?i)a")"#,
    r#"user.matches("a|vip")"#,
    r#"user.matches("^a|vip$")"#,
    r#"user.matches("\\d")"#,
    r#"user.matches("a\\.*")"#,
];

const AROUND: &str =
    "provider p { protocol simulated }\nmodel m { provider p }\nroute default { target m }\n";

fn policy(condition: &str) -> String {
    format!("route tested {{ when {condition} target m }}\n{AROUND}")
}

/// All combinations of what the conditions read.
fn facts(tree: &Tree) -> Vec<Facts> {
    const USERS: [&str; 14] = [
        "", "a", "vip", "A", "c", "xa", "ax", "xax", "a\n", "\na", "a.b", "axb", "a\nb", "a|vip",
    ];
    let tags = [
        json!([]),
        json!(["vip"]),
        json!(["a", "vip", "vip"]),
        json!(["a", ""]),
    ];
    let mut all = Vec::new();
    for user in USERS {
        for tags in &tags {
            for (stream, tools) in [(false, 0), (true, 0), (true, 1), (false, 2)] {
                let headers = if stream { json!({"x-team": "a"}) } else { json!({}) };
                let facts = json!({
                    "user": user, "tags": tags, "stream": stream, "json": !stream, "tools": tools, "headers": headers,
                });
                all.push(from_json(&tree.policy().facts, &facts).unwrap());
            }
        }
    }
    all
}

fn outcomes(tree: &Tree) -> Vec<bool> {
    facts(tree)
        .iter()
        .map(|facts| tree.route_matches(RouteId(0), facts))
        .collect()
}

#[test]
fn a_native_form_means_the_same() {
    for condition in CONDITIONS {
        let text = policy(condition);
        let compiled = compile_text(&text).unwrap_or_else(|rejected| panic!("{condition}: {rejected:?}"));
        let native: Vec<_> = compiled
            .diagnostics
            .iter()
            .filter(|found| found.code() == Code::NATIVE_FORM)
            .cloned()
            .collect();
        assert_eq!(native.len(), 1, "{condition}: {:?}", compiled.diagnostics);
        let (id, _) = compiled.tree.sources().files().next().unwrap();
        let fixed = apply(&text, id, &safe_fixes(&native));
        let after = compile_text(&fixed).unwrap_or_else(|rejected| panic!("{fixed}: {rejected:?}"));
        assert!(
            after
                .diagnostics
                .iter()
                .all(|found| found.code() != Code::NATIVE_FORM),
            "{fixed}: {:?}",
            after.diagnostics
        );
        let before = outcomes(&compiled.tree);
        assert_eq!(before, outcomes(&after.tree), "{condition}\n{fixed}");
        assert!(
            before.contains(&true) && before.contains(&false),
            "{condition} is told apart"
        );
    }
}

#[test]
fn what_only_looks_alike_is_left_alone() {
    for condition in OTHERS {
        let compiled =
            compile_text(&policy(condition)).unwrap_or_else(|rejected| panic!("{condition}: {rejected:?}"));
        assert!(
            compiled
                .diagnostics
                .iter()
                .all(|found| found.code() != Code::NATIVE_FORM),
            "{condition}: {:?}",
            compiled.diagnostics
        );
    }
}
