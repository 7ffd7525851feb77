//! The fact that keeps a caller on one target, of splits and of pools.

use super::fact::Term;
use super::names::{Names, suggest};
use super::report::Report;
use crate::diagnostic::{Code, Diagnostic, meant};
use crate::facts::{FactId, Register, Type};
use crate::syntax::ast::Word;

/// How a fact is asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Who asks, as messages begin: `a split draws by`.
    pub(super) subject: &'static str,
    /// The word that may stand in the fact's place.
    pub(super) otherwise: Option<&'static str>,
}

/// The fact of this name; one that is not there, or whose values are no key, is reported.
pub(super) fn fact_key(
    by: &Word,
    asked: Asked,
    facts: &Register,
    terms: &mut Names<Term>,
    report: &mut Report,
) -> Option<FactId> {
    let Asked { subject, otherwise } = asked;
    terms.mark(&by.text);
    if terms.find(&by.text) == Some(Term::BrokenFact) {
        return None;
    }
    let found = facts.find(&by.text).and_then(|id| Some((id, facts.get(id)?)));
    let Some((id, definition)) = found else {
        let names = facts.definitions().map(|(_, known)| known.name.as_str());
        let near = meant(&by.text, names.chain(otherwise));
        let message = format!("there is no fact `{}`", by.text);
        let label = match otherwise {
            Some(word) => format!("{subject} a fact, or by `{word}`"),
            None => format!("{subject} a fact"),
        };
        report.push(suggest(
            Diagnostic::error(Code::UNKNOWN_NAME, message).at(by.span, label),
            by,
            near,
        ));
        return None;
    };
    if !matches!(definition.ty, Type::String | Type::Int | Type::Bool) {
        let message = format!(
            "{subject} a string, int or bool, and `{}` is a {}",
            by.text, definition.ty
        );
        report.error(Code::TYPE_MISMATCH, by.span, message, "");
        return None;
    }
    Some(id)
}
