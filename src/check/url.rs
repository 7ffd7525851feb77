//! The base URL of a provider: http or https, a host, no credentials.

/// Query parameters that are known to carry keys.
const KEY_PARAMETERS: [&str; 5] = ["key", "api-key", "api_key", "apikey", "access_token"];

/// What is wrong with a base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UrlFault {
    /// It is not what the text says it has to be.
    Malformed(&'static str),
    /// It carries a secret.
    Secret,
}

/// Whether the text can be the base URL of a provider: `http://host[:port][/path][?query]`, with `{model}` in its
/// path or query where the model's name goes.
pub(super) fn check_url(text: &str) -> Result<(), UrlFault> {
    use UrlFault::Malformed;
    if has_credentials(text) {
        return Err(UrlFault::Secret);
    }
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or(Malformed("it begins with `http://` or `https://`"))?;
    if rest
        .bytes()
        .any(|byte| byte <= b' ' || byte >= 0x7f || b"\"<>\\^`|".contains(&byte))
    {
        return Err(Malformed("it holds only ASCII characters that a URL may hold"));
    }
    if rest.contains('#') {
        return Err(Malformed("it has no `#`"));
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    check_authority(authority)?;
    let without_model = path.replace("{model}", "");
    if without_model.contains(['{', '}']) {
        return Err(Malformed("its only placeholder is `{model}`"));
    }
    Ok(())
}

/// Whether a text that is meant as a URL has a user or password before its host, or a key in its query.
fn has_credentials(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.contains('@') || carries_key(text)
}

fn check_authority(authority: &str) -> Result<(), UrlFault> {
    let wrong = Err(UrlFault::Malformed("it has a host, and after `:` a port"));
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if is_ipv6(address) => (address, port),
            _ => return wrong,
        },
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let host_fits = authority.starts_with('[')
        || (!host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)));
    let port_fits = match port.strip_prefix(':') {
        Some(digits) => digits.parse::<u16>().is_ok_and(|port| port > 0) && !digits.starts_with('+'),
        None => port.is_empty(),
    };
    if host_fits && port_fits { Ok(()) } else { wrong }
}

fn carries_key(text: &str) -> bool {
    let query = text.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|pair| {
        pair.split_once('=')
            .is_some_and(|(name, value)| !value.is_empty() && KEY_PARAMETERS.contains(&name))
    })
}

/// Whether the text has the characters of an IPv6 address; whether there is such an address, the connection shows.
fn is_ipv6(text: &str) -> bool {
    text.contains(':')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.')
}
