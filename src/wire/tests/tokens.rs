//! What an estimate counts.

use crate::wire::json::Json;
use crate::wire::tokens::{Counter, TextStatistics, estimate_text, total};

#[test]
fn the_estimate_is_linear() {
    let once = "The quick brown fox jumps over the lazy dog, again and again. ";
    let (one, many) = (estimate_text(once), estimate_text(&once.repeat(100)));
    assert!(many.abs_diff(one * 100) < 100, "{one} and {many}");
    assert_eq!(estimate_text(""), 0);
}

#[test]
fn escapes_weigh_what_they_stand_for() {
    let plain = "one\ntwo \"three\" ü 😀";
    let escaped = br#""one\ntwo \"three\" \u00fc \ud83d\ude00""#;
    let mut statistics = TextStatistics::new(Counter::Estimate);
    statistics.add_escaped(&Json::new(escaped).unwrap().string().unwrap());
    let mut expected = TextStatistics::new(Counter::Estimate);
    expected.add(plain);
    assert_eq!(statistics, expected);
}

#[test]
fn text_is_weighed_where_that_is_asked_for() {
    let mut statistics = TextStatistics::new(Counter::None);
    statistics.add("words");
    assert_eq!(statistics, TextStatistics::new(Counter::None));
    assert_eq!(total(&statistics), 3);
}

#[test]
fn messages_and_images_count() {
    let mut statistics = TextStatistics::new(Counter::None);
    statistics.messages = 2;
    statistics.images = 1;
    assert_eq!(total(&statistics), 2 * 4 + 765 + 3);
}

#[test]
fn a_tokeniser_sees_whole_texts() {
    let mut statistics = TextStatistics::new(Counter::Exact(|text| text.split(' ').count() as u64));
    statistics.add("one two");
    statistics.add_escaped(&Json::new(br#""three\u0020four five""#).unwrap().string().unwrap());
    assert_eq!(total(&statistics), 2 + 3 + 3);
}
