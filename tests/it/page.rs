//! The report as a page: whole without a network, and bounded. `tests/page/run` opens the one that is left here in a real
//! Chromium.

use crate::replay::replay;
use std::fmt::Write;
use std::path::Path;

const CATALOG: &str = r#"
provider one { protocol openai url "http://localhost:8000/v1" }
provider two { protocol openai url "http://localhost:8001/v1" }
model large { provider one context 200k price input $2.50 output $10 }
model small { provider one context 128k price input $0.15 output $0.60 }
model local { provider two context 32k price input $0.05 output $0.10 }
"#;

const OLD: &str = r#"
guard closed { when tenant == "trial" && tokens > 2600 deny 403 "this account is closed" }
route batch   { when user == "nightly" target small fallback large }
route default { target large fallback small }
"#;

const NEW: &str = r#"
guard closed { when tenant == "trial" deny 403 "this account is closed" }
guard vision { when images > 0 require target.provider == "one" }
route batch   { when user == "nightly" target local fallback small }
route search  { when tenant == "search" && tokens < 1500 target small fallback large }
route long    { when tokens > 100000 target large }
route split   { when tenant == "chat" target split by user { large 60% small 40% } fallback local }
route default { target large fallback small }
"#;

/// Names of tenants; some would rather be a script.
const TENANTS: [&str; 8] = [
    "search",
    "chat",
    "batch",
    "trial",
    "assistants",
    "</script><script>document.title='taken'</script>",
    "\"><img src=http://127.0.0.1:9/x onerror=alert(1)>",
    "' onmouseover='alert(1)' &lt;&#39;",
];

/// Three days of made-up requests, busier by day than by night.
fn traffic() -> String {
    let mut lines = String::new();
    let mut drawn: u64 = 1;
    let mut draw = |most: u64| {
        drawn = drawn
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (drawn >> 33) % most
    };
    for hour in 0..72_u64 {
        let busy = if (8..20).contains(&(hour % 24)) { 60 } else { 12 };
        for _ in 0..busy {
            let tenant = TENANTS[draw(8).min(draw(8)) as usize];
            let user = ["nightly", "ann", "bob", "cleo"][draw(4) as usize];
            let (output, model) = (draw(800), if user == "nightly" { "small" } else { "large" });
            let first_token = 90 + draw(60) + 4 * (busy / 12);
            let line = serde_json::json!({
                "ts": format!("2026-11-{:02}T{:02}:{:02}:00Z", 18 + hour / 24, hour % 24, draw(60)),
                "tenant": tenant, "user": user, "in": draw(3000), "out": output, "model": model,
                "ms": first_token + output * if model == "small" { 4 } else { 9 }, "first": first_token,
            });
            writeln!(lines, "{line}").unwrap();
        }
    }
    lines.push_str("{\"ts\":\"2026-11-20T24:61:00Z\",\"tenant\":\"<b>\"}\n");
    lines
}

/// A folder with `report.html`.
fn reported(traffic: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("old.policy", &format!("{CATALOG}{OLD}"));
    write("new.policy", &format!("{CATALOG}{NEW}"));
    write("traffic.jsonl", traffic);
    let arguments = "traffic.jsonl --policy new.policy --baseline old.policy --map now=ts --map tenant=tenant \
                     --map user=user --map tokens=in --map output=out --map target=model --map ms=ms --map first_token_ms=first --format html --output report.html";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let output = replay(directory.path(), &arguments);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let page = std::fs::read_to_string(directory.path().join("report.html")).unwrap();
    (directory, page)
}

#[test]
fn a_report_is_one_page_and_names_in_it_are_text() {
    let (_, page) = reported(&traffic());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(target.join("report.html"), &page).unwrap();
    assert_eq!(page.matches("<script").count(), 1, "only the page's own");
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;document.title=&#39;taken&#39;&lt;/script&gt;"));
    for asking in ["<img", "<link", "src=\"", "href=\"", "@import", "url("] {
        assert!(!page.contains(asking), "`{asking}` may ask the network");
    }
    for section in [
        "flow",
        "time",
        "latency",
        "first-token",
        "groups",
        "rules",
        "tenants",
        "targets",
        "unreadable",
    ] {
        assert!(page.contains(&format!("<section id=\"{section}\">")), "{section}");
    }
    assert!(page.contains("unreached: vision, long"), "{page}");
}

#[test]
fn a_page_of_much_traffic_stays_small() {
    let mut lines = String::new();
    for at in 0..20_000_u64 {
        let line = serde_json::json!({
            "ts": format!("2026-11-{:02}T{:02}:{:02}:00Z", 1 + at % 30, at % 24, at % 60),
            "tenant": format!("{at}{}", "<&'\"".repeat(100)), "user": "ann", "in": at % 3000, "out": 1,
        });
        writeln!(lines, "{line}").unwrap();
    }
    let (_, page) = reported(&lines);
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
    assert!(page.contains("more: see --format json"));
}
