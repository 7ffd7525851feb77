//! A second policy that decides beside the served one: what it would change is counted as a dry run counts it, clients
//! notice nothing, and the two change places when they are told to.

use crate::support::proxy::{Proxy, pointsman, replay};
use crate::support::{chat, client, eventually, header, message};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

const CATALOG: &str = r#"
provider one { protocol simulated latency 1ms fault server 20% }
provider two { protocol simulated latency 1ms }
model small { provider one price input $1 output $2 }
model large { provider two price input $3 output $6 }
pool both { pick round-robin members [small, large] }
"#;

const SERVED: &str = r#"
route vip  { when user == "u1" target both fallback large }
route rest { target small fallback large }
"#;

/// Reads a header and the prompt, of which the served policy knows nothing.
const BESIDE: &str = r#"
fact plan string from header "x-plan" default "free"
guard closed { when plan == "closed" deny 403 "closed" }
route vip  { when user == "u1" target both fallback large }
route long { when prompt.contains("refund") target large }
route rest { target small fallback large }
"#;

struct Setup {
    folder: TempDir,
    proxy: Proxy,
    client: Client,
}

impl Setup {
    fn start(served: &str, beside: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for (name, text) in [("served", Some(served)), ("beside", beside)] {
            let Some(text) = text else { continue };
            fs::create_dir(path(name)).unwrap();
            fs::write(path(name).join("all.policy"), format!("{CATALOG}{text}")).unwrap();
        }
        let (records, shadow) = (path("records"), path("beside"));
        let mut extra = vec!["--record", records.to_str().unwrap()];
        if beside.is_some() {
            extra.extend(["--shadow", shadow.to_str().unwrap()]);
        }
        let proxy = Proxy::start(&path("served"), &extra);
        Setup {
            proxy,
            client: client(),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn ask(&self, user: &str, plan: &str, prompt: &str, stream: bool) -> reqwest::Response {
        let mut body = message("small", stream);
        body["user"] = user.into();
        body["messages"][0]["content"] = prompt.into();
        let request = chat(&self.client, &self.proxy.url, "any", &body).header("x-plan", plan);
        request.send().await.unwrap()
    }

    /// The route that answers a plain request.
    async fn route(&self, plan: &str) -> (StatusCode, String) {
        let answer = self.ask("u0", plan, "hi", false).await;
        (answer.status(), header(&answer, "x-pointsman-route").to_owned())
    }

    async fn policy(&self) -> Value {
        serde_json::from_str(&self.proxy.ask("/policy").await).unwrap()
    }

    /// What `/policy` shows, once the second policy has decided so many requests.
    async fn decided(&self, requests: u64) -> Value {
        eventually("the policy beside has decided", || async {
            let shown = self.policy().await;
            let difference = &shown["shadow"]["difference"];
            let records = difference["report"]["records"].as_u64().unwrap_or_default();
            let rejected = difference["rejected"].as_u64().unwrap_or_default();
            (records + rejected == requests).then_some(shown)
        })
        .await
    }

    async fn promote(&self) -> (StatusCode, Value) {
        let request = self.client.post(format!("{}/policy/promote", self.proxy.admin));
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        (status, body)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_would_change_is_counted_and_nobody_notices() {
    let setup = Setup::start(SERVED, Some(BESIDE));
    for number in 0..60 {
        let user = ["u0", "u1", "u2"][number % 3];
        let plan = ["free", "gold", "closed", "free"][number % 4];
        let prompt = ["a refund, please", "hello"][number % 2];
        let answer = setup.ask(user, plan, prompt, number % 5 == 0).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.unwrap();
    }
    let shown = setup.decided(60).await;
    let difference = &shown["shadow"]["difference"];
    let report = &difference["report"];
    // All of the closed plan, and of the others those of a refund, which are the even ones, but for the user of `vip`.
    assert_eq!(report["changed"], 15 + 10, "{report}");
    assert_eq!(report["unreached"], json!([]), "{report}");
    assert_eq!(
        report["missing"],
        json!({}),
        "nothing is missing while it is live"
    );
    assert_eq!(difference["rejected"], 0);
    assert_eq!(difference["from"], shown["hash"]);
    assert_eq!(difference["to"], shown["shadow"]["hash"]);
    let metrics = setup.proxy.ask("/metrics").await;
    for line in [
        r#"pointsman_shadow_policy_decisions_total{result="changed"} 25"#,
        r#"pointsman_shadow_policy_decisions_total{result="same"} 35"#,
        r#"pointsman_shadow_policy_decisions_total{result="dropped"} 0"#,
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_the_dry_run_of_the_recording_says() {
    // Only what records hold is read: no prompt.
    let beside = BESIDE.replace("prompt.contains(\"refund\")", "tokens > 20");
    let setup = Setup::start(
        &SERVED.replace("user == \"u1\"", "user == \"u1\" && \"x-plan\" in headers"),
        Some(&beside),
    );
    for number in 0..80 {
        let (user, plan) = (["u0", "u1", "u2"][number % 3], ["free", "closed"][number / 7 % 2]);
        let prompt = "word ".repeat(number);
        let answer = setup.ask(user, plan, &prompt, number % 2 == 0).await;
        answer.text().await.unwrap();
    }
    let live = setup.decided(80).await["shadow"]["difference"]["report"].clone();
    let (records, policy) = (setup.path("records"), setup.path("beside"));
    let (code, log) = setup.proxy.terminate();
    assert_eq!(code, Some(0), "{log}");
    let replayed = replay(&records, &policy);
    for field in [
        "records",
        "changed",
        "agreement",
        "cost",
        "routes",
        "targets",
        "outcomes",
        "unreached",
    ] {
        assert_eq!(live[field], replayed[field], "{field}\n{live}\n{replayed}");
    }
    assert!(live["changed"].as_u64().unwrap() > 20, "{live}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_policy_serves_and_follows_its_own_files() {
    let setup = Setup::start(SERVED, Some(BESIDE));
    assert_eq!(setup.route("closed").await, (StatusCode::OK, "rest".to_owned()));
    let before = setup.decided(1).await;
    assert_eq!(before["generation"], 1);
    let (status, after) = setup.promote().await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(after["generation"], 2);
    assert_eq!(after["hash"], before["shadow"]["hash"]);
    assert_eq!(after["shadow"]["hash"], before["hash"]);
    assert_eq!(setup.route("closed").await.0, StatusCode::FORBIDDEN);
    // What it would change is counted anew, the other way round.
    let shown = setup.decided(1).await;
    assert_eq!(shown["shadow"]["difference"]["report"]["changed"], 1);
    let edited = format!("{CATALOG}{}", BESIDE.replace("route rest", "route edited"));
    fs::write(setup.path("beside").join("all.policy"), edited).unwrap();
    eventually("the edit is served", || async {
        (setup.route("free").await.1 == "edited").then_some(())
    })
    .await;
    let (status, back) = setup.promote().await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(back["hash"], before["hash"]);
    assert_eq!(back["generation"], 4, "the edit counts, and each promotion");
    assert_eq!(setup.route("closed").await, (StatusCode::OK, "rest".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_it_stays_beside() {
    let setup = Setup::start(SERVED, Some(BESIDE));
    fs::write(setup.path("beside").join("all.policy"), "route {").unwrap();
    let shown = eventually("the failed load", || async {
        let shown = setup.policy().await;
        shown["shadow"]["last_failed_load"].is_object().then_some(shown)
    })
    .await;
    assert_eq!(shown["last_failed_load"], Value::Null);
    assert_eq!(setup.route("free").await, (StatusCode::OK, "rest".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_it_would_not_know_is_told_apart() {
    let beside = format!("tenant acme {{ key ci sha256 \"{}\" }}\n{BESIDE}", "0".repeat(64));
    let setup = Setup::start(SERVED, Some(&beside));
    assert_eq!(setup.route("free").await.0, StatusCode::OK);
    let shown = setup.decided(1).await;
    let difference = &shown["shadow"]["difference"];
    assert_eq!(difference["rejected"], 1);
    let reason = difference["first_rejected"]["reason"].as_str().unwrap();
    assert!(reason.contains("key"), "{reason}");
    assert_eq!(difference["report"]["records"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_one_there_is_nothing_to_promote() {
    let setup = Setup::start(SERVED, None);
    let (status, body) = setup.promote().await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(
        body["error"]["message"].as_str().unwrap().contains("--shadow"),
        "{body}"
    );
    assert_eq!(setup.policy().await.get("shadow"), None);
}

#[test]
fn one_that_does_not_load_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let (served, beside) = (
        folder.path().join("served.policy"),
        folder.path().join("beside.policy"),
    );
    fs::write(&served, format!("{CATALOG}{SERVED}")).unwrap();
    fs::write(&beside, "route {").unwrap();
    let output = pointsman()
        .arg("serve")
        .arg(&served)
        .args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--shadow"])
        .arg(&beside)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("beside.policy"));
}
