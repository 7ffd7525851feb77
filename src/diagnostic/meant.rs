//! What a misspelt word was meant to be.

/// Shortest word, in letters, that can be taken for a slip of the pen without a doubt.
const SHORTEST_CERTAIN: usize = 4;

/// The word that was probably meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meant<'a> {
    /// The word.
    pub name: &'a str,
    /// Whether nothing else can have been meant: no other candidate is near, the word is long enough, and no digit
    /// differs, so that `gpt-3` is never taken for `gpt-4`, and the word is not two that a blank should part.
    pub certain: bool,
}

/// The candidate nearest to `word`, where one is near enough to be meant: within a third of the word's length in
/// edits (transpositions count as one), at least one and at most three. The empty word is never meant.
pub fn meant<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<Meant<'a>> {
    let letters = word.chars().count();
    let limit = (letters / 3).clamp(1, 3);
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|candidate| !candidate.is_empty() && *candidate != word)
        .filter(|candidate| is_near_in_length(word, candidate, limit))
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_unstable();
    near.dedup();
    let (_, name) = near.first().copied()?;
    Some(Meant {
        name,
        certain: near.len() == 1
            && letters >= SHORTEST_CERTAIN
            && digits(word).eq(digits(name))
            && !is_run_together(word, name),
    })
}

/// The name of [`meant`].
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    meant(word, candidates).map(|meant| meant.name)
}

/// Whether the lengths alone let a candidate be near. A letter has at most four bytes.
fn is_near_in_length(word: &str, candidate: &str, limit: usize) -> bool {
    word.len().abs_diff(candidate.len()) <= limit * 4
}

/// Whether a word may be `name` and another word without the blank between them.
fn is_run_together(word: &str, name: &str) -> bool {
    let rest = word.strip_prefix(name).or_else(|| word.strip_suffix(name));
    rest.is_some_and(|rest| rest.len() > 1)
}

fn digits(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(char::is_ascii_digit)
}
