//! What was said in requests, in the records of the real binary: only where a route asks for it and no guard forbids it,
//! without what is left out, whatever becomes of the answer; and a replay decides the same.

use crate::support::proxy::{Proxy, pointsman, replay};
use crate::support::upstream::Upstream;
use crate::support::{chat, client, message, recorded};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// What answers: the name of the provider, its protocol, and how the upstream behaves.
const TARGETS: [(&str, &str, &str); 6] = [
    ("told", "openai", "tells-address"),
    ("claude", "anthropic", "claude"),
    ("dies", "openai", "dies-after-content"),
    ("stalls", "openai", "stalls-after-content"),
    ("fails", "openai", "status-500"),
    ("unsaid", "openai", "tells-address"),
];

struct Scene {
    folder: TempDir,
    proxy: Proxy,
    _upstream: Upstream,
}

impl Scene {
    async fn start() -> Self {
        let upstream = Upstream::start().await;
        let folder = tempfile::tempdir().unwrap();
        let mut policy = "guard hush { when user == \"quiet\" record no content }\n\
             defaults { retry 0 }\n"
            .to_owned();
        for (name, protocol, behaviour) in TARGETS {
            let url = upstream.url(behaviour);
            let record = match name {
                "unsaid" => "",
                "claude" => "record content up to 1k",
                _ => "record content up to 2k redact [email, card, r\"ACME-\\d+\"]",
            };
            policy.push_str(&format!(
                "provider {name} {{ protocol {protocol} url \"{url}\" }}\n\
                 model {name} {{ provider {name} price input $1 output $2 }}\n\
                 route {name} {{ when requested == \"{name}\" target {name} {record} }}\n"
            ));
        }
        policy.push_str("route rest { target unsaid }\n");
        let served = folder.path().join("policy");
        fs::create_dir(&served).unwrap();
        fs::write(served.join("all.policy"), policy).unwrap();
        let records = folder.path().join("records");
        let proxy = Proxy::start(&served, &["--record", records.to_str().unwrap()]);
        Scene {
            folder,
            proxy,
            _upstream: upstream,
        }
    }

    /// The text of the answer to a chat.
    async fn ask(&self, body: &Value) -> String {
        let answer = chat(&client(), &self.proxy.url, "any", body)
            .send()
            .await
            .unwrap();
        answer.text().await.unwrap_or_default()
    }

