//! Every fault of the fault server, whole and streaming, for each protocol that clients speak, through the real binary: what
//! the client got, what the upstream saw, and what was recorded stand in one table.

mod api;
mod parity;
mod told;

use crate::support::faults::{self, Fault};
use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{client, header, recorded};
use api::Api;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use told::{record, short};

/// Requests at a time: silences are waited for side by side, and a busy machine still answers in time.
const LANES: usize = 12;

/// The bounds on what fails; what is healthy has the defaults', so that a busy machine changes no row.
const BOUNDS: &str = "timeout headers 5s first-token 6s idle 4s";

/// Every class that can be rescued.
const ALL_CLASSES: &str = "[connect, timeout, rate-limit, quota, overload, server, auth, context-length, content-filter, bad-request, empty, truncated]";

/// Faults of streams that are met otherwise by responses, whose last event is their end: there is no `[DONE]` that could come
/// alone, or without it.
const ENDS_OF_THEIR_OWN: [&str; 3] = ["null-answer", "no-choices", "done-without-finish"];

/// Faults that vectors cannot have.
const NOT_OF_VECTORS: [&str; 1] = ["filtered"];

/// An error in a form that only servers of chat completions have, within a stream: one without anything that Gemini's has.
const NOT_OF_GEMINI: [&str; 1] = ["error-of-object-kind"];

/// One request: a fault, whether a stream is asked for, and the route by its model's first letter.
#[derive(Clone, Debug)]
struct Case {
    fault: String,
    stream: bool,
    /// `m` commits with the first content, `c` when all is there, `r` repeats once.
    route: char,
}

/// What became of it.
#[derive(Debug)]
struct Seen {
    status: u16,
    body: String,
    /// Whether the body broke off.
    broke: bool,
    target: String,
    failures: String,
    took: Duration,
}

fn policy(upstream: &Upstream, api: Api, faults: &[Fault]) -> String {
    let protocol = api.protocol();
    let mut text = format!(
        "provider healthy {{ protocol {protocol} url \"{}\" }}\nmodel good {{ provider healthy serves [] vectors \"v\" }}\n",
        upstream.url("fault-none")
    );
    for Fault { name, .. } in faults {
        text.push_str(&format!(
            "provider p-{name} {{ protocol {protocol} url \"{}\" }}\n",
            upstream.url(&format!("fault-{name}"))
        ));
        for route in ["m", "c", "r"] {
            text.push_str(&format!(
                "model {route}-{name} {{ provider p-{name} vectors \"v\" {BOUNDS} }}\n"
            ));
        }
    }
    text + &format!(
        "route complete {{ when requested.startsWith(\"c-\") target requested fallback good on {ALL_CLASSES} commit complete }}\n\
         route repeats {{ when requested.startsWith(\"r-\") target requested fallback good retry 1 on [rate-limit] }}\n\
         route default {{ target requested fallback good }}\n\
         defaults {{ retry 0 breaker off }}\n"
    )
}

fn cases(faults: &[Fault]) -> Vec<Case> {
    let case = |fault: &Fault, stream, route| Case {
        fault: fault.name.clone(),
        stream,
        route,
    };
    faults
        .iter()
        .flat_map(|fault| {
            let first = if fault.name.starts_with("wait-") { 'r' } else { 'm' };
            [
                case(fault, false, first),
                case(fault, true, first),
                case(fault, false, 'c'),
                case(fault, true, 'c'),
            ]
        })
        .collect()
}

async fn ask(url: &str, api: Api, case: &Case) -> Seen {
    let body = api.body(case);
    let begun = Instant::now();
    let mut answer = client()
        .post(format!("{url}{}", api.path()))
        .header("content-type", "application/json")
        .header("x-request-id", case.id())
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    let mut bytes = Vec::new();
    let broke = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    Seen {
        status: answer.status().as_u16(),
        body: String::from_utf8(bytes).unwrap(),
        broke,
        target: header(&answer, "x-pointsman-target").to_owned(),
        failures: header(&answer, "x-pointsman-failures").to_owned(),
        took: begun.elapsed(),
    }
}

impl Case {
    fn model(&self) -> String {
        format!("{}-{}", self.route, self.fault)
    }

    fn id(&self) -> String {
        let way = if self.stream { "stream" } else { "whole" };
        format!("{}.{way}.{}", self.fault, self.route)
    }
}

/// The records of a folder by request.
fn records(folder: &Path) -> BTreeMap<String, Value> {
    let text = recorded(folder);
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line))
        .collect()
}

/// What became of the cases of one way, with their records. Each way has a proxy of its own: the ten waits that are
/// repeated are all that a retry budget allows to a quiet one.
async fn met(folder: &Path, api: Api, cases: &[Case], stream: bool) -> Vec<(String, (Seen, Value))> {
    let directory = tempfile::tempdir().unwrap();
    let proxy = Proxy::start(folder, &["--record", directory.path().to_str().unwrap()]);
    let cases: Vec<Case> = cases
        .iter()
        .filter(|case| case.stream == stream)
        .cloned()
        .collect();
    let seen = all(&proxy, api, &cases).await;
    let (code, log) = tokio::task::block_in_place(|| proxy.terminate());
    assert_eq!(code, Some(0), "{log}");
    let mut records = records(directory.path());
    let ids = cases.iter().map(Case::id);
    ids.zip(seen)
        .map(|(id, seen)| {
            let record = records.remove(&id).unwrap();
            (id, (seen, record))
        })
        .collect()
}

