//! Regions in words.

use super::{differ, told};
use insta::assert_snapshot;

const PLAIN: &str = r#"
route free { when tier == "free" && tokens <= 8000 target mini fallback small }
route default { target large }
"#;

#[test]
fn a_policy_does_not_differ_from_itself() {
    let difference = differ(PLAIN, PLAIN);
    assert!(difference.is_clean(), "{}", difference.to_text(false));
    assert!(difference.other.is_empty());
}

#[test]
fn a_route_is_removed() {
    assert_snapshot!(told(PLAIN, "route default { target large }"));
}

#[test]
fn a_threshold_moves() {
    let moved = PLAIN.replace("8000", "32000");
    assert_snapshot!(told(PLAIN, &moved));
}

#[test]
fn a_fallback_changes() {
    let changed = PLAIN.replace("fallback small", "fallback large");
    assert_snapshot!(told(PLAIN, &changed));
}

#[test]
fn routes_change_places() {
    let old = r#"
        route big { when tokens > 1000 target large }
        route vip { when "vip" in tags target mini }
        route default { target llama fallback large }
    "#;
    let new = r#"
        route vip { when "vip" in tags target mini }
        route big { when tokens > 1000 target large }
        route default { target llama fallback large }
    "#;
    assert_snapshot!(told(old, new));
}

#[test]
fn guards_are_added() {
    let guards = r#"
        guard residency { when region == "eu" require target.region == "eu" }
        guard short { when tier == "free" && stream set max_tokens at most 1000 }
        guard suspended { when user == "mallory" deny 403 "no" }
    "#;
    assert_snapshot!(told(PLAIN, &format!("{guards}{PLAIN}")));
}

#[test]
fn a_split_moves() {
    let split = |left, right| {
        format!("route r {{ target split by user {{ mini {left}% llama {right}% }} fallback large }}")
    };
    assert_snapshot!(told(&split(90, 10), &split(50, 50)));
}

#[test]
fn a_tenant_gets_another_tier() {
    let tenants = |tier: &str| {
        format!(
            r#"
            tenant acme {{ key a sha256 "{}" tier "{tier}" tags ["vip"] }}
            tenant other {{ key a sha256 "{}" tier "free" }}
            {PLAIN}
            "#,
            "11".repeat(32),
            "22".repeat(32)
        )
    };
    assert_snapshot!(told(&tenants("free"), &tenants("pro")));
}

#[test]
fn tenants_come_and_go() {
    let tenants = |name: &str| {
        format!(
            r#"
            tenant {name} {{ key a sha256 "{}" tier "pro" }}
            tenant other {{ key a sha256 "{}" tier "free" }}
            {PLAIN}
            "#,
            "11".repeat(32),
            "22".repeat(32)
        )
    };
    assert_snapshot!(told(&tenants("acme"), &tenants("globex")));
}

#[test]
fn the_model_asked_for_is_served_otherwise() {
    let serving = |names: &str| {
        format!(
            r#"
            model tiny {{ provider sim serves {names} }}
            route named {{ when requested != "" target requested }}
            route default {{ target large }}
            "#
        )
    };
    assert_snapshot!(told(&serving(r#"["tiny"]"#), &serving(r#"["tiny", "gpt-*"]"#)));
}

#[test]
fn what_decides_nothing_is_told_apart() {
    let old = PLAIN.replace(
        "fallback small",
        "fallback small on [server] retry 1 on [connect]",
    );
    let new = PLAIN.replace(
        "fallback small",
        "fallback small on [timeout] retry 2 on [connect, server] timeout total 5s commit complete",
    );
    assert_snapshot!(told(&old, &new));
    assert!(differ(&old, &new).is_clean());
}

#[test]
fn what_is_recorded_of_what_was_said_is_told_apart() {
    let guard =
        |when: &str| format!("let eu = region == \"eu\"\nguard hush {{ when {when} record no content }}\n");
    let old = format!(
        "{}guard gone {{ record no content }}\n{}",
        guard("eu"),
        PLAIN.replace("fallback small", "fallback small record content"),
    );
    let new = format!(
        "{}guard came {{ when stream record no content }}\nroute vip {{ when tokens > 9 && tokens < 9 target mini record content }}\n{}",
        guard("eu || stream"),
        PLAIN
            .replace(
                "fallback small",
                "fallback small record content up to 16k redact [email, \"A-[0-9]+\"]"
            )
            .replace("target large", "target large record content"),
    );
    let difference = differ(&old, &new);
    assert_snapshot!(difference.other.join("\n"), @r#"
    route free: record content up to 64k → content up to 16k redact [email, "A-[0-9]+"]
    route default: record none → content up to 64k
    route vip: record none → content up to 64k
    guard hush: record no content for other requests
    guard gone: record no content → nothing
    guard came: nothing → record no content
    "#);
    let same_text = guard("eu").replace("region == \"eu\"", "region == \"us\"");
    let moved = differ(&format!("{}{PLAIN}", guard("eu")), &format!("{same_text}{PLAIN}"));
    assert_eq!(moved.other, ["guard hush: record no content for other requests"]);
}

#[test]
fn what_is_not_looked_into_is_said() {
    let old = r#"
        route odd { when tokens % 7 == 3 target mini }
        route default { target large }
    "#;
    let new = r#"
        route odd { when tokens % 7 == 3 target mini fallback large }
        route default { target large }
    "#;
    assert_snapshot!(told(old, new));
}

#[test]
fn a_fact_gets_another_default() {
    let fact = |default: &str| {
        format!(
            r#"
            fact team string from header "x-team" default "{default}"
            route core {{ when team == "core" target mini }}
            route default {{ target large }}
            "#
        )
    };
    assert_snapshot!(told(&fact(""), &fact("core")));
}

#[test]
fn a_fact_takes_another_value() {
    let fact = |values: &str| {
        format!(
            r#"
            fact team one of [{values}] from header "x-team" default "a"
            route core {{ when team == "a" target mini }}
            route default {{ target large }}
            "#
        )
    };
    assert_snapshot!(told(&fact(r#""a", "b""#), &fact(r#""a", "b", "c""#)));
}

#[test]
fn words_of_a_denial_count() {
    let denying = |words: &str| {
        format!(r#"route no {{ when stream deny 403 "{words}" }} route default {{ target large }}"#)
    };
    assert_snapshot!(told(&denying("no"), &denying("not now")));
}
