//! Durations and time zones.

use super::{TimeZone, parse_duration};

#[test]
fn durations_are_exact() {
    let cases = [
        ("1h30m", Some(5_400_000_000_000)),
        ("-1.5s", Some(-1_500_000_000)),
        ("+1us", Some(1_000)),
        ("1m1ms", Some(60_001_000_000)),
        ("1.1s", Some(1_100_000_000)),
        (".5s", Some(500_000_000)),
        ("0.0000000000001h", Some(0)),
        ("0.3333333333333333333h", Some(1_199_999_999_999)),
        ("0", Some(0)),
        ("-9223372036854775808ns", Some(i64::MIN)),
        ("9223372036854775807ns", Some(i64::MAX)),
        ("2562047h", Some(2_562_047 * 3_600_000_000_000)),
        ("99999999999999999999999999999999999999h", None),
        ("2562048h", None),
        ("320000000000s", None),
        ("", None),
        ("-", None),
        ("1", None),
        ("1d", None),
        ("1 s", None),
        ("s", None),
        (".s", None),
        ("1e3s", None),
        ("--1s", None),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_duration(text), expected, "{text}");
    }
}

#[test]
fn time_zones_are_names_or_distances() {
    for text in ["UTC", "Europe/Paris", "+05:30", "-08:00", "02:00", "-00:30"] {
        assert!(TimeZone::parse(text).is_some(), "{text}");
    }
    for text in [
        "",
        "Mars/Base",
        "24:00",
        "+01:60",
        "+1:00",
        "ab:00",
        "+-1:00",
        "Z",
        "+05",
    ] {
        assert_eq!(TimeZone::parse(text), None, "{text}");
    }
}
