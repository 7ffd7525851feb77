//! What simulated models say: the same words every time.

/// Tokens of an answer that nothing caps.
const ANSWER_TOKENS: usize = 32;

/// One token each, over and over.
const WORDS: [&str; 16] = [
    "This",
    " is",
    " a",
    " simulated",
    " answer",
    ":",
    " no",
    " model",
    " was",
    " asked",
    ",",
    " only",
    " the",
    " policy",
    " decided",
    ".",
];

/// The tokens of an answer, and whether the cap cut it.
pub(super) fn tokens(cap: Option<i64>) -> (Vec<&'static str>, bool) {
    let cap = cap
        .and_then(|cap| usize::try_from(cap).ok())
        .unwrap_or(usize::MAX)
        .max(1);
    let count = ANSWER_TOKENS.min(cap);
    let mut tokens: Vec<&str> = WORDS.into_iter().cycle().take(count).collect();
    if let Some(again) = tokens.get_mut(WORDS.len()) {
        *again = " This";
    }
    (tokens, count < ANSWER_TOKENS)
}
