//! How large conditions may be once every `let` in them is written out.

use super::measure::Measure;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Most nodes of a condition: what one evaluation may cost.
const MOST_NODES: usize = 1 << 16;

/// Most levels of nesting of a condition.
const MOST_LEVELS: usize = 512;

/// Most operands of a chain that the interpreter evaluates; it recurses along it.
const MOST_INTERPRETED_TERMS: usize = 256;

/// Most levels of nesting, chains included, that the interpreter evaluates.
const MOST_INTERPRETED_LEVELS: usize = 320;

/// Most nodes that the interpreter evaluates at once.
const MOST_INTERPRETED_NODES: usize = 1 << 14;

/// Why a condition of this size is refused; `None` where it is not.
pub(super) fn refusal(size: Measure, span: Span) -> Option<Diagnostic> {
    let refuse =
        |code, message, help: &str| Some(Diagnostic::error(code, message).at(span, "here").help(help));
    if size.nodes > MOST_NODES {
        let message = format!("a condition of more than {MOST_NODES} parts with its `let`s written out");
        refuse(Code::TOO_LARGE, message, "name the same `let` less often")
    } else if size.depth > MOST_LEVELS {
        let message =
            format!("a condition nested deeper than {MOST_LEVELS} levels with its `let`s written out");
        refuse(Code::TOO_DEEP, message, "build fewer `let`s upon each other")
    } else {
        None
    }
}

/// Why a condition of this size is not given to the interpreter; `None` where it is.
pub(super) fn interpreter_refusal(size: Measure, span: Span) -> Option<Diagnostic> {
    let (code, bound) = if size.terms > MOST_INTERPRETED_TERMS {
        (
            Code::TOO_LARGE,
            format!("{MOST_INTERPRETED_TERMS} terms in a chain"),
        )
    } else if size.nodes > MOST_INTERPRETED_NODES {
        (Code::TOO_LARGE, format!("{MOST_INTERPRETED_NODES} parts"))
    } else if size.chained_depth > MOST_INTERPRETED_LEVELS {
        (Code::TOO_DEEP, format!("{MOST_INTERPRETED_LEVELS} levels"))
    } else {
        return None;
    };
    let message = format!("a condition that only the interpreter can evaluate has more than {bound}");
    Some(
        Diagnostic::error(code, message)
            .at(span, "runs in the interpreter")
            .help("cut it into several conditions, or write it with comparisons, `in` and string functions alone"),
    )
}

/// A condition that neither a predicate nor the interpreter can evaluate, and why.
pub(super) fn unsupported(reason: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::UNSUPPORTED_CEL,
        format!("a condition that cannot be evaluated: {reason}"),
    )
    .at(span, "runs in the interpreter")
    .help("write it another way")
}
