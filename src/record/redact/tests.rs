//! What is found and what is not, and that a cut shows no part of what is left out.

use super::*;
use insta::assert_snapshot;
use proptest::prelude::*;
use std::sync::LazyLock;

fn redactor(redact: Vec<Redaction>) -> Redactor {
    Redactor::new(&Content { most: 64_000, redact }).unwrap()
}

/// All that is known by its form; made once, since what compiles slowly in a test build would be most of a test's time.
fn all() -> &'static Redactor {
    static ALL: LazyLock<Redactor> = LazyLock::new(|| redactor(Sensitive::ALL.map(Redaction::Known).into()));
    &ALL
}

fn redacted(redactor: &Redactor, text: &str) -> String {
    redactor
        .redact(text, text.len())
        .unwrap_or_else(|| text.to_owned())
}

/// Each line as it is, and as it is recorded where that is something else.
fn shown(lines: &str) -> String {
    let redactor = all();
    let mut shown = String::new();
    for line in lines.lines() {
        let other = redacted(redactor, line);
        shown.push_str(&match other == line {
            true => format!("{line}\n"),
            false => format!("{line}\n    {other}\n"),
        });
    }
    shown
}

#[test]
fn what_is_known_by_its_form_is_found() {
    assert_snapshot!(shown(
        "write to john.doe+news@mail.example.com, or jürgen@exämple.de.\n\
         <a@b.co>;mailto:o'neil@example.org\n\
         call +49 (0)30 1234567 or 0049-30-1234567 now\n\
         (212) 555-0123 and 212-555-0123, 030/1234567, (089) 12 34 56\n\
         card 4111 1111 1111 1111 12/27 cvc 123\n\
         4111-1111-1111-1111, 5500000000000004, 340000000000009\n\
         order 1234 4111 1111 1111 1111\n\
         key sk-ant-api03-abcdefghijklmnop and AKIAABCDEFGHIJKLMNOP\n\
         Authorization: Bearer abcdefghijklmnop.qrst\n\
         eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl\n\
         -----BEGIN RSA PRIVATE KEY-----MIIEow-----END RSA PRIVATE KEY----- behind\n\
         -----BEGIN PRIVATE KEY-----MIIEow is cut"
    ));
}

#[test]
fn what_only_looks_alike_stays() {
    let lines = "2026-11-28 19:00:00, 1764356400000 ms, tokens 128000\n\
                 4111 1111 1111 1112 has a wrong check digit\n\
                 me@localhost and @name, a @ b\n\
                 version 1.2.3-4, 192.168.100.200, id 0123456789abcdef\n\
                 risk-assessment-of-everything, task-force";
    assert_eq!(shown(lines), format!("{lines}\n"));
}

#[test]
fn findings_that_touch_are_one() {
    let pattern = |text: &str| Redaction::Pattern(text.to_owned());
    let two = redactor(vec![
        pattern("abc"),
        pattern("cde"),
        Redaction::Known(Sensitive::Email),
    ]);
    assert_eq!(redacted(&two, "xabcdey"), "x[redacted]y");
    assert_eq!(redacted(&two, "abcabc"), "[redacted]");
    assert_eq!(redacted(&two, "abc@example.org!"), "[redacted]!");
    assert_eq!(
        redacted(&redactor(vec![pattern(r"\d+")]), "a1b22"),
        "a[redacted]b[redacted]"
    );
    assert!(redactor(Vec::new()).is_idle() && !two.is_idle());
    assert_eq!(two.redact("nothing", 7), None);
}

#[test]
fn what_begins_before_a_cut_is_left_out_whole() {
    let text = "mail john@example.com now";
    assert_eq!(all().redact(text, 4), None);
    assert_eq!(all().redact(text, 7).unwrap(), "mail [redacted:email]");
    assert_eq!(all().redact(text, 22).unwrap(), "mail [redacted:email] ");
}

fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a@b.co",
        "4111 1111 1111 1111",
        "+1 212 555 0123",
        "sk-0123456789abcdefgh",
        " ",
        ",",
        "é",
        "x",
        "7",
    ]);
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_that_is_left_out_is_found_again(text in text()) {
        let redactor = all();
        let once = redacted(redactor, &text);
        prop_assert_eq!(redactor.find(&once, once.len()), vec![], "{}", once);
    }

    #[test]
    fn a_cut_text_is_the_start_of_the_whole_one(text in text(), cut in any::<prop::sample::Index>()) {
        let cut = text.floor_char_boundary(cut.index(text.len() + 1));
        let whole = redacted(all(), &text);
        let start = all().redact(&text, cut).unwrap_or_else(|| text[..cut].to_owned());
        prop_assert!(whole.starts_with(&start), "{:?} {:?}", whole, start);
    }
}
