//! The requests of a day, drawn from their numbers, and the clients that send them side by side until nobody answers.

use super::policies::{MODELS, TENANTS};
use crate::support::{client, header};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Requests at a time.
const LANES: usize = 16;

/// An answer, as its client saw it.
#[derive(Debug)]
pub(super) struct Answer {
    /// The id that the client gave the request.
    pub(super) id: String,
    pub(super) status: u16,
    /// The first digits of the hash of the policy that decided.
    pub(super) policy: String,
}

/// Starts to send to a proxy; the answers come in the order in which they end. There is no more of them when the proxy
/// is gone.
pub(super) fn start(url: &str) -> Receiver<Answer> {
    let (sender, answers) = channel(LANES);
    let next = Arc::new(AtomicUsize::new(0));
    for _ in 0..LANES {
        tokio::spawn(lane(client(), url.to_owned(), Arc::clone(&next), sender.clone()));
    }
    answers
}

/// One connection of the load, up to its first request that gets no answer.
async fn lane(client: Client, url: String, next: Arc<AtomicUsize>, answers: Sender<Answer>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(answer) = send(&client, &url, number).await else {
            return;
        };
        if answers.send(answer).await.is_err() {
            return;
        }
    }
}

/// Sends the request of this number and reads its answer; `None` where there is none, or not all of it.
async fn send(client: &Client, url: &str, number: usize) -> Option<Answer> {
    let mut draws = fastrand::Rng::with_seed(number as u64);
    let id = format!("day-{number}");
    let mut answer = request(client, url, &mut draws)
        .header("x-request-id", &id)
        .send()
        .await
        .ok()?;
    let seen = Answer {
        id,
        status: answer.status().as_u16(),
        policy: header(&answer, "x-pointsman-policy").to_owned(),
    };
    // Some clients go away in the middle.
    if draws.u8(..) < 8 {
        answer.chunk().await.ok()?;
    } else {
        answer.bytes().await.ok()?;
    }
    Some(seen)
}

fn request(client: &Client, url: &str, draws: &mut fastrand::Rng) -> RequestBuilder {
    let mut one_of = |names: &[&'static str]| names[draws.usize(..names.len())];
    let (tenant, model) = (one_of(&TENANTS), one_of(&MODELS));
    let path = one_of(&[
        "chat/completions",
        "chat/completions",
        "chat/completions",
        "messages",
        "responses",
        "embeddings",
    ]);
    let team = one_of(&["", "red", "blue"]);
    let key = if draws.u8(..) < 4 { "nobody" } else { tenant };
    let body = body(path, model, draws);
    client
        .post(format!("{url}/v1/{path}"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {key}"))
        .header("x-team", team)
        .body(body.to_string())
}

fn body(path: &str, model: &str, draws: &mut fastrand::Rng) -> Value {
    let words = "word ".repeat(draws.usize(1..120));
    let user = format!("u{}", draws.u8(..61));
    let messages = json!([{"role": "user", "content": words}]);
    let stream = draws.bool();
    match path {
        "embeddings" => json!({"model": model, "user": user, "input": words}),
        "responses" => json!({"model": model, "user": user, "stream": stream, "input": words}),
        "messages" => {
            json!({"model": model, "metadata": {"user_id": user}, "stream": stream, "max_tokens": 300, "messages": messages})
        }
        _ => json!({"model": model, "user": user, "stream": stream, "messages": messages}),
    }
}
