//! Where a call goes: its URL, and the parts of it that HTTP/1.1 sends.

use super::address::{Address, percent_encoded};
use crate::model::Protocol;
use crate::wire::endpoint::Endpoint;
use ::http::Uri;
use ::http::header::HeaderValue;
use reqwest::Url;
use rustls::pki_types::ServerName;
use std::borrow::Cow;
use std::sync::Arc;

/// Where calls of one endpoint go.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) url: Url,
    /// The same for a call over HTTP/1.1.
    pub(super) http1: Option<Http1Place>,
}

/// Where calls over HTTP/1.1 go.
#[derive(Clone, Debug)]
pub(super) struct Http1Place {
    /// Scheme, host and port, as connections are known by.
    pub(super) origin: Arc<str>,
    /// Whose certificate is asked for; `None` in the clear.
    pub(super) tls: Option<ServerName<'static>>,
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
    let http1 = Http1Place::of(&url);
    Ok(Arc::new(Place { url, http1 }))
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

impl Http1Place {
    /// The place of a URL; `None` where it says who calls, or names a host that no certificate can.
    fn of(url: &Url) -> Option<Self> {
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let host = url.host_str()?;
        let tls = match url.scheme() {
            "http" => None,
            _ => Some(server_name(host)?),
        };
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let origin = format!("{}://{authority}", url.scheme());
        Some(Http1Place {
            host: HeaderValue::try_from(authority).ok()?,
            server: Uri::try_from(format!("{origin}/")).ok()?,
            path: Uri::try_from(path).ok()?,
            origin: origin.into(),
            tls,
        })
    }
}

/// A URL's host as a certificate names it: an address of IPv6 without its brackets.
fn server_name(host: &str) -> Option<ServerName<'static>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(bare.to_owned()).ok()
}
