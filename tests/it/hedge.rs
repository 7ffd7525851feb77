//! A hedge through the real binary: the slower attempt's connection is closed, and both attempts are shown, counted, recorded
//! and priced.

use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{chat, client, eventually, header, message, recorded};
use serde_json::{Value, json};
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn the_slower_attempt_is_closed_recorded_and_priced() {
    let upstream = Upstream::start().await;
    let (folder, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = format!(
        "provider slow {{ protocol openai url \"{}\" }}\nprovider quick {{ protocol openai url \"{}\" }}\n\
         model a {{ provider slow price input $1 output $9 }}\nmodel b {{ provider quick price input $2 output $3 }}\n\
         route all {{ target hedge [a, b] after 50ms }}\n",
        upstream.url("silent"),
        upstream.url("healthy"),
    );
    fs::write(folder.path().join("policy.policy"), text).unwrap();
    let proxy = Proxy::start(folder.path(), &["--record", records.path().to_str().unwrap()]);
    for stream in [false, true] {
        let asked = chat(&client(), &proxy.url, "any", &message("a", stream));
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "x-pointsman-target"), "b");
        assert_eq!(header(&answer, "x-pointsman-attempts"), "2");
        assert_eq!(header(&answer, "x-pointsman-failures"), "");
        assert!(answer.text().await.unwrap().contains("healthy"));
    }
    eventually("both slow connections are closed", || async {
        upstream
            .seen_by("silent")
            .iter()
            .all(|call| call.closed)
            .then_some(())
    })
    .await;
    let metrics = proxy.ask("/metrics").await;
    for line in [
        "pointsman_attempts_total{target=\"a\",class=\"cancelled\"} 2",
        "pointsman_attempts_total{target=\"b\",class=\"ok\"} 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let (code, log) = tokio::task::block_in_place(|| proxy.terminate());
    assert_eq!(code, Some(0), "{log}");
    let recorded = recorded(records.path());
    let first: Value = serde_json::from_str(recorded.lines().next().unwrap()).unwrap();
    assert_eq!(first["decision"]["targets"], json!(["a", "b"]));
    assert_eq!(first["attempts"][0]["target"], "a");
    assert_eq!(first["attempts"][0]["cancelled"], true);
    assert_eq!(first["attempts"][1]["target"], "b");
    assert_eq!(first["attempts"][1].get("cancelled"), None);
    // 11 tokens in and 7 out at b, and the same 11 in at a.
    assert_eq!(first["cost_usd"], "0.000054");
    assert_eq!(recorded.lines().count(), 2);
}
