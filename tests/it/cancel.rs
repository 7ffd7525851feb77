//! Clients that leave, in each phase of a request, over real sockets: the upstream's connection is closed, nothing more is
//! tried, every gauge goes back to zero, and the record says `client-closed`.

use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{client, eventually, recorded};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// The phases, by the models that a request stays in them at: what the target does, and what the record has of attempts.
const PHASES: [(&str, &str, &[&str]); 6] = [
    ("headers", "silent", &["headers null"]),
    ("first-token", "silent-after-headers", &["first-token null"]),
    ("stream", "stalls-after-content", &["stream null"]),
    ("held", "stalls-after-content", &["held null"]),
    ("backoff", "fault-four-seconds", &["backoff \"rate-limit\""]),
    ("hedging", "silent", &["hedging null", "beside null"]),
];

fn policy(upstream: &Upstream, connecting: &str) -> String {
    let mut text = format!(
        "provider healthy {{ protocol openai url \"{}\" }}\nmodel good {{ provider healthy serves [] }}\n\
         provider beside {{ protocol openai url \"{}\" }}\nmodel beside {{ provider beside serves [] }}\n\
         provider connecting {{ protocol openai url \"http://{connecting}/v1\" }}\nmodel connecting {{ provider connecting }}\n",
        upstream.url("healthy"),
        upstream.url("silent-after-headers"),
    );
    for (phase, behaviour, _) in PHASES {
        text.push_str(&format!(
            "provider {phase} {{ protocol openai url \"{}\" }}\nmodel {phase} {{ provider {phase} }}\n",
            upstream.url(behaviour)
        ));
    }
    text + "route hedging { when requested == \"hedging\" target hedge [hedging, beside] after 50ms fallback good }\n\
            route held { when requested == \"held\" target held fallback good commit complete }\n\
            route default { target requested fallback good }\n\
            defaults { retry 1 on [rate-limit] timeout connect 1m headers 1m first-token 1m idle 1m total 2m }\n"
}

/// A listener whose queue is full, so that no connection to it opens; the streams that fill it.
async fn full_listener() -> (TcpListener, String, Vec<TcpStream>) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    (listener, address.to_string(), waiting)
}

async fn in_flight(proxy: &Proxy) -> Vec<(String, u64)> {
    let targets: Value = serde_json::from_str(&proxy.ask("/targets").await).unwrap();
    let targets = targets["targets"].as_array().unwrap().iter();
    targets
        .map(|target| {
            let name = target["target"].as_str().unwrap().to_owned();
            (name, target["in_flight"].as_u64().unwrap())
        })
        .collect()
}

/// Asks for a stream, and leaves once `there` says that the phase is reached.
async fn leave<F: Future<Output = Option<()>>>(proxy: &Proxy, model: &str, there: impl FnMut() -> F) {
    let body = json!({"model": model, "stream": true, "messages": []}).to_string();
    let call = client()
        .post(format!("{}/v1/chat/completions", proxy.url))
        .header("x-request-id", model)
        .body(body)
        .send();
    // An answer whose headers have come is kept, and so is its connection.
    let task = tokio::spawn(async move {
        let answer = call.await;
        std::future::pending::<()>().await;
        drop(answer);
    });
    eventually(model, there).await;
    task.abort();
    let _ = task.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_ends_everything_whatever_the_phase() {
    let upstream = Upstream::start().await;
    let (_listener, connecting, _waiting) = full_listener().await;
    let (folder, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(
        folder.path().join("policy.policy"),
        policy(&upstream, &connecting),
    )
    .unwrap();
    let proxy = Proxy::start(folder.path(), &["--record", records.path().to_str().unwrap()]);
    let under_way = |model: &'static str| {
        let proxy = &proxy;
        move || async move {
            let targets = in_flight(proxy).await;
            targets
                .iter()
                .any(|(name, count)| name == model && *count > 0)
                .then_some(())
        }
    };
    leave(&proxy, "connecting", under_way("connecting")).await;
    for (phase, _, _) in PHASES {
        let of = |model: &'static str| {
            let upstream = &upstream;
            let calls = move || {
                upstream
                    .seen()
                    .into_iter()
                    .filter(|call| call.model() == model)
                    .count()
            };
            move || std::future::ready((calls() > 0).then_some(()))
        };
        match phase {
            "hedging" => leave(&proxy, phase, of("beside")).await,
            "backoff" => {
                let idle = in_flight(&proxy);
                assert!(idle.await.iter().all(|(_, count)| *count == 0));
                // Its only attempt has ended, and the next one is seconds away.
                let seen = of(phase);
                leave(&proxy, phase, || async {
                    let idle = in_flight(&proxy).await.iter().all(|(_, count)| *count == 0);
                    seen().await.filter(|()| idle)
                })
                .await;
            }
            _ => leave(&proxy, phase, of(phase)).await,
        }
        eventually("all is over", || async {
            let all = in_flight(&proxy).await;
            all.iter().all(|(_, count)| *count == 0).then_some(())
        })
        .await;
    }
    eventually("every connection upstream is closed", || async {
        let calls = upstream.seen();
        let open = calls
            .iter()
            .filter(|call| !call.closed && call.behaviour != "fault-four-seconds");
        (open.count() == 0).then_some(())
    })
    .await;
    assert!(upstream.seen_by("healthy").is_empty(), "a fallback was tried");
    assert_eq!(upstream.seen().len(), PHASES.len() + 1);
    let (code, log) = tokio::task::block_in_place(|| proxy.terminate());
    assert_eq!(code, Some(0), "{log}");
    let recorded = recorded(records.path());
    let mut attempts = std::collections::BTreeMap::new();
    for line in recorded.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["outcome"], "client-closed", "{line}");
        let made = record["attempts"].as_array().unwrap().iter();
        let made: Vec<String> = made
            .map(|attempt| format!("{} {}", attempt["target"].as_str().unwrap(), attempt["class"]))
            .collect();
        attempts.insert(record["id"].as_str().unwrap().to_owned(), made);
    }
    for (phase, _, expected) in PHASES {
        assert_eq!(attempts[phase], expected, "{phase}");
    }
    assert_eq!(attempts["connecting"], ["connecting null"]);
}
