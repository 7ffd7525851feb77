//! What an estimate counts.

use crate::wire::tokens::{TextStatistics, estimate, estimate_text};

#[test]
fn pieces_of_text() {
    for (text, tokens) in [
        ("", 0),
        ("hello", 1),
        ("hello world", 2),
        ("getUserName", 3),
        ("1234567", 3),
        ("a,b", 3),
        ("one\n\ntwo", 3),
        ("    indented", 2),
        ("日本語", 3),
        ("naïve", 2),
    ] {
        assert_eq!(estimate_text(text), tokens, "{text:?}");
    }
}

#[test]
fn the_estimate_is_linear() {
    let once = "The quick brown fox jumps over the lazy dog, again and again. ";
    assert_eq!(estimate_text(&once.repeat(100)), estimate_text(once) * 100);
}

#[test]
fn messages_and_images_count() {
    let statistics = TextStatistics {
        messages: 2,
        images: 1,
        ..TextStatistics::default()
    };
    assert_eq!(estimate(&statistics), 2 * 4 + 765 + 3);
}
