//! Tests of one string, and their direct evaluation.

use crate::cel::pattern;
use crate::model::glob_fits;
use crate::prove::relation::Relation;
use regex::Regex;
use std::sync::Arc;

/// A test of one string whose outcome depends on the string alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TextTest {
    /// `s == "…"`.
    Equals(String),
    /// `s in […]`: the strings in byte order, none twice; [`TextTest::one_of`] sees to that.
    OneOf(Arc<[String]>),
    /// `s.startsWith("…")`.
    StartsWith(String),
    /// `s.endsWith("…")`.
    EndsWith(String),
    /// `s.contains("…")`.
    Contains(String),
    /// `s.matches("…")`: a pattern of RE2's syntax that may match anywhere.
    Matches(String),
    /// `s < "…"` and its like: by code points, which is the order of UTF-8's bytes.
    Compare(Relation, String),
    /// `size(s) < n` and its like, in code points.
    SizeCompare(Relation, i64),
    /// A name that models serve: `*` is any run of characters, the rest stands for itself.
    Glob(String),
}

impl TextTest {
    /// The test for one of these strings.
    pub(crate) fn one_of(texts: impl IntoIterator<Item = String>) -> TextTest {
        let mut texts: Vec<String> = texts.into_iter().collect();
        texts.sort_unstable();
        texts.dedup();
        TextTest::OneOf(texts.into())
    }

    /// The test's outcome for a string. A pattern comes compiled from `regex`, which is only asked for `Matches`;
    /// `None` where there is none.
    pub(super) fn outcome<'a>(&self, text: &str, regex: impl FnOnce() -> Option<&'a Regex>) -> Option<bool> {
        Some(match self {
            TextTest::Equals(other) => text == other,
            TextTest::OneOf(texts) => texts.binary_search_by(|other| other.as_str().cmp(text)).is_ok(),
            TextTest::StartsWith(start) => text.starts_with(start.as_str()),
            TextTest::EndsWith(end) => text.ends_with(end.as_str()),
            TextTest::Contains(part) => text.contains(part.as_str()),
            TextTest::Matches(_) => return regex().map(|regex| regex.is_match(text)),
            TextTest::Compare(relation, other) => relation.admits(text.cmp(other.as_str())),
            TextTest::SizeCompare(relation, size) => relation.admits(text_size(text).cmp(size)),
            TextTest::Glob(glob) => glob_fits(glob, text),
        })
    }

    /// Compiles the pattern of a `Matches`, as the evaluation tree does; `None` for other tests and bad patterns.
    pub(super) fn regex(&self) -> Option<Regex> {
        match self {
            TextTest::Matches(pattern) => pattern::compile(pattern).ok(),
            _ => None,
        }
    }
}

/// The size of a string as CEL has it: its number of code points.
pub(super) fn text_size(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// The test's outcome for a string; a pattern is compiled for it.
pub(crate) fn outcome(test: &TextTest, text: &str) -> bool {
    let regex = test.regex();
    test.outcome(text, || regex.as_ref()).unwrap_or(false)
}
