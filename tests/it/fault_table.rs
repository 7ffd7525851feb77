//! Every fault of the fault server, whole and streaming, through the real binary: what the client got, what the
//! upstream saw, and what was recorded stand in one table.

use crate::support::faults::{self, Fault};
use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{client, header, recorded};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Requests at a time: silences are waited for side by side, and a busy machine still answers in time.
const LANES: usize = 12;

/// The bounds on what fails; what is healthy has the defaults', so that a busy machine changes no row.
const BOUNDS: &str = "timeout headers 5s first-token 6s idle 4s";

/// Every class that can be rescued.
const ALL_CLASSES: &str = "[connect, timeout, rate-limit, quota, overload, server, auth, context-length, content-filter, bad-request, empty, truncated]";

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

fn policy(upstream: &Upstream, faults: &[Fault]) -> String {
    let mut text = format!(
        "provider healthy {{ protocol openai url \"{}\" }}\nmodel good {{ provider healthy serves [] }}\n",
        upstream.url("fault-none")
    );
    for Fault { name, .. } in faults {
        text.push_str(&format!(
            "provider p-{name} {{ protocol openai url \"{}\" }}\n",
            upstream.url(&format!("fault-{name}"))
        ));
        for route in ["m", "c", "r"] {
            text.push_str(&format!(
                "model {route}-{name} {{ provider p-{name} {BOUNDS} }}\n"
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

async fn ask(url: &str, case: &Case) -> Seen {
    let body = json!({
        "model": format!("{}-{}", case.route, case.fault),
        "stream": case.stream,
        "messages": [{"role": "user", "content": "hi"}],
    });
    let begun = Instant::now();
    let mut answer = client()
        .post(format!("{url}/v1/chat/completions"))
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
    fn id(&self) -> String {
        let way = if self.stream { "stream" } else { "whole" };
        format!("{}.{way}.{}", self.fault, self.route)
    }
}

/// A body in short: its events, or what a whole answer says.
fn short(seen: &Seen) -> String {
    let mut shown = match seen.body.contains("data:") {
        true => seen
            .body
            .split("\n\n")
            .filter(|event| !event.is_empty())
            .map(event)
            .collect::<Vec<_>>()
            .join(" "),
        false => message(&seen.body),
    };
    if seen.broke {
        shown.push_str(" BROKEN OFF");
    }
    shown
}

fn event(event: &str) -> String {
    let data = event.lines().find_map(|line| line.strip_prefix("data: "));
    let Some(data) = data else {
        return "comment".to_owned();
    };
    match serde_json::from_str::<Value>(data) {
        Err(_) if data == "[DONE]" => "[DONE]".to_owned(),
        Err(_) => format!("NOT JSON {data}"),
        Ok(chunk) if chunk.get("choices").is_none() => message(data),
        Ok(chunk) => {
            let choice = &chunk["choices"][0];
            match (
                choice["delta"]["content"].as_str(),
                choice["finish_reason"].as_str(),
            ) {
                (_, Some(reason)) => format!("finish:{reason}"),
                (Some(""), None) => "role".to_owned(),
                (text, None) => format!("{:?}", text.unwrap_or_default()),
            }
        }
    }
}

/// What a body of JSON says: an answer's text, or an error's code and message.
fn message(body: &str) -> String {
    let Ok(json) = serde_json::from_str::<Value>(body) else {
        return format!("raw {body:?}");
    };
    if let Some(content) = json["choices"][0]["message"].get("content") {
        return format!("answer {content}");
    }
    let error = json.get("error").unwrap_or(&json);
    let text = error["message"].as_str().or(error.as_str()).unwrap_or_default();
    let code = error["code"].as_str().unwrap_or_default();
    format!("error {code} {text:?}").replace("error  ", "error ")
}

/// A record in short: outcome and attempts.
fn record(record: &Value) -> String {
    let attempts: Vec<String> = record["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| {
            let target = attempt["target"].as_str().unwrap();
            let target = if target == "good" { "good" } else { "it" };
            let class = attempt["class"].as_str().unwrap_or("ok");
            format!("{target} {} {class}", attempt["status"])
        })
        .collect();
    let outcome = record["outcome"].as_str().unwrap();
    format!("{outcome} [{}]", attempts.join(", ")).replace("null ", "")
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
async fn met(folder: &Path, cases: &[Case], stream: bool) -> Vec<(String, (Seen, Value))> {
    let directory = tempfile::tempdir().unwrap();
    let proxy = Proxy::start(folder, &["--record", directory.path().to_str().unwrap()]);
    let cases: Vec<Case> = cases
        .iter()
        .filter(|case| case.stream == stream)
        .cloned()
        .collect();
    let seen = all(&proxy, &cases).await;
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
async fn all(proxy: &Proxy, cases: &[Case]) -> Vec<Seen> {
    let lanes = Arc::new(Semaphore::new(LANES));
    let tasks: Vec<_> = cases
        .iter()
        .map(|case| {
            let (url, case, lanes) = (proxy.url.clone(), case.clone(), Arc::clone(&lanes));
            tokio::spawn(async move {
                let _lane = lanes.acquire_owned().await.unwrap();
                ask(&url, &case).await
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
    let faults = faults::all();
    assert!(faults.len() >= 40, "{}", faults.len());
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.policy"), policy(&upstream, &faults)).unwrap();
    let cases = cases(&faults);
    let met = [
        met(folder.path(), &cases, false).await,
        met(folder.path(), &cases, true).await,
    ];
    let met: BTreeMap<String, (Seen, Value)> = met.into_iter().flatten().collect();
    let mut table = String::new();
    for case in &cases {
        let (seen, record_of_it) = &met[&case.id()];
        assert!(
            seen.took < Duration::from_secs(40),
            "{case:?} took {:?}",
            seen.took
        );
        if case.route == 'c' {
            rescued(case, seen, record_of_it);
            continue;
        }
        let model = format!("{}-{}", case.route, case.fault);
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
    insta::assert_snapshot!(table);
}

/// With `commit complete` and a healthy fallback for all classes, the client gets a complete answer: the target's own
/// where nothing is wrong with it, else the fallback's.
fn rescued(case: &Case, seen: &Seen, record: &Value) {
    let own = record["attempts"][0].get("class").is_none();
    let text = if own { "\"fine\"" } else { "answer of healthy" };
    let spoken = short(seen).replace("\" \"", "");
    assert_eq!((seen.status, seen.broke), (200, false), "{case:?}: {seen:?}");
    assert!(spoken.contains(text), "{case:?}: {spoken}");
    assert!(!seen.body.contains("\"error\""), "{case:?}: {seen:?}");
    if case.stream && !own {
        assert!(spoken.ends_with("finish:stop [DONE]"), "{case:?}: {spoken}");
    }
    assert_eq!(record["outcome"], "ok", "{case:?}");
}

fn failed(record: &Value) -> usize {
    let attempts = record["attempts"].as_array().unwrap();
    let failed = attempts.iter().filter(|attempt| attempt.get("class").is_some());
    // What broke after its commit was told by the stream, long behind the headers.
    failed.count() - usize::from(record["outcome"] == "truncated")
}
