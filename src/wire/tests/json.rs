//! The JSON walker takes what serde_json takes, and nothing else.

use crate::wire::json::{Json, JsonError, JsonFault, MAX_DEPTH};
use proptest::prelude::*;

fn check(text: &[u8]) -> Result<(), JsonError> {
    let mut json = Json::new(text)?;
    json.skip()?;
    json.end()
}

fn decoded(text: &str) -> String {
    Json::new(text.as_bytes())
        .unwrap()
        .string()
        .unwrap()
        .decode()
        .into_owned()
}

#[test]
fn strings_are_decoded() {
    assert_eq!(decoded(r#""a\n\t\"\\\/\b\f\ré""#), "a\n\t\"\\/\u{8}\u{c}\ré");
    assert_eq!(decoded(r#""\u0041\u00e9""#), "Aé");
    assert_eq!(decoded(r#""\ud83d\ude00!""#), "😀!");
    assert_eq!(decoded(r#""\ud83d!""#), "\u{fffd}!");
    assert_eq!(decoded(r#""\ud83d\u0041""#), "\u{fffd}A");
}

#[test]
fn what_is_cut_ends_and_what_is_wrong_is_wrong() {
    let whole = r#"{"a":[1,-2.5e+3,true,null,"x\u0041"]}"#;
    for end in 0..whole.len() {
        let error = check(&whole.as_bytes()[..end]).unwrap_err();
        assert_eq!(error.fault, JsonFault::Ends, "cut at {end}");
    }
    for wrong in [
        "{a:1}",
        "[1,]",
        "{\"a\":1,}",
        "01",
        "1.",
        "+1",
        "tru",
        "'a'",
        "\"\\x\"",
        "1 2",
        "\"\u{1}\"",
        "nul",
    ] {
        assert!(check(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert_eq!(check(b"\"\xff\"").unwrap_err().fault, JsonFault::NotUtf8);
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(check(nested(MAX_DEPTH).as_bytes()), Ok(()));
    let error = check(nested(1_000_000).as_bytes()).unwrap_err();
    assert_eq!((error.fault, error.offset), (JsonFault::TooDeep, MAX_DEPTH));
}

proptest! {
    #[test]
    fn agrees_with_serde_json(text in r#"[\[\]{}:,"0-9eE.+\-a-z \\\n]{0,40}"#) {
        let other = serde_json::from_str::<serde_json::Value>(&text);
        // serde_json also refuses numbers beyond a double, and halves of surrogate pairs.
        if let Err(error) = &other && (error.to_string().contains("out of range") || text.contains("\\u")) {
            return Ok(());
        }
        prop_assert_eq!(check(text.as_bytes()).is_ok(), other.is_ok(), "{}", text);
    }

    #[test]
    fn takes_what_serde_json_writes(text in any::<String>(), number in any::<f64>(), key in any::<String>()) {
        let written = serde_json::json!({ key.as_str(): [text.as_str(), number, null_of(number)] }).to_string();
        prop_assert_eq!(check(written.as_bytes()), Ok(()));
        let quoted = serde_json::Value::from(text.as_str()).to_string();
        prop_assert_eq!(decoded(&quoted), text);
    }
}

fn null_of(number: f64) -> Option<f64> {
    (number > 0.0).then_some(number)
}
