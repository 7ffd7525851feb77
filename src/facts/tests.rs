//! The register and the values of facts.

use super::*;
use proptest::prelude::*;

#[test]
fn builtin_ids_follow_the_register() {
    let register = Register::new();
    for builtin in Builtin::ALL {
        assert_eq!(register.find(builtin.name()), Some(FactId::from(builtin)));
    }
}

#[test]
fn a_fact_takes_only_its_own_type() {
    let register = Register::new();
    let mut facts = Facts::empty(&register);
    assert!(facts.set(Builtin::Tokens.into(), Value::Int(7)).is_ok());
    assert_eq!(
        facts.set(Builtin::Tokens.into(), Value::Bool(true)),
        Err(Value::Bool(true))
    );
    assert_eq!(facts.int(Builtin::Tokens.into()), 7);
    assert_eq!(facts.string(Builtin::Api.into()), "chat");
}

#[test]
fn time_stamps_keep_nine_digits() {
    let moment = Timestamp::parse("2023-11-16T19:15:46.680590012+01:00").unwrap();
    assert_eq!(moment.to_string(), "2023-11-16T18:15:46.680590012Z");
    assert_eq!(
        Timestamp::from_milliseconds(-1).unwrap().to_string(),
        "1969-12-31T23:59:59.999Z"
    );
    assert_eq!(Timestamp::new(i64::MAX, 0), None);
}

fn declared(ty: Type, one_of: Option<&[&str]>) -> Definition {
    Definition {
        name: "team".to_owned(),
        ty,
        origin: Origin::Header("x-team".to_owned()),
        default: ty.empty(),
        one_of: one_of.map(|values| values.iter().map(|value| (*value).to_owned()).collect()),
        range: i64::MIN..=i64::MAX,
    }
}

#[test]
fn text_becomes_a_value_of_the_fact_or_none() {
    assert_eq!(declared(Type::Int, None).read(" 7 "), Some(Value::Int(7)));
    assert_eq!(declared(Type::Int, None).read("7.5"), None);
    assert_eq!(declared(Type::Bool, None).read("yes"), None);
    assert_eq!(
        declared(Type::StringList, None).read("a, b,,"),
        Some(Value::StringList(vec!["a".to_owned(), "b".to_owned()]))
    );
    let tier = declared(Type::String, Some(&["free", "pro"]));
    assert_eq!(tier.read("pro"), Some(Value::String("pro".to_owned())));
    assert_eq!(tier.read("gold"), None);
}

#[test]
fn facts_read_back_from_their_json() {
    let register = Register::new();
    let json = serde_json::json!({
        "tenant": "acme", "tags": ["a"], "tokens": 7, "stream": true, "user": null,
        "headers": {"x-team": "red", "x-none": null}, "now": "2026-11-20T12:00:00.1234Z",
    });
    let facts = json::from_json(&register, &json).unwrap();
    assert_eq!(facts.entry(Builtin::Headers.into(), "x-team"), Some("red"));
    assert_eq!(facts.entry(Builtin::Headers.into(), "x-none"), None);
    let all = json::to_json(&register, &facts);
    assert_eq!(all["now"], "2026-11-20T12:00:00.123400Z");
    assert_eq!(all.len(), register.len());
    assert_eq!(json::from_json(&register, &all.into()), Ok(facts));
}

#[test]
fn names_of_headers_are_read_in_any_case() {
    let register = Register::new();
    let read =
        |headers: serde_json::Value| json::from_json(&register, &serde_json::json!({ "headers": headers }));
    let facts = read(serde_json::json!({"X-Team": "red"})).unwrap();
    assert_eq!(facts.entry(Builtin::Headers.into(), "x-team"), Some("red"));
    let twice = read(serde_json::json!({"X-Team": "red", "x-team": "red"}));
    assert_eq!(
        twice,
        Err(vec!["the header `x-team` stands twice in `headers`".to_owned()])
    );
}

