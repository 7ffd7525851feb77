//! The backends of one policy's providers.

use super::address::Address;
use super::backend::Backend;
use super::clients::Clients;
use super::http::{HttpProvider, Key};
use super::place::Places;
use super::secret::Secret;
use super::simulated::SimulatedProvider;
use crate::model::{Credential, Policy, Protocol, Provider, ProviderId};
use crate::source::Span;
use ::http::header::{HeaderName, HeaderValue};
use std::fmt;
use std::sync::Arc;

/// The header of Google's keys.
const GOOGLE_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

/// The header of Anthropic's keys.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The backends of one policy's providers, by id.
#[derive(Default)]
pub struct Upstreams {
    backends: Vec<Arc<dyn Backend>>,
}

/// A provider that cannot be called: an unresolved secret, or a URL or header that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableProvider {
    /// The policy's name of the provider.
    pub provider: String,
    /// What is wrong, in one line.
    pub reason: String,
    /// Where the policy says so.
    pub span: Span,
}

impl fmt::Display for UnusableProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "provider `{}` cannot be called: {}",
            self.provider, self.reason
        )
    }
}

impl Upstreams {
    /// The backends of a policy; secrets are read now.
    ///
    /// # Errors
    /// All providers that cannot be called.
    pub fn new(policy: &Policy, clients: &Clients) -> Result<Self, Vec<UnusableProvider>> {
        let mut backends = Vec::new();
        let mut unusable = Vec::new();
        for provider in &policy.providers {
            match backend(provider, clients) {
                Ok(backend) => backends.push(backend),
                Err(error) => unusable.push(error),
            }
        }
        if unusable.is_empty() {
            return Ok(Upstreams { backends });
        }
        Err(unusable)
    }

    /// Backends in the order of the policy's providers.
    pub fn from_backends(backends: Vec<Arc<dyn Backend>>) -> Self {
        Upstreams { backends }
    }

    /// The backend of a provider; `None` for an id of another policy.
    pub fn get(&self, provider: ProviderId) -> Option<&Arc<dyn Backend>> {
        self.backends.get(provider.0 as usize)
    }
}

impl fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upstreams({})", self.backends.len())
    }
}

fn backend(provider: &Provider, clients: &Clients) -> Result<Arc<dyn Backend>, UnusableProvider> {
    match &provider.protocol {
        Protocol::Simulated(behaviour) => Ok(Arc::new(SimulatedProvider::new(behaviour.clone()))),
        Protocol::OpenAi | Protocol::Anthropic | Protocol::Gemini => {
            let http = http_provider(provider, clients).map_err(|(reason, span)| UnusableProvider {
                provider: provider.name.clone(),
                reason,
                span,
            })?;
            Ok(Arc::new(Arc::new(http)))
        }
    }
}

fn http_provider(provider: &Provider, clients: &Clients) -> Result<HttpProvider, (String, Span)> {
    let here = |reason: String| (reason, provider.span);
    let (version, key_header) = match provider.protocol {
        Protocol::Anthropic => ("/v1", Some(API_KEY)),
        Protocol::Gemini => ("/v1beta", Some(GOOGLE_KEY)),
        Protocol::OpenAi | Protocol::Simulated(_) => ("", None),
    };
    let address = Address::new(&provider.url, version)
        .map_err(|reason| here(format!("`{}` {reason}", provider.url)))?;
    if address.is_encrypted() {
        // The system's authorities are read now, when nobody waits for an answer.
        clients.trust().http1().map_err(|error| here(error.to_string()))?;
    }
    let forward = provider.forward.iter().map(|name| header_name(name));
    let own = provider.headers.iter().map(|(name, value)| {
        let text = HeaderValue::try_from(value)
            .map_err(|_| format!("the value of header `{name}` has characters that no header can carry"))?;
        Ok((header_name(name)?, text))
    });
    Ok(HttpProvider {
        clients: clients.clone(),
        counts_tokens: provider.protocol.counts_tokens(),
        places: Places::new(address, &provider.protocol),
        key: provider
            .credential
            .as_ref()
            .map(|credential| key(credential, key_header))
            .transpose()?,
        forward: forward.collect::<Result<_, String>>().map_err(here)?,
        own: own.collect::<Result<_, String>>().map_err(here)?,
    })
}

/// A provider's key, in the header that the policy names, else in the protocol's; `None` is a bearer token.
fn key(credential: &Credential, protocols: Option<HeaderName>) -> Result<Key, (String, Span)> {
    let secret = Secret::resolve(&credential.source).map_err(|error| (error.to_string(), credential.span))?;
    if HeaderValue::try_from(&*secret.text()).is_err() {
        let reason = "its key has characters that no header can carry".to_owned();
        return Err((reason, credential.span));
    }
    let header = credential.header.as_deref().map(header_name).transpose();
    Ok(Key {
        secret: Arc::new(secret),
        header: header.map_err(|reason| (reason, credential.span))?.or(protocols),
    })
}

fn header_name(name: &str) -> Result<HeaderName, String> {
    HeaderName::try_from(name).map_err(|_| format!("`{name}` is no name of a header"))
}
