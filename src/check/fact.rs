//! `fact`: facts beside the built-in ones, and `tier` and `region` narrowed.

use super::header::header_name;
use super::items::Items;
use super::names::{Names, refuse_reserved, replacement};
use super::report::Report;
use super::{later, settings, value};
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::facts::{Builtin, Definition, FactId, Origin, Register, Type, Value, is_credential_header};
use crate::syntax::ast::{Clause, ItemKind, Word};

/// Names that conditions and splits give a meaning of their own, now or in a later version. What CEL reserves is told
/// by the parser.
const RESERVED: [&str; 5] = ["target", "position", "fallbacks", "claims", "request"];

/// Clauses of a tenant that no fact can be named after.
const TENANT_CLAUSES: [&str; 2] = ["key", "until"];

/// What a name of the facts' and `let`s' name space stands for, as far as declarations are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// A fact of the register.
    Fact(FactId),
    /// A fact whose declaration has an error.
    BrokenFact,
    /// A `let`, by its place among them.
    Let(usize),
}

/// One `fact` statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration<'a> {
    /// The fact's name.
    pub(super) name: &'a Word,
    /// `type`, `from` and `default`.
    pub(super) clauses: &'a [Clause],
}

/// Reports a name that conditions could not read, and built-in ones.
pub(super) fn refuse_name(name: &Word, what: &str, report: &mut Report) {
    let text = name.text.as_str();
    let identifier = text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !identifier {
        let message = format!("a {what} is named with letters, digits and `_`, not `{text}`");
        report.push(
            Diagnostic::error(Code::RESERVED_NAME, message)
                .at(name.span, "conditions could not read it")
                .help(format!("write `{}`", text.replace(['-', '.'], "_")))
                .fix(replacement(false, name.span, &text.replace(['-', '.'], "_"))),
        );
    } else if Builtin::ALL.iter().any(|builtin| builtin.name() == text) {
        let message = format!("`{text}` is a built-in fact");
        report.push(
            Diagnostic::error(Code::RESERVED_NAME, message)
                .at(name.span, "the name is taken")
                .help("choose another name; only `tier` and `region` can be narrowed, with `one of`"),
        );
    } else {
        refuse_reserved(name, what, &RESERVED, "the word has a meaning of its own", report);
    }
}

/// Declares a fact, or narrows `tier` or `region`.
pub(super) fn fact(
    declaration: Declaration<'_>,
    register: &mut Register,
    names: &mut Names<Term>,
    report: &mut Report,
) {
    let narrowed = [Builtin::Tier, Builtin::Region]
        .into_iter()
        .find(|builtin| builtin.name() == declaration.name.text);
    let before = report.errors();
    if narrowed.is_none() {
        refuse_name(declaration.name, "fact", report);
    }
    let definition = definition(declaration, report);
    let sound = report.errors() == before;
    match (narrowed, definition) {
        (Some(builtin), definition) => {
            let id = FactId::from(builtin);
            names.declare(declaration.name, Term::Fact(id), report);
            names.mark(&declaration.name.text);
            narrow(builtin, declaration, definition, register, report);
        }
        (None, Some(definition)) if sound => {
            let id = register.declare(definition);
            let term = id.map_or(Term::BrokenFact, Term::Fact);
            names.declare(declaration.name, term, report);
        }
        _ => names.declare(declaration.name, Term::BrokenFact, report),
    }
}

fn narrow(
    builtin: Builtin,
    declaration: Declaration<'_>,
    definition: Option<Definition>,
    register: &mut Register,
    report: &mut Report,
) {
    let Some(definition) = definition else { return };
    let name = builtin.name();
    let (Some(one_of), Origin::Tenant, Value::String(default)) =
        (definition.one_of, definition.origin, definition.default)
    else {
        let message = format!("`{name}` is built in, and can only be narrowed");
        report.push(
            Diagnostic::error(Code::RESERVED_NAME, message)
                .at(declaration.name.span, "")
                .help(format!(
                    "write `fact {name} one of [\"…\"] from tenant default \"…\"`"
                )),
        );
        return;
    };
    register.narrow(builtin, Some(one_of), default);
}

/// The definition that the clauses describe.
fn definition(declaration: Declaration<'_>, report: &mut Report) -> Option<Definition> {
    let shape = clause(declaration, "type", "string", report).and_then(|mut items| {
        let shape = shape(&mut items, report);
        items.finish(report);
        shape
    });
    let origin = clause(declaration, "from", "from tenant", report).and_then(|mut items| {
        let origin = origin(&mut items, report);
        items.finish(report);
        origin
    });
    if origin == Some(Origin::Tenant) {
        refuse_reserved(
            declaration.name,
            "fact from tenant",
            &TENANT_CLAUSES,
            "a clause of `tenant`",
            report,
        );
    }
    let default = clause(declaration, "default", "default \"\"", report);
    let (ty, one_of) = shape?;
    let mut definition = Definition {
        name: declaration.name.text.clone(),
        ty,
        origin: origin?,
        default: ty.empty(),
        one_of,
        range: i64::MIN..=i64::MAX,
    };
    let mut items = default?;
    definition.default = value::value(&mut items, &definition, report)?;
    items.finish(report);
    Some(definition)
}

