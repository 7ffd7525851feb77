//! Where secrets stand: in the environment or in a file, never in the policy.

use super::items::Items;
use super::report::Report;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::model::CredentialSource;
use crate::source::Span;
use crate::syntax::ast::ItemKind;

/// `env "NAME"` or, where `files` says so, `file "path"`. A literal is refused without repeating it.
pub(super) fn source(items: &mut Items<'_>, files: bool, report: &mut Report) -> Option<CredentialSource> {
    if items.word("env") {
        let name = items.text("the name of an environment variable", report)?;
        if !is_variable(&name.text) {
            let message = "this is not the name of an environment variable";
            report.push(
                Diagnostic::error(Code::BAD_VALUE, message)
                    .at(name.span, "letters, digits and `_` only")
                    .help("name the variable that holds the key, never the key itself"),
            );
            items.abandon();
            return None;
        }
        return Some(CredentialSource::Environment(name.text));
    }
    if files && items.word("file") {
        let path = items.text("a path", report)?;
        return match path.text.is_empty() || path.text.contains('\0') {
            true => {
                report.error(Code::BAD_VALUE, path.span, "this is not the path of a file", "");
                None
            }
            false => Some(CredentialSource::File(path.text)),
        };
    }
    if let Some(item) = items.peek()
        && matches!(item.kind, ItemKind::Quoted(_) | ItemKind::Bare(_))
    {
        let fix = Fix::suggestion("name an environment variable instead");
        report.push(literal(item.span).fix(fix.replace(item.span, "env \"API_KEY\"")));
        items.abandon();
        return None;
    }
    items.refuse("`env \"NAME\"` or `file \"path\"`", report);
    None
}

/// The refusal of a secret that is written into the policy.
pub(super) fn literal(span: Span) -> Diagnostic {
    Diagnostic::error(Code::LITERAL_SECRET, "a secret does not belong in a policy")
        .at(span, "written here in the clear")
        .help("put it into an environment variable and write `env \"NAME\"`")
        .help("if it was ever saved or shared, replace it at its issuer")
}

fn is_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
