//! Clients that leave at random points leave nothing behind, and streams survive reloads and the drain.

use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{PATIENCE, chat, client, eventually, message};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How many streams are aborted; `POINTSMAN_ABORTS=10000` is the full size.
fn count() -> u64 {
    let asked = std::env::var("POINTSMAN_ABORTS").ok();
    asked.map_or(400, |text| text.parse().unwrap())
}

/// Clients at a time.
const LANES: u64 = 16;

fn policy(upstream: &Upstream) -> String {
    let behaviours = ["good", "stalls-after-content", "silent", "dies-after-content"];
    let providers = behaviours.map(|name| {
        format!(
            "provider p-{name} {{ protocol openai url \"{}\" }}\nmodel {name} {{ provider p-{name} }}\n",
            upstream.url(name)
        )
    });
    format!(
        "provider here {{ protocol simulated first-token 5ms rate 500 tokens per second }}\nmodel paced {{ provider here }}\n\
         {}route all {{ target requested retry 0 on [connect] }}\ndefaults {{ breaker off }}\n",
        providers.concat()
    )
}

const MODELS: [&str; 5] = [
    "good",
    "stalls-after-content",
    "silent",
    "dies-after-content",
    "paced",
];

/// Asks for a stream and leaves at a point that the random numbers say: while nothing has come, or behind so many pieces.
async fn abort(client: &reqwest::Client, url: &str, random: &mut fastrand::Rng) {
    let model = MODELS[random.usize(..MODELS.len())];
    let wait = Duration::from_micros(random.u64(0..20_000));
    let pieces = random.usize(0..6);
    let leaves = async {
        let mut answer = chat(client, url, "any", &message(model, true))
            .send()
            .await
            .ok()?;
        for _ in 0..pieces {
            answer.chunk().await.ok()??;
        }
        Some(())
    };
    let _ = timeout(wait, leaves).await;
}

async fn abort_all(proxy: &Proxy, count: u64, seed: u64) {
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            let (client, url) = (client(), proxy.url.clone());
            tokio::spawn(async move {
                let mut random = fastrand::Rng::with_seed(seed + lane);
                for _ in (lane..count).step_by(LANES as usize) {
                    abort(&client, &url, &mut random).await;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.unwrap();
    }
}

/// Requests and attempts under way.
async fn in_flight(proxy: &Proxy) -> u64 {
    let metrics = proxy.ask("/metrics").await;
    let gauge = metrics
        .lines()
        .find_map(|line| line.strip_prefix("pointsman_requests_in_flight "));
    let targets: Value = serde_json::from_str(&proxy.ask("/targets").await).unwrap();
    let attempts = targets
        .as_array()
        .or_else(|| targets["targets"].as_array())
        .unwrap();
    let attempts: u64 = attempts
        .iter()
        .map(|target| target["in_flight"].as_u64().unwrap())
        .sum();
    gauge.unwrap().trim().parse::<u64>().unwrap() + attempts
}

fn sockets(process: u32) -> usize {
    let entries = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    links
        .filter(|link| link.to_string_lossy().starts_with("socket:"))
        .count()
}

async fn settled(proxy: &Proxy, most_sockets: usize) {
    eventually("requests and sockets of clients who left are gone", || async {
        (in_flight(proxy).await == 0 && sockets(proxy.process()) <= most_sockets).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_are_aborted_anywhere_leave_nothing_behind() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.policy"), policy(&upstream)).unwrap();
    let proxy = Proxy::start(folder.path(), &[]);
    // Connections to a good upstream are kept for later; no more than there were clients at a time.
    let most_sockets = sockets(proxy.process()) + LANES as usize + 4;
    abort_all(&proxy, count() / 2, 1).await;
    settled(&proxy, most_sockets).await;
    let before = proxy.memory("VmRSS");
    abort_all(&proxy, count() / 2, 1_000).await;
    settled(&proxy, most_sockets).await;
    let after = proxy.memory("VmRSS");
    println!(
        "{} aborted: {before} bytes held half way, {after} at the end",
        count()
    );
    assert!(
        after < before + before / 5 + (8 << 20),
        "{before} grew to {after}"
    );
}

async fn generation(proxy: &Proxy) -> u64 {
    let policy: Value = serde_json::from_str(&proxy.ask("/policy").await).unwrap();
    policy["generation"].as_u64().unwrap()
}

async fn replace(proxy: &Proxy, file: &Path, text: &str) {
    let before = generation(proxy).await;
    fs::write(file, text).unwrap();
    eventually("the policy is replaced", || async {
        (generation(proxy).await > before).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_streams_survive_a_reload_and_the_drain() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.policy");
    let policy = |name: &str| {
        format!(
            "provider here {{ protocol simulated rate 8 tokens per second }}\nmodel {name} {{ provider here }}\nroute all {{ target {name} }}\n"
        )
    };
    fs::write(&file, policy("old")).unwrap();
    let proxy = Arc::new(Proxy::start(folder.path(), &[]));
    let (begun_sender, mut begun) = tokio::sync::mpsc::channel(100);
    let streams: Vec<_> = (0..100)
        .map(|_| {
            let (url, begun) = (proxy.url.clone(), begun_sender.clone());
            tokio::spawn(async move {
                let mut answer = chat(&client(), &url, "any", &message("x", true))
                    .send()
                    .await
                    .unwrap();
                let target = answer.headers()["x-pointsman-target"]
                    .to_str()
                    .unwrap()
                    .to_owned();
                let mut text = String::from_utf8(answer.chunk().await.unwrap().unwrap().to_vec()).unwrap();
                begun.send(()).await.unwrap();
                while let Some(piece) = answer.chunk().await.unwrap() {
                    text.push_str(std::str::from_utf8(&piece).unwrap());
                }
                (target, text)
            })
        })
        .collect();
    for _ in 0..100 {
        timeout(PATIENCE, begun.recv()).await.unwrap().unwrap();
    }
    replace(&proxy, &file, &policy("new")).await;
    let ending = tokio::task::spawn_blocking(move || Arc::into_inner(proxy).unwrap().terminate());
    for stream in streams {
        let (target, text) = stream.await.unwrap();
        assert_eq!(target, "old");
        assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    }
    let (code, log) = ending.await.unwrap();
    assert_eq!(code, Some(0), "{log}");
}
