//! A live recording with splits, drawn and live pools, guards and faults, replayed under its own policy: every
//! recorded decision is made again.

use crate::support::proxy::{Proxy, replay};
use crate::support::{chat, client, message};
use std::fs;

const REQUESTS: usize = 720;

const MODELS: [&str; 10] = [
    "a", "b", "c", "turns", "idle", "quick", "cheap", "stuck", "cached", "hedged",
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
