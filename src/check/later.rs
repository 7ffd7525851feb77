//! Clauses and words of later versions: known, and refused by name.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::BlockKind;

/// Clauses that come with a later version, and the statements that will have them.
const CLAUSES: [(&str, &[BlockKind]); 1] = [("hedge", &[BlockKind::Route])];

/// What guards will do in a later version.
const GUARD_EFFECTS: [&str; 5] = ["limit", "budget", "cache", "warn", "redact"];

/// Whether a clause of this statement comes with a later version.
pub(super) fn is_later_clause(kind: BlockKind, keyword: &str) -> bool {
    let listed = CLAUSES
        .iter()
        .any(|(later, kinds)| *later == keyword && kinds.contains(&kind));
    listed || (kind == BlockKind::Guard && GUARD_EFFECTS.contains(&keyword))
}

/// The refusal of what comes with a later version.
pub(super) fn not_yet(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::NOT_YET, format!("`{what}` comes with a later version"))
        .at(span, "not in this version")
        .help(format!("leave `{what}` out"))
}
