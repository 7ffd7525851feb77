//! Escaping, and the hash that lets the page's own script run.

use super::escape::{base64, cut, escaped};

#[test]
fn base64_is_that_of_rfc_4648() {
    let vectors = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foobar", "Zm9vYmFy"),
    ];
    for (text, expected) in vectors {
        assert_eq!(base64(text.as_bytes()), expected);
    }
    assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
}

#[test]
fn text_of_any_kind_is_text() {
    assert_eq!(escaped("<a href='\"&"), "&lt;a href=&#39;&quot;&amp;");
    assert_eq!(escaped("a\u{0}b\tc\nd\u{202e}e"), "a b c\nd e");
    assert_eq!(escaped("größer › 5 €"), "größer › 5 €");
}

#[test]
fn text_is_cut_between_characters() {
    assert_eq!(cut("größer", 3), "grö…");
    assert_eq!(cut("grö", 3), "grö");
}
