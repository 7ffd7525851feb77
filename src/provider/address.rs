//! The URL of a call: the provider's base URL, the model's name in it, and the endpoint's path before the query.

use reqwest::Url;

/// Stands in a provider's URL for the provider's name of the model.
const MODEL_PLACE: &str = "{model}";

/// Where a provider's endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// The same for all models.
    Fixed(Url),
    /// With a place for the model's name.
    ByModel(String),
}

impl Address {
    /// The address of a provider; `version` is its path where the URL has none. The reason where the URL is none.
    pub(super) fn new(base: &str, version: &str) -> Result<Self, String> {
        let mut bare = parse(base)?;
        if matches!(bare.path(), "" | "/") && !version.is_empty() {
            bare.set_path(version);
            return Ok(Address::Fixed(bare));
        }
        let probe = parse(&base.replace(MODEL_PLACE, "model"))?;
        Ok(match base.contains(MODEL_PLACE) {
            true => Address::ByModel(base.to_owned()),
            false => Address::Fixed(probe),
        })
    }

    /// Whether calls go over TLS.
    pub(super) fn is_encrypted(&self) -> bool {
        match self {
            Address::Fixed(url) => url.scheme() == "https",
            Address::ByModel(base) => base
                .get(..6)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:")),
        }
    }

    /// The URL of a path at the provider's host.
    pub(super) fn at_host(&self, path: &str) -> Result<Url, String> {
        let base = match self {
            Address::Fixed(url) => url.clone(),
            Address::ByModel(base) => parse(&base.replace(MODEL_PLACE, "model"))?,
        };
        base.join(path).map_err(|error| format!("is no URL: {error}"))
    }

    /// The URL of an endpoint, such as `/chat/completions`, for a model.
    pub(super) fn url(&self, endpoint: &str, model: &str) -> Result<Url, String> {
        let mut url = match self {
            Address::Fixed(url) => url.clone(),
            Address::ByModel(base) => parse(&base.replace(MODEL_PLACE, &percent_encoded(model)))?,
        };
        let path = format!("{}{endpoint}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(url)
    }
}

fn parse(base: &str) -> Result<Url, String> {
    let mut url = Url::parse(base).map_err(|error| format!("is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("is no URL of `http` or `https`".to_owned());
    }
    url.set_fragment(None);
    Ok(url)
}

/// A model's name as one segment of a path.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