#[test]
fn a_name_that_stands_twice_in_an_object_is_told_with_its_place() {
    let read = |text: &str| distinct::parse(text.as_bytes()).map_err(|error| error.to_string());
    let whole = r#"{"a": [1, -2, 1.5, 1e40, true, null, "\u00e9", {"a": {}, "b": {"a": 0}}]}"#;
    assert_eq!(read(whole), Ok(serde_json::from_str(whole).unwrap()));
    for (text, error) in [
        (
            r#"{"tokens": 1, "tokens": 1}"#,
            "`tokens` stands twice at line 1 column 22",
        ),
        (
            r#"{"headers": {"a": "b", "\u0061": "c"}}"#,
            "`a` stands twice at line 1 column 31",
        ),
        (r#"{"a": 1"#, "EOF while parsing an object at line 1 column 7"),
    ] {
        assert_eq!(read(text), Err(error.to_owned()));
    }
}

#[test]
fn all_that_is_wrong_with_facts_is_said_at_once() {
    let json = serde_json::json!({
        "tokenz": 1, "tokens": -1, "api": "chats", "stream": "yes", "tags": "a,b", "now": "noon", "x": 1,
    });
    assert_eq!(
        json::from_json(&Register::new(), &json).unwrap_err(),
        [
            "the fact `api` is one of \"chat\", \"responses\", \"messages\", \"embeddings\", found `\"chats\"`",
            "the fact `now` is a time stamp as of RFC 3339, found `\"noon\"`",
            "the fact `stream` is `true` or `false`, found `\"yes\"`",
            "the fact `tags` is a list of strings, found `\"a,b\"`",
            "the fact `tokens` is an int from 0 to 1099511627776, found `-1`",
            "there is no fact `tokenz`; did you mean `tokens`?",
            "there is no fact `x`",
        ]
    );
    assert_eq!(
        json::from_json(&Register::new(), &serde_json::json!([1])).unwrap_err(),
        ["facts are a JSON object of names and values, found a list"]
    );
}

proptest! {
    #[test]
    fn moments_are_written_as_rfc_3339(
        seconds in -62_135_596_800_i64..253_402_300_800,
        part in 0u32..1_000_000_000,
        unit in prop::sample::select(vec![1, 1_000, 1_000_000, 1_000_000_000]),
    ) {
        let nanoseconds = part / unit * unit;
        let digits = match nanoseconds {
            n if n.is_multiple_of(1_000_000) => chrono::SecondsFormat::Millis,
            n if n.is_multiple_of(1_000) => chrono::SecondsFormat::Micros,
            _ => chrono::SecondsFormat::Nanos,
        };
        let moment = Timestamp::new(seconds, nanoseconds).unwrap();
        let reference = chrono::DateTime::from_timestamp(seconds, nanoseconds).unwrap();
        prop_assert_eq!(moment.to_string(), reference.to_rfc3339_opts(digits, true));
    }

    #[test]
    fn both_readers_of_time_stamps_agree(
        (year, month, day) in (0_u32..10_000, 0_u32..14, 0_u32..33),
        (hour, minute, second) in (0_u32..26, 0_u32..62, 0_u32..62),
        fraction in "|\\.[0-9]{0,12}",
        zone in prop::sample::select(vec!["Z", "Z", "z", "+01:00", "", "ZZ"]),
    ) {
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}");
        prop_assert_eq!(Timestamp::parse(&text), Timestamp::parse_thoroughly(&text), "{}", text);
    }
}

#[test]
fn texts_and_lists_are_set_in_place() {
    let mut facts = Facts::empty(&Register::new());
    for texts in [&["a", "bc"][..], &["d"], &[], &["e", "f", "g"]] {
        assert!(facts.set_strings(Builtin::Tags.into(), texts.iter().copied()));
        assert_eq!(facts.list(Builtin::Tags.into()), texts);
    }
    assert!(facts.set_string(Builtin::User.into(), "zoë"));
    assert_eq!(facts.string(Builtin::User.into()), "zoë");
    assert!(!facts.set_string(Builtin::Tokens.into(), "7"));
    assert!(!facts.set_strings(Builtin::User.into(), ["a"].into_iter()));
}
