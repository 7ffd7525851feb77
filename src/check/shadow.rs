//! `shadow M 5%`.

use super::items::Items;
use super::names::Names;
use super::report::Report;
use super::route::choice;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Named, Shadow, Target};

/// The shadow behind the word `shadow`: a model and a share.
pub(super) fn shadow(items: &mut Items<'_>, named: &mut Names<Named>, report: &mut Report) -> Option<Shadow> {
    let name = items.name("a model", report)?;
    let found = choice(&name, named, report);
    let share = items.percent(report)?;
    match found?.named {
        Named::Model(model) => Some(Shadow {
            model,
            share,
            span: name.span,
        }),
        Named::Pool(_) => {
            let message = format!("`{}` is a pool: a copy goes to one model", name.text);
            report.push(
                Diagnostic::error(Code::BAD_VALUE, message)
                    .at(name.span, "a model stands here")
                    .help("name the model whose answers you want to see"),
            );
            None
        }
    }
}

/// Reports a copy that goes where the request goes.
pub(super) fn refuse_shadow_of_itself(target: Option<&Target>, shadow: Option<&Shadow>, report: &mut Report) {
    if let (Some(Target::Named(target)), Some(shadow)) = (target, shadow)
        && target.named == Named::Model(shadow.model)
    {
        report.push(
            Diagnostic::error(Code::REPEATED_TARGET, "the copy goes where the request goes")
                .at(shadow.span, "again here")
                .also(target.span, "first here")
                .help("a shadow shows what another model would have answered: name another one"),
        );
    }
}
