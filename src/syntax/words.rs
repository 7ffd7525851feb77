//! Words with a meaning: statements' keywords, and the words that CEL keeps for itself.

use super::ast::BlockKind;

/// What a statement's first word announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    /// A block of clauses.
    Block(BlockKind),
    /// `tenants from`.
    Tenants,
    /// `use`.
    Use,
    /// `fact`.
    Fact,
    /// `let`.
    Let,
}

/// All keywords, in the order in which messages list them.
const KEYWORDS: &[(&str, Keyword)] = &[
    ("provider", Keyword::Block(BlockKind::Provider)),
    ("model", Keyword::Block(BlockKind::Model)),
    ("pool", Keyword::Block(BlockKind::Pool)),
    ("fact", Keyword::Fact),
    ("tenant", Keyword::Block(BlockKind::Tenant)),
    ("tenants", Keyword::Tenants),
    ("guard", Keyword::Block(BlockKind::Guard)),
    ("let", Keyword::Let),
    ("route", Keyword::Block(BlockKind::Route)),
    ("defaults", Keyword::Block(BlockKind::Defaults)),
    ("use", Keyword::Use),
    ("assert", Keyword::Block(BlockKind::Assert)),
    ("assume", Keyword::Block(BlockKind::Assume)),
    ("test", Keyword::Block(BlockKind::Test)),
];

/// What the word announces at the beginning of a statement.
pub(super) fn keyword(word: &str) -> Option<Keyword> {
    KEYWORDS
        .iter()
        .find(|(text, _)| *text == word)
        .map(|(_, keyword)| *keyword)
}

/// Whether a statement begins with the word.
pub(crate) fn opens_statement(word: &str) -> bool {
    keyword(word).is_some()
}

/// The statements that there are.
pub(super) fn statement_words() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|(text, _)| *text)
}

/// Words of CEL that can name nothing at all.
pub(super) fn is_cel_keyword(word: &str) -> bool {
    matches!(word, "in" | "true" | "false" | "null")
}

/// Whether CEL keeps the word: it can name no fact, `let`, variable or function.
pub(super) fn is_reserved(word: &str) -> bool {
    is_cel_keyword(word)
        || matches!(
            word,
            "as" | "break"
                | "const"
                | "continue"
                | "else"
                | "for"
                | "function"
                | "if"
                | "import"
                | "let"
                | "loop"
                | "package"
                | "namespace"
                | "return"
                | "var"
                | "void"
                | "while"
        )
}

/// Whether the word is an identifier of CEL, reserved or not.
pub(super) fn is_identifier(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|first: char| first.is_ascii_digit())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether the word can be selected as a field without backticks.
pub(crate) fn is_field(word: &str) -> bool {
    is_identifier(word) && !is_cel_keyword(word)
}

/// The operator that people of other languages mean by this word or sign, where there is one.
pub(super) fn meant_operator(found: &str) -> Option<&'static str> {
    Some(match found {
        "and" | "AND" | "And" | "&" => "&&",
        "or" | "OR" | "Or" | "|" => "||",
        "not" | "NOT" | "Not" | "~" => "!",
        "=" | "===" | "is" | "eq" | "equals" => "==",
        "<>" | "!==" | "ne" | "=!" => "!=",
        "=>" => ">=",
        "=<" => "<=",
        "IN" | "In" => "in",
        _ => return None,
    })
}
