//! Where a call goes: its URL and, in the clear, the parts of it that HTTP/1.1 sends.

use super::address::{Address, percent_encoded};
use crate::model::Protocol;
use crate::wire::endpoint::Endpoint;
use ::http::Uri;
use ::http::header::HeaderValue;
use reqwest::Url;
use std::borrow::Cow;
use std::sync::Arc;

/// Where calls of one endpoint go.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) url: Url,
    /// The same for a call in the clear.
    pub(super) plain: Option<PlainPlace>,
}

/// Where calls in the clear go.
#[derive(Clone, Debug)]
pub(super) struct PlainPlace {
    /// Host and port, as connections are known by.
    pub(super) origin: Arc<str>,
    /// What is connected to.
    pub(super) server: Uri,
    /// Path and query.
    pub(super) path: Uri,
    /// The header `host`.
    pub(super) host: HeaderValue,
}

/// Where the calls of one provider go.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) address: Address,
    /// Those that are the same for all models.
    fixed: Vec<(Endpoint, Arc<Place>)>,
}

impl Places {
    /// The places of a provider's address.
    pub(super) fn new(address: Address, protocol: &Protocol) -> Self {
        let endpoints: &[Endpoint] = match (&address, protocol) {
            (Address::Fixed(_), Protocol::OpenAi) => {
                &[Endpoint::Chat, Endpoint::Responses, Endpoint::Embeddings]
            }
            (Address::Fixed(_), Protocol::Anthropic) => &[Endpoint::Messages, Endpoint::CountTokens],
            // The model's name stands in it.
            (Address::ByModel(_), _) | (_, Protocol::Gemini | Protocol::Simulated(_)) => &[],
        };
        let place = |endpoint: &Endpoint| Some((*endpoint, place(&address, *endpoint, "", false).ok()?));
        let fixed = endpoints.iter().filter_map(place).collect();
        Places { address, fixed }
    }

    /// Where a call of an endpoint goes, for a model and for a stream or a whole answer. The reason where that is no URL.
    pub(super) fn of(&self, endpoint: Endpoint, model: &str, stream: bool) -> Result<Arc<Place>, String> {
        match self.fixed.iter().find(|(known, _)| *known == endpoint) {
            Some((_, place)) => Ok(Arc::clone(place)),
            None => place(&self.address, endpoint, model, stream),
        }
    }
}

fn place(address: &Address, endpoint: Endpoint, model: &str, stream: bool) -> Result<Arc<Place>, String> {
    let mut url = address.url(&path(endpoint, model, stream), model)?;
    if endpoint == Endpoint::Generate && stream {
        url.query_pairs_mut().append_pair("alt", "sse");
    }
    let plain = PlainPlace::of(&url);
    Ok(Arc::new(Place { url, plain }))
}

/// The path of a call behind a provider's URL.
fn path(endpoint: Endpoint, model: &str, stream: bool) -> Cow<'static, str> {
    Cow::Borrowed(match endpoint {
        Endpoint::Chat => "/chat/completions",
        Endpoint::Responses => "/responses",
        Endpoint::Embeddings => "/embeddings",
        Endpoint::Messages => "/messages",
        Endpoint::CountTokens => "/messages/count_tokens",
        Endpoint::Generate => {
            let method = match stream {
                true => "streamGenerateContent",
                false => "generateContent",
            };
            return Cow::Owned(format!("/models/{}:{method}", percent_encoded(model)));
        }
    })
}

impl PlainPlace {
    /// The place of a URL; `None` where it is not in the clear, or says who calls.
    fn of(url: &Url) -> Option<Self> {
        if url.scheme() != "http" || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let origin = match (url.host_str()?, url.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Some(PlainPlace {
            host: HeaderValue::try_from(&origin).ok()?,
            server: Uri::try_from(format!("http://{origin}/")).ok()?,
            path: Uri::try_from(path).ok()?,
            origin: origin.into(),
        })
    }
}