/// All cases, some at a time.
async fn all(proxy: &Proxy, api: Api, cases: &[Case]) -> Vec<Seen> {
    let lanes = Arc::new(Semaphore::new(LANES));
    let tasks: Vec<_> = cases
        .iter()
        .map(|case| {
            let (url, case, lanes) = (proxy.url.clone(), case.clone(), Arc::clone(&lanes));
            tokio::spawn(async move {
                let _lane = lanes.acquire_owned().await.unwrap();
                ask(&url, api, &case).await
            })
        })
        .collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap());
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_met_as_the_table_says() {
    insta::assert_snapshot!(table(Api::Chat).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_met_by_messages_as_the_table_says() {
    let table = table(Api::Messages).await;
    parity::holds(&table, &[]);
    insta::assert_snapshot!(table);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_met_by_translated_messages_as_the_table_says() {
    let table = table(Api::Translated).await;
    parity::holds(&table, &[]);
    insta::assert_snapshot!(table);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_messages_is_met_by_translated_chats_as_the_table_says() {
    let table = table(Api::OverMessages).await;
    parity::holds(&table, &[]);
    insta::assert_snapshot!(table);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_gemini_is_met_by_translated_chats_as_the_table_says() {
    let table = table(Api::OverGemini).await;
    let others: Vec<&str> = ENDS_OF_THEIR_OWN.into_iter().chain(NOT_OF_GEMINI).collect();
    parity::holds(&table, &others);
    insta::assert_snapshot!(table);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_met_by_responses_as_the_table_says() {
    let table = table(Api::Responses).await;
    parity::holds(&table, &ENDS_OF_THEIR_OWN);
    insta::assert_snapshot!(table);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_met_by_embeddings_as_the_table_says() {
    let table = table(Api::Embeddings).await;
    parity::holds(&table, &NOT_OF_VECTORS);
    insta::assert_snapshot!(table);
}

/// What becomes of every fault.
async fn table(api: Api) -> String {
    let faults = faults::all(api.shape());
    assert!(faults.len() >= 40, "{}", faults.len());
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("policy.policy"),
        policy(&upstream, api, &faults),
    )
    .unwrap();
    let cases: Vec<Case> = cases(&faults)
        .into_iter()
        .filter(|case| !case.stream || api != Api::Embeddings)
        .collect();
    let mut met = met(folder.path(), api, &cases, false).await;
    if api != Api::Embeddings {
        met.extend(self::met(folder.path(), api, &cases, true).await);
    }
    let met: BTreeMap<String, (Seen, Value)> = met.into_iter().collect();
    let mut table = String::new();
    for case in &cases {
        let (seen, record_of_it) = &met[&case.id()];
        assert!(
            seen.took < Duration::from_secs(40),
            "{case:?} took {:?}",
            seen.took
        );
        if case.route == 'c' {
            rescued(api, case, seen, record_of_it);
            continue;
        }
        let model = case.model();
        let calls = upstream
            .seen_by(&format!("fault-{}", case.fault))
            .iter()
            .filter(|call| call.streams() == case.stream && call.model() == model)
            .count();
        if !case.stream {
            table.push_str(&format!("{}\n", case.fault));
        }
        table.push_str(&format!(
            "  {} {} {} | {calls} upstream | {} | {}\n",
            if case.stream { "stream" } else { "whole " },
            seen.status,
            short(seen),
            match seen.target.as_str() {
                "good" => "good",
                "" => "nobody",
                _ => "it",
            },
            record(record_of_it),
        ));
        assert_eq!(
            seen.failures.matches('=').count(),
            failed(record_of_it),
            "{case:?}: {seen:?}"
        );
        assert!(!seen.body.contains("NOT JSON"), "{case:?}");
    }
    table
}

/// With `commit complete` and a healthy fallback for all classes, the client gets a complete answer: the target's own
/// where nothing is wrong with it, else the fallback's.
fn rescued(api: Api, case: &Case, seen: &Seen, record: &Value) {
    let own = record["attempts"][0].get("class").is_none();
    let text = match (api, own) {
        (Api::Embeddings, _) => "answer vector",
        (_, true) => "\"fine\"",
        (_, false) => "answer of healthy",
    };
    let spoken = short(seen).replace("\" \"", "");
    assert_eq!((seen.status, seen.broke), (200, false), "{case:?}: {seen:?}");
    assert!(spoken.contains(text), "{case:?}: {spoken}");
    assert!(!seen.body.contains("\"error\":{"), "{case:?}: {seen:?}");
    if case.stream && !own {
        assert!(spoken.ends_with(api.end()), "{case:?}: {spoken}");
    }
    assert_eq!(record["outcome"], "ok", "{case:?}");
}

fn failed(record: &Value) -> usize {
    let attempts = record["attempts"].as_array().unwrap();
    let failed = attempts.iter().filter(|attempt| attempt.get("class").is_some());
    // What broke after its commit was told by the stream, long behind the headers.
    failed.count() - usize::from(record["outcome"] == "truncated")
}
