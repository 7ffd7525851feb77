//! What of a URL goes over HTTP/1.1.

use crate::model::Protocol;
use crate::provider::address::Address;
use crate::provider::place::Places;
use crate::wire::endpoint::Endpoint;

/// Origin, header `host`, path and whose certificate is asked for.
fn place(base: &str) -> Option<[String; 4]> {
    let places = Places::new(Address::new(base, "").unwrap(), &Protocol::OpenAi);
    let place = places.of(Endpoint::Chat, "m", false).unwrap();
    let http1 = place.http1.as_ref()?;
    let name = http1.tls.as_ref().map(|name| name.to_str().into_owned());
    Some([
        http1.origin.to_string(),
        http1.host.to_str().unwrap().to_owned(),
        http1.path.to_string(),
        name.unwrap_or_default(),
    ])
}

#[test]
fn a_call_over_http_1_has_its_origin_and_over_tls_a_name() {
    for (base, expected) in [
        ("http://h/v1", ["http://h", "h", "/v1/chat/completions", ""]),
        (
            "https://API.openai.com:443/v1",
            [
                "https://api.openai.com",
                "api.openai.com",
                "/v1/chat/completions",
                "api.openai.com",
            ],
        ),
        (
            "https://h:8443/v1?api-version=1",
            [
                "https://h:8443",
                "h:8443",
                "/v1/chat/completions?api-version=1",
                "h",
            ],
        ),
        (
            "https://127.0.0.1:1/v1",
            [
                "https://127.0.0.1:1",
                "127.0.0.1:1",
                "/v1/chat/completions",
                "127.0.0.1",
            ],
        ),
        (
            "https://[::1]/v1",
            ["https://[::1]", "[::1]", "/v1/chat/completions", "::1"],
        ),
    ] {
        assert_eq!(place(base), Some(expected.map(str::to_owned)), "{base}");
    }
    assert_eq!(place("https://user:word@h/v1"), None);
}
