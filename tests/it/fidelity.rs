//! A live recording with splits, drawn and live pools, guards and faults, replayed under its own policy: every
//! recorded decision is made again.

use crate::support::proxy::{Proxy, replay, replay_with};
use crate::support::{chat, client, message, recorded};
use serde_json::Value;
use std::fs;

const REQUESTS: usize = 720;

const MODELS: [&str; 10] = [
    "a", "b", "c", "turns", "idle", "quick", "cheap", "stuck", "cached", "hedged",
];

/// No record holds any of these.
const PROMPTS: [&str; 7] = [
    "hello",
    "hello",
    "a Poem of trains",
    "hello",
    "a private matter",
    "hello",
    "a private verse",
];

const POLICY: &str = r#"
provider steady { protocol simulated latency 1ms }
provider shaky  { protocol simulated latency 1ms fault server 30% fault rate-limit 20% fault empty 5% }

model a { provider steady region "us" price input $0.15 output $0.60 }
model b { provider shaky price input $0.20 output $0.80 region "eu" }
model c { provider shaky region "us" price input $0.30 output $0.30 context 100000 }
model d { provider steady region "eu" }

pool drawn   { pick random members [a, b, c] }
pool heavier { pick weighted members [a 3, b 1] }
pool idle    { pick least-busy members [b, c, a] }
pool turns   { pick round-robin members [a, d, c] }
pool quick   { pick fastest members [a, d, c] }
pool cheap   { pick cheapest members [d, b, c, a] }
pool stuck   { pick sticky by user members [a, b, c, d] }
pool cached  { pick prefix members [c, a, d] }
pool hedged  { members [a, d] }

fact team string from header "x-team" default ""

guard europe { when team == "eu" require target.region == "eu" }
guard short  { when turns > 0 set max_tokens at most 50 }
guard closed { when team == "closed" deny 403 "this team is closed" }

let asks_for_verse = prompt.matches("(?i)poem|verse")

guard private { when prompt.contains("private") require target.region == "eu" }
route verse    { when asks_for_verse && requested != "b" target drawn fallback [c, d] }

route split    { when requested == "a" target split by user { a 50% b 30% drawn 20% } fallback [c, d] retry 1 on [server] }
route drawn    { when requested == "b" target drawn fallback d }
route idle     { when requested == "c" target idle fallback heavier on [server, rate-limit] fallback d }
route turns    { when requested == "turns" target turns fallback d }
route quick    { when requested == "quick" target quick fallback d }
route cheap    { when requested == "cheap" target cheap fallback d }
route stuck    { when requested == "stuck" target stuck fallback d }
route cached   { when requested == "cached" target cached fallback d }
route hedged   { when requested == "hedged" target hedge [a, turns] after 1ms fallback c }
route requests { target split by request { heavier 50% idle 50% } fallback d }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_replayed_under_its_policy_agrees_wholly() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, records) = (folder.path().join("policy"), folder.path().join("records"));
    fs::create_dir(&policy).unwrap();
    fs::write(policy.join("all.policy"), POLICY).unwrap();
    let proxy = Proxy::start(&policy, &["--record", records.to_str().unwrap()]);
    send_all(&proxy).await;
    let (code, log) = proxy.terminate();
    assert_eq!(code, Some(0), "{log}");
    let report = replay(&records, &policy);
    assert_eq!(report["records"], REQUESTS, "{report}");
    assert_eq!(report["unreadable"], 0, "{report}");
    assert_eq!(report["agreement"], 1.0, "{report}");
    assert_eq!(report["changed"], 0, "{report}");
    assert_eq!(report["estimated"], 0, "{report}");
    // Fallbacks end where they ended, and nothing costs more or less.
    let outcomes = &report["outcomes"];
    assert_eq!(outcomes["candidate"], outcomes["baseline"], "{report}");
    let failed = outcomes["candidate"]["failed"].as_u64().unwrap();
    let answered = outcomes["candidate"]["answered"].as_u64().unwrap();
    assert!(failed + answered > REQUESTS as u64 / 2, "{report}");
    assert_eq!(report["cost"]["delta_usd"], "0", "{report}");
    says_what_was_drawn(&recorded(&records));
    tells_no_prompt(&recorded(&records), &report);
    let outcomes = ["--outcome", "success", "--outcome", "cost_usd"];
    weighs_alike(&replay_with(&records, &policy, &outcomes)["off_policy"]);
}