    async fn messages(&self, body: &Value) -> String {
        let answer = client()
            .post(format!("{}/v1/messages", self.proxy.url))
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    /// All records in their order, once the proxy has ended; they are decided alike again.
    fn end(self) -> Vec<Value> {
        let Scene { folder, proxy, .. } = self;
        let (code, log) = tokio::task::block_in_place(|| proxy.terminate());
        assert_eq!(code, Some(0), "{log}");
        let records = folder.path().join("records");
        let lines = recorded(&records);
        let report = replay(&records, &folder.path().join("policy"));
        assert_eq!(report["records"], lines.lines().count(), "{report}");
        assert_eq!(
            (&report["agreement"], &report["unreadable"], &report["changed"]),
            (&json!(1.0), &json!(0), &json!(0)),
            "{report}"
        );
        for said in ["john", "ACME", "secret plan"] {
            assert!(!report.to_string().contains(said), "{report}");
        }
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A chat that says this.
fn saying(model: &str, stream: bool, text: &str) -> Value {
    json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": text}]})
}

/// The request of a record.
fn request(record: &Value) -> Value {
    let text = record["content"]["request"]["text"].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_recorded_without_what_is_left_out() {
    let scene = Scene::start().await;
    let text = "I am jane@example.org, order ACME-77";
    assert!(
        scene
            .ask(&saying("told", false, text))
            .await
            .contains("john@example.com")
    );
    assert!(scene.ask(&saying("told", true, text)).await.contains("hn@exam"));
    let message = |stream: bool| {
        json!({"model": "told", "max_tokens": 9, "stream": stream,
            "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]})
    };
    assert!(scene.messages(&message(false)).await.contains("john@example.com"));
    scene.messages(&message(true)).await;
    let records = scene.end();
    assert_eq!(records.len(), 4);
    let (mail, order) = ("[redacted:email]", "[redacted]");
    let said = format!("I am {mail}, order {order}");
    for record in &records {
        let line = record["content"].to_string();
        assert!(
            !line.contains("jane") && !line.contains("john") && !line.contains("1111"),
            "{line}"
        );
        assert_eq!(record["content"]["request"]["truncated"], Value::Null);
        let answer = &record["content"]["answer"];
        match record["facts"]["stream"].as_bool().unwrap() {
            true => assert_eq!(
                answer["parts"],
                json!([{"kind": "text", "text": format!("write to {mail}, card [redacted:card]")}])
            ),
            false => assert!(
                answer["text"]
                    .as_str()
                    .unwrap()
                    .contains(&format!("write to {mail}")),
                "{answer}"
            ),
        }
    }
    assert_eq!(request(&records[0])["messages"][0]["content"], said);
    assert_eq!(request(&records[3])["messages"][0]["content"][0]["text"], said);
    let whole: Value =
        serde_json::from_str(records[2]["content"]["answer"]["text"].as_str().unwrap()).unwrap();
    assert_eq!(whole["content"][0]["text"], format!("write to {mail}"), "{whole}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_recorded_that_no_route_asks_for_or_a_guard_forbids() {
    let scene = Scene::start().await;
    scene.ask(&saying("unsaid", false, "a secret plan")).await;
    scene.ask(&saying("unsaid", true, "a secret plan")).await;
    let mut quiet = saying("told", true, "a secret plan");
    quiet["user"] = json!("quiet");
    scene.ask(&quiet).await;
    scene.ask(&saying("told", true, "said")).await;
    let metrics = scene.proxy.ask("/metrics").await;
    assert!(
        metrics.contains("pointsman_record_contents_total{result=\"held\"} 1\n"),
        "{metrics}"
    );
    let records = scene.end();
    assert_eq!(records.len(), 4);
    for record in &records[..3] {
        assert_eq!(record["content"], Value::Null, "{record}");
        assert!(!record.to_string().contains("secret plan"));
    }
    assert_eq!(records[2]["decision"]["guards"], json!(["hush"]));
    assert!(records[3]["content"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_failed_and_deserted_answers_are_recorded_as_far_as_they_went() {
    let scene = Scene::start().await;
    scene.ask(&message("dies", true)).await;
    scene.ask(&message("fails", false)).await;
    let request = chat(&client(), &scene.proxy.url, "any", &message("stalls", true));
    let mut answer = request.send().await.unwrap();
    assert!(answer.chunk().await.unwrap().is_some());
    drop(answer);
    let records = scene.end();
    let by_route = |route: &str| {
        records
            .iter()
            .find(|record| record["decision"]["route"] == route)
            .unwrap()
    };
    let broken = by_route("dies");
    assert_eq!(broken["outcome"], "truncated");
    let parts = &broken["content"]["answer"]["parts"];
    assert_eq!(parts[0], json!({"kind": "text", "text": "partial"}));
    assert_eq!(parts[1]["kind"], "error");
    let failed = by_route("fails");
    assert_eq!(failed["outcome"], "failed");
    let error = failed["content"]["answer"]["text"].as_str().unwrap();
    assert!(error.contains("upstream says 500"), "{failed}");
    let left = by_route("stalls");
    assert_eq!(left["outcome"], "client-closed");
    assert_eq!(left["content"]["answer"]["parts"][0]["text"], "partial");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_longer_than_its_bound_is_cut_and_says_so() {
    let scene = Scene::start().await;
    let long = format!(
        "{}ACME-1234567 and \"more\"{}",
        "x ".repeat(960),
        "\ny".repeat(50_000)
    );
    scene.ask(&saying("told", false, &long)).await;
    let asked = json!({"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": long}]});
    assert!(scene.messages(&asked).await.contains("answer of claude"));
    let records = scene.end();
    for (record, most) in records.iter().zip([2_000, 1_000]) {
        let request = &record["content"]["request"];
        assert_eq!(request["truncated"], true, "{request}");
        let text = request["text"].as_str().unwrap();
        assert!(text.len() <= most && text.len() > most - 40, "{}", text.len());
        assert!(request["bytes"].as_u64().unwrap() > 100_000, "{request}");
        assert!(!text.contains("ACME"));
        assert_eq!(record["content"]["answer"]["truncated"], Value::Null);
    }
}

#[test]
fn an_explanation_says_what_is_recorded_and_who_forbids_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.policy");
    let policy = "provider p { protocol simulated }\nmodel m { provider p }\n\
        guard hush { when user == \"quiet\" record no content }\n\
        route all { target m record content redact [email, \"A-[0-9]+\"] up to 1500 }\n";
    fs::write(&file, policy).unwrap();
    let explain = |user: &str, format: &str| {
        let facts = json!({ "user": user }).to_string();
        let mut command = pointsman();
        command
            .arg("explain")
            .arg(&file)
            .args(["--facts", &facts, "--format", format]);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let wanted = "content up to 1500 redact [email, \"A-[0-9]+\"]";
    assert!(explain("u", "human").contains(&format!("\n  record    {wanted}\n")));
    let json: Value = serde_json::from_str(&explain("u", "json")).unwrap();
    assert_eq!(json["settings"]["record"], wanted);
    let quiet = explain("quiet", "human");
    assert!(
        quiet.contains("record no content") && !quiet.contains("content up to"),
        "{quiet}"
    );
}
