//! Translations between the protocols: requests from the client's form into the provider's, answers and the events of
//! streams the other way. Pure conversion; what it can say and what is lost stands in `docs/protocols.md`.

mod chat;
mod compose;
mod messages;
mod neutral;
mod stream;

pub use compose::{ComposedStream, Composition};
pub use stream::StreamTranslator;

use super::endpoint::Endpoint;
use super::exchange::Exchange;
use super::node::Node;
use super::openai::Usage;
use crate::facts::{Demand, Demands};
use neutral::{Answer, Request};

/// What a translated request is for.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The provider's name of the model.
    pub model: &'a str,
    /// Its longest completion in tokens, where known.
    pub max_output: Option<u64>,
    /// The cap on output tokens that guards set.
    pub max_tokens: Option<u64>,
}

/// What a request to this endpoint asks beyond what every protocol can express. A body that is no JSON asks nothing.
pub fn demands(endpoint: Endpoint, body: &[u8]) -> Demands {
    if endpoint == Endpoint::CountTokens {
        return Demands::from_iter([Demand::Counting]);
    }
    match Node::parse(body) {
        Ok(body) => read_request(endpoint, &body).demands,
        Err(_) => Demands::NONE,
    }
}

/// The body for a provider of another protocol; `None` where the client's is no JSON, or has no translation.
pub fn request(exchange: Exchange, body: &[u8], target: Target<'_>) -> Option<Vec<u8>> {
    let mut request = read_request(exchange.client, &Node::parse(body).ok()?);
    let caps = [request.max_tokens, target.max_tokens];
    request.max_tokens = caps.into_iter().flatten().min();
    let written = match exchange.upstream {
        Endpoint::Chat => chat::write_request(&request, target.model),
        Endpoint::Messages => messages::write_request(&request, target.model, target.max_output),
        Endpoint::Embeddings | Endpoint::CountTokens => return None,
    };
    Some(written.to_string().into_bytes())
}

/// A whole answer in the client's form. `usage` is what was read of it, `created` the time in seconds since 1970.
pub fn answer(exchange: Exchange, body: &[u8], usage: Option<Usage>, created: u64) -> Option<Vec<u8>> {
    let body = Node::parse(body).ok()?;
    let answer = match exchange.upstream {
        Endpoint::Chat => chat::read_answer(&body, usage),
        Endpoint::Messages => messages::read_answer(&body, usage),
        Endpoint::Embeddings | Endpoint::CountTokens => return None,
    };
    let written = write_answer(exchange.client, &answer, created)?;
    Some(written.to_string().into_bytes())
}

fn write_answer(endpoint: Endpoint, answer: &Answer, created: u64) -> Option<Node> {
    Some(match endpoint {
        Endpoint::Chat => chat::write_answer(answer, created),
        Endpoint::Messages => messages::write_answer(answer),
        Endpoint::Embeddings | Endpoint::CountTokens => return None,
    })
}

fn read_request(endpoint: Endpoint, body: &Node) -> Request {
    match endpoint {
        Endpoint::Chat => chat::read_request(body),
        Endpoint::Messages => messages::read_request(body),
        Endpoint::Embeddings | Endpoint::CountTokens => Request::default(),
    }
}

/// Writes an event without a name.
fn write_data(data: &Node, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("data: {data}\n\n").as_bytes());
}

/// Writes an event.
fn write_event(name: &str, data: &Node, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("event: {name}\n").as_bytes());
    write_data(data, out);
}

#[cfg(test)]
mod tests;
