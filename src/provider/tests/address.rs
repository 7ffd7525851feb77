//! URLs of calls.

use crate::provider::address::Address;

fn url(base: &str, model: &str) -> String {
    Address::new(base, "")
        .unwrap()
        .url("/chat/completions", model)
        .unwrap()
        .to_string()
}

#[test]
fn the_endpoint_follows_the_base() {
    for (base, expected) in [
        (
            "https://api.openai.com/v1",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "http://localhost:11434/v1/",
            "http://localhost:11434/v1/chat/completions",
        ),
        ("http://host", "http://host/chat/completions"),
        ("http://h/v1?a=1&b=2#x", "http://h/v1/chat/completions?a=1&b=2"),
    ] {
        assert_eq!(url(base, "m"), expected);
    }
}

#[test]
fn the_model_has_its_place() {
    let azure = "https://x.openai.azure.com/openai/deployments/{model}?api-version=2024-10-21";
    assert_eq!(
        url(azure, "gpt-4o/../é"),
        "https://x.openai.azure.com/openai/deployments/gpt-4o%2F..%2F%C3%A9/chat/completions?api-version=2024-10-21"
    );
}

#[test]
fn what_is_no_url_is_refused() {
    for wrong in ["", "localhost:8000", "ftp://h/", "/v1", "http://"] {
        assert!(Address::new(wrong, "").is_err(), "{wrong}");
    }
}

#[test]
fn a_version_stands_where_there_is_no_path() {
    let url = |base| {
        let address = Address::new(base, "/v1").unwrap();
        address.url("/messages", "m").unwrap().to_string()
    };
    for base in [
        "https://api.anthropic.com",
        "https://api.anthropic.com/",
        "https://api.anthropic.com/v1",
    ] {
        assert_eq!(url(base), "https://api.anthropic.com/v1/messages");
    }
    assert_eq!(
        url("https://host/anthropic?a=1"),
        "https://host/anthropic/messages?a=1"
    );
}