/// Records hold what conditions made of the prompts, and none of the prompts.
fn tells_no_prompt(lines: &str, report: &Value) {
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let parts: Vec<&String> = first["prompted"].as_object().unwrap().keys().collect();
    assert_eq!(
        parts,
        [
            r#"prompt.contains("private")"#,
            r#"prompt.matches("(?i)poem|verse")"#
        ],
        "{first}"
    );
    for prompt in PROMPTS {
        assert!(!lines.contains(&format!("\"{prompt}\"")), "{prompt}");
    }
    let verses = lines.lines().filter(|line| line.contains(r#""route":"verse""#));
    assert!(verses.count() > 30, "{report}");
    assert_eq!(report["missing"], serde_json::json!({}), "{report}");
    let conditions = report["conditions"].as_array().unwrap();
    let exact = |rule: &&Value| rule["support"] == "exact";
    assert_eq!(
        conditions.iter().filter(exact).count(),
        conditions.len(),
        "{report}"
    );
}

/// Where a random pool was drawn from, each member that is left has its part.
fn says_what_was_drawn(lines: &str) {
    let mut drawn = 0;
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        if record["decision"]["route"] != "drawn" {
            continue;
        }
        drawn += 1;
        let expected = if record["facts"]["team"] == "eu" {
            "1"
        } else {
            "1/3"
        };
        assert_eq!(record["propensity"], expected, "{line}");
        let arms = record["arms"].as_object().map_or(0, serde_json::Map::len);
        assert_eq!(arms, if expected == "1" { 0 } else { 3 }, "{line}");
    }
    assert!(drawn > 30, "{drawn} were drawn");
}

/// The policy that recorded takes each target as often as it did: all records weigh 1, as far as their propensity is known,
/// which it is not where a live pool was not asked.
fn weighs_alike(off_policy: &Value) {
    assert_eq!(off_policy["no_support"]["zero"], 0, "{off_policy}");
    let (records, unknown) = (&off_policy["records"], &off_policy["no_support"]["unknown"]);
    let (records, unknown) = (records.as_u64().unwrap(), unknown.as_u64().unwrap());
    assert!(unknown < records / 5, "{off_policy}");
    for outcome in off_policy["outcomes"].as_array().unwrap() {
        assert!(outcome["records"].as_u64().unwrap() > 100, "{off_policy}");
        assert_eq!(
            outcome["effective_records"].as_f64(),
            outcome["records"].as_f64(),
            "{off_policy}"
        );
        assert_eq!(outcome["inverse_propensity"], outcome["recorded"], "{off_policy}");
    }
}

/// All requests, 16 at a time, of every route, user and team in turn; a third of them streams.
async fn send_all(proxy: &Proxy) {
    let client = client();
    let lanes: Vec<_> = (0..16)
        .map(|lane| {
            let (client, url) = (client.clone(), proxy.url.clone());
            tokio::spawn(async move {
                for number in (lane..REQUESTS).step_by(16) {
                    let model = MODELS[number % MODELS.len()];
                    let mut body = message(model, number % 3 == 0);
                    body["user"] = format!("u{}", number % 37).into();
                    body["messages"][0]["content"] = PROMPTS[number % PROMPTS.len()].into();
                    let team = ["", "eu", "us", "closed"][number % 4];
                    let answer = chat(&client, &url, "any", &body)
                        .header("x-team", team)
                        .send()
                        .await
                        .unwrap();
                    let status = answer.status().as_u16();
                    assert!(status == 200 || team == "closed" || status >= 429, "{status}");
                    answer.text().await.unwrap();
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.unwrap();
    }
}
