//! Strings that are worth a try before anything is searched: made of the literals that the tests name.

use super::test::TextTest;
use crate::prove::relation::Relation;

/// Most characters that are put in to reach a size.
const MOST_FILLERS: usize = 1 << 16;

/// Words that stand for any other string.
const WORDS: [&str; 4] = ["other", "other-2", "other-3", ""];

/// The literals that a string shall have, by the tests wanted.
#[derive(Default)]
struct Wanted<'a> {
    start: &'a str,
    end: &'a str,
    within: Vec<&'a str>,
    whole: Vec<String>,
    /// Whether any test is wanted.
    is_any: bool,
}

/// Strings that may pass, the more readable ones first, of at least `size` characters where that is possible.
pub(super) fn guesses(tests: &[(&TextTest, bool)], size: i64) -> Vec<String> {
    let wanted = gather(tests);
    let mut guesses = Vec::new();
    if !wanted.is_any {
        guesses.extend(WORDS.map(str::to_owned));
    }
    guesses.extend(
        wanted
            .whole
            .iter()
            .flat_map(|whole| [whole.clone(), format!("{whole}x")]),
    );
    let within = wanted.within.concat();
    let (start, end) = (wanted.start, wanted.end);
    if within.is_empty() {
        guesses.push(overlapped(start, end));
    }
    guesses.push(format!("{start}{within}{end}"));
    if wanted.is_any {
        guesses.push(format!("{start}{within}x{end}"));
        guesses.push(format!("{start}x{within}{end}"));
    }
    if size > 0 {
        let padded = ["x", "0", "-"].map(|filler| padded(&format!("{start}{within}"), end, filler, size));
        guesses.extend(padded);
    }
    guesses
}

fn gather<'a>(tests: &[(&'a TextTest, bool)]) -> Wanted<'a> {
    let mut wanted = Wanted::default();
    for (test, is_wanted) in tests {
        match test {
            TextTest::Compare(_, text) => {
                wanted.whole.push(text.clone());
                wanted.is_any = true;
            }
            _ if !is_wanted => {}
            TextTest::StartsWith(start) if start.len() > wanted.start.len() => wanted.start = start,
            TextTest::EndsWith(end) if end.len() > wanted.end.len() => wanted.end = end,
            TextTest::Contains(part) => wanted.within.push(part),
            TextTest::Glob(glob) => {
                wanted.whole.push(glob.replace('*', ""));
                wanted.whole.push(glob.replace('*', "x"));
            }
            _ => {}
        }
        wanted.is_any |= *is_wanted;
    }
    let fixed = [wanted.start, wanted.end];
    let mut within: Vec<&str> = Vec::new();
    for part in wanted.within {
        if !fixed.iter().chain(&within).any(|other| other.contains(part)) {
            within.retain(|other| !part.contains(other));
            within.push(part);
        }
    }
    Wanted { within, ..wanted }
}

/// The shortest string with this start and this end.
fn overlapped(start: &str, end: &str) -> String {
    let shared = (0..=end.len())
        .rev()
        .filter(|length| end.is_char_boundary(*length))
        .find(|length| start.ends_with(&end[..*length]));
    format!("{start}{}", &end[shared.unwrap_or(0)..])
}

/// Both ends with as much between them as the size asks for.
fn padded(start: &str, end: &str, filler: &str, size: i64) -> String {
    let held = start.chars().count() + end.chars().count();
    let lacking = usize::try_from(size).unwrap_or(usize::MAX).saturating_sub(held);
    format!("{start}{}{end}", filler.repeat(lacking.min(MOST_FILLERS)))
}

/// Words that nothing has named yet: with as many of them as there are strings to avoid, and one more, one is free.
pub(super) fn fresh_words(count: usize) -> impl Iterator<Item = String> {
    (4..).take(count).map(|number| format!("other-{number}"))
}

/// Whether a test, unwanted, does no more than to take strings away one by one: their number.
pub(super) fn named_strings(test: &TextTest) -> Option<usize> {
    match test {
        TextTest::Equals(_) | TextTest::Compare(Relation::Equal, _) => Some(1),
        TextTest::OneOf(texts) => Some(texts.len()),
        _ => None,
    }
}