fn clause<'a>(
    declaration: Declaration<'a>,
    keyword: &str,
    example: &str,
    report: &mut Report,
) -> Option<Items<'a>> {
    let found = declaration
        .clauses
        .iter()
        .find(|clause| clause.keyword.text == keyword);
    if found.is_none() {
        let message = format!("the fact `{}` has no `{keyword}`", declaration.name.text);
        let example = match (keyword, empty_default(declaration)) {
            ("default", Some(default)) => default,
            _ => example,
        };
        let diagnostic = Diagnostic::error(Code::MISSING_CLAUSE, message)
            .at(declaration.name.span, "")
            .help(format!("add `{example}`"));
        let last = declaration.clauses.last().map(|clause| clause.span);
        report.push(match last.filter(|_| keyword == "default") {
            Some(last) => diagnostic.fix(
                Fix::suggestion(format!("add `{example}`")).replace(last.end_point(), format!(" {example}")),
            ),
            None => diagnostic,
        });
    }
    found.map(Items::of)
}

/// The `default` of an empty value, for the type that a declaration writes.
fn empty_default(declaration: Declaration<'_>) -> Option<&'static str> {
    let mut clauses = declaration.clauses.iter();
    let shape = clauses.find(|clause| clause.keyword.text == "type")?;
    match &shape.items.first()?.kind {
        ItemKind::Bare(word) => match word.as_str() {
            "int" => Some("default 0"),
            "bool" => Some("default false"),
            "list(string)" => Some("default []"),
            _ => None,
        },
        _ => None,
    }
}

/// The type, and the values where they are listed.
fn shape(items: &mut Items<'_>, report: &mut Report) -> Option<(Type, Option<Vec<String>>)> {
    const WANTED: &str = "`string`, `int`, `bool`, `list(string)` or `one of [\"…\"]`";
    let word = items.name(WANTED, report)?;
    match word.text.as_str() {
        "string" => Some((Type::String, None)),
        "int" => Some((Type::Int, None)),
        "bool" => Some((Type::Bool, None)),
        "list(string)" => Some((Type::StringList, None)),
        "one" => {
            items.expect_word("of", report)?;
            let values = items.names("a string", report)?;
            super::clauses::refuse_repeated(&values, "one of", report);
            if values.is_empty() {
                report.error(
                    Code::BAD_VALUE,
                    word.span,
                    "`one of` lists at least one value",
                    "",
                );
                return None;
            }
            Some((Type::String, Some(super::texts(Some(values)))))
        }
        _ => {
            let names = ["string", "int", "bool", "list(string)"];
            settings::unknown_word(&word, "type", WANTED, names, report);
            items.abandon();
            None
        }
    }
}

fn origin(items: &mut Items<'_>, report: &mut Report) -> Option<Origin> {
    const WANTED: &str = "`tenant`, `header \"…\"` or `metadata \"…\"`";
    let word = items.name(WANTED, report)?;
    match word.text.as_str() {
        "tenant" => Some(Origin::Tenant),
        "header" => header(items, report).map(Origin::Header),
        "metadata" => {
            let key = items.text("a key of the body's `metadata`", report)?;
            Some(Origin::Metadata(key.text))
        }
        "claim" => {
            report.push(later::not_yet("claim", word.span));
            items.abandon();
            None
        }
        _ => {
            settings::unknown_word(&word, "from", WANTED, ["tenant", "header", "metadata"], report);
            items.abandon();
            None
        }
    }
}

fn header(items: &mut Items<'_>, report: &mut Report) -> Option<String> {
    let name = items.text("the name of a header", report)?;
    let lower = header_name(&name, report)?;
    if is_credential_header(&lower) {
        let message = format!("no fact can be read from `{lower}`");
        report.error(Code::BAD_VALUE, name.span, message, "it carries credentials");
        return None;
    }
    if lower != name.text {
        report.push(
            Diagnostic::error(
                Code::BAD_VALUE,
                format!("the header `{}` has capitals", name.text),
            )
            .at(name.span, "header names are in lower case here")
            .help(format!("write `{lower:?}`"))
            .fix(replacement(true, name.span, &format!("{lower:?}"))),
        );
        return None;
    }
    Some(lower)
}
