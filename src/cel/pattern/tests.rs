//! Patterns of RE2: what they match, how they are written anew, and what is refused.

use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    compile(pattern).unwrap().is_match(text)
}

fn refused(pattern: &str) -> String {
    let error = compile(pattern).unwrap_err();
    format!("{}: {}", error.offset, error.reason)
}

#[test]
fn perl_classes_are_ascii() {
    assert!(matches(r"^\d\d$", "42") && !matches(r"\d", "٣"));
    assert!(matches(r"^[\d.]+$", "1.5") && !matches(r"[\d]", "٣"));
    assert!(!matches(r"\w", "é") && matches(r"\W", "é") && matches(r"[^\w]", "é"));
    assert!(!matches(r"\s", "\u{a0}") && !matches(r"\s", "\u{b}") && matches(r"[\S]", "\u{b}"));
    assert!(matches(r"a\bé", "aé") && !matches(r"a\Bé", "aé"));
    assert!(matches(r"^\B$", "") && matches(r"é\Bé", "éé"));
}

#[test]
fn case_folds_beyond_ascii_as_in_re2() {
    assert!(matches(r"(?i)^k$", "\u{212a}") && matches(r"(?i)^\w$", "\u{212a}"));
    assert!(!matches(r"^\w$", "\u{212a}"));
}

#[test]
fn brackets_neither_nest_nor_compute() {
    assert!(matches("^[a&&b]+$", "a&b"));
    assert!(matches("^[+--c]+$", "+,-c") && !matches("[+--c]", "b"));
    assert!(matches("^[[a]+$", "[a"));
    assert!(matches("^[a~~b]+$", "~"));
    assert!(matches("^[]a]+$", "]a") && matches("^[^]a]$", "b") && !matches("^[^]a]$", "]"));
    assert!(matches("^[a-]$", "-") && matches("^[-a]$", "-") && matches(r"^[\]\-]$", "-"));
    assert!(matches("^[[:alpha:]_]+$", "ab_") && matches("^[[:^alpha:]]$", "1"));
    assert!(matches(r"^[\x41-\x{43}\103]$", "B"));
    assert!(matches("^[ #]+$", "# #"));
}

#[test]
fn braces_are_text_where_they_count_nothing() {
    assert!(matches("^a{,2}$", "a{,2}") && matches("^{a}$", "{a}") && matches("^a{2}$", "aa"));
    assert!(matches(r"^a\b{start}$", "a{start}"));
    assert!(matches("^a{1,}$", "aaa") && matches("^a{ 1}$", "a{ 1}") && matches("^(ab){0,2}?$", "abab"));
}

#[test]
fn escapes_of_re2() {
    assert!(matches(r"^\<\>\_\&$", "<>_&"));
    assert!(matches(r"^\Qa.b*\E+$", "a.b**") && matches(r"^\Q(", "("));
    assert!(matches(r"^\101\x41\x{1F600}$", "AA😀") && matches(r"^\0$", "\0"));
    assert!(matches(r"^\pL\p{Greek}\P{Greek}\p{^Lu}$", "xαaa"));
    assert!(matches(r"^[\p{Lu}\pN]+$", "A1") && matches(r"^\pC$", "\u{1}") && !matches(r"^\pC$", "\u{378}"));
    assert!(matches(r"\A.\z", "é") && !matches("^.$", "\n") && matches("(?s)^.$", "\n"));
}

#[test]
fn groups_and_flags() {
    assert!(matches("^(?P<a>x)(?<b>y)(z)$", "xyz"));
    assert!(matches("^(?i:A)b$", "ab") && !matches("^(?i:A)b$", "aB") && matches("(?i)A|B", "b"));
    assert!(matches("(?m)^b$", "a\nb") && matches("(?U)a+", "a") && matches("(?i-s:a)", "A"));
}

#[test]
fn what_is_not_of_re2_is_refused() {
    let patterns = [
        r"(a)\1",
        r"(?=a)",
        r"(?<=a)b",
        r"(?x) a",
        r"a**",
        r"a{2}{3}",
        r"*a",
        "a|*",
        r"(?i)*",
        r"\Z",
        r"\C",
        r"\h",
        r"\p{Alphabetic}",
        r"\p{greek}",
        r"\p{sc=Greek}",
        "[[:foo:]]",
        "[z-a]",
        r"[a-\d]",
        "[a",
        "(a",
        "a)",
        "a{1001}",
        "a{2,1}",
        r"\x{110000}",
        r"\xg",
        "\\",
        "(?P<a>x)(?P<a>y)",
        "(?P<a b>x)",
        "(?i",
        r"[\b]",
        "(((a{1000}){1000}){1000})",
    ];
    let table: Vec<String> = patterns
        .iter()
        .map(|pattern| format!("{pattern:24} {}", refused(pattern)))
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}

proptest::proptest! {
    /// Whatever is translated compiles or is refused for its size or depth, and nothing panics.
    #[test]
    fn translation_is_total(pattern in r"[ab\\\[\]^$.|?*+(){}\-:&~dwsbBpPLQE0-9,<>=!imsU#é ]{0,24}") {
        if let Ok(translated) = translate(&pattern)
            && let Err(error) = regex::Regex::new(&translated)
        {
            proptest::prop_assert!(
                matches!(error, regex::Error::CompiledTooBig(_)),
                "{pattern} became {translated}: {error}"
            );
        }
    }
}
