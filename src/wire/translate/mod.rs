//! Translations between the protocols: requests from the client's form into the provider's, answers and the events of
//! streams the other way. Pure conversion; what it can say and what is lost stands in `docs/protocols.md`.

mod chat;
mod compose;
mod generate;
mod in_turn;
mod messages;
mod neutral;
mod responses;
mod stream;

pub use compose::{ComposedStream, Composition, token_count};
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
    /// Whether a stream is asked for its counts, where it does not tell them unasked.
    pub stream_usage: bool,
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

/// The field of a request's body that asks for this first.
pub fn asking_field(endpoint: Endpoint, body: &[u8], demand: Demand) -> Option<String> {
    let (body, read_field) = (Node::parse(body).ok()?, field_reader(endpoint)?);
    let asks = |key: &str, value: &Node| {
        let mut request = Request::default();
        read_field(key, value, &mut request);
        request.demands.contains(demand) || demand == Demand::Prefill && request.is_begun()
    };
    let mut fields = present(&body);
    fields
        .find(|(key, value)| asks(key, value))
        .map(|(key, _)| key.to_owned())
}

/// The body for a provider of another protocol; `None` where the client's is no JSON, or has no translation.
pub fn request(exchange: Exchange, body: &[u8], target: Target<'_>) -> Option<Vec<u8>> {
    let mut request = read_request(exchange.client, &Node::parse(body).ok()?);
    let caps = [request.max_tokens, target.max_tokens];
    request.max_tokens = caps.into_iter().flatten().min();
    let written = match exchange.upstream {
        Endpoint::Chat => chat::write_request(&request, target.model, target.stream_usage),
        Endpoint::Messages => messages::write_request(&request, target.model, target.max_output),
        Endpoint::Generate => generate::write_request(&request),
        Endpoint::Responses | Endpoint::Embeddings | Endpoint::CountTokens => return None,
    };
    Some(written.to_string().into_bytes())
}

/// A whole answer in the form of the client, whose request had this body. `usage` is what was read of the answer,
/// `created` the time in seconds since 1970.
pub fn answer(
    exchange: Exchange,
    request: &[u8],
    body: &[u8],
    usage: Option<Usage>,
    created: u64,
) -> Option<Vec<u8>> {
    let body = Node::parse(body).ok()?;
    let answer = match exchange.upstream {
        Endpoint::Chat => chat::read_answer(&body, usage),
        Endpoint::Messages => messages::read_answer(&body, usage),
        Endpoint::Generate => generate::read_answer(&body, usage),
        Endpoint::Responses | Endpoint::Embeddings | Endpoint::CountTokens => return None,
    };
    let written = write_answer(exchange.client, &answer, request, created)?;
    Some(written.to_string().into_bytes())
}

/// An answer for a client of this endpoint, whose request had this body.
fn write_answer(endpoint: Endpoint, answer: &Answer, request: &[u8], created: u64) -> Option<Node> {
    Some(match endpoint {
        Endpoint::Chat => chat::write_answer(answer, created),
        Endpoint::Messages => messages::write_answer(answer),
        Endpoint::Responses => {
            let request = Node::parse(request).unwrap_or_default();
            responses::Echo::new(&request, created).whole(answer)
        }
        Endpoint::Embeddings | Endpoint::CountTokens | Endpoint::Generate => return None,
    })
}

/// Reads one field of a body.
type FieldReader = fn(&str, &Node, &mut Request);

fn field_reader(endpoint: Endpoint) -> Option<FieldReader> {
    match endpoint {
        Endpoint::Chat => Some(chat::read_field),
        Endpoint::Messages => Some(messages::read_field),
        Endpoint::Responses => Some(responses::read_field),
        Endpoint::Embeddings | Endpoint::CountTokens | Endpoint::Generate => None,
    }
}

/// The fields of a body; those that are null are absent.
fn present(body: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let entries = body.entries().iter().map(|(key, value)| (key.as_str(), value));
    entries.filter(|(_, value)| !value.is_null())
}

/// A request of this endpoint, field by field.
fn read_request(endpoint: Endpoint, body: &Node) -> Request {
    let mut request = Request::default();
    let Some(read_field) = field_reader(endpoint) else {
        return request;
    };
    for (key, value) in present(body) {
        read_field(key, value, &mut request);
    }
    if request.is_begun() {
        request.demands.insert(Demand::Prefill);
    }
    request
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
