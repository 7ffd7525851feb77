//! Functions and methods: which there are, and what they take.

use super::bounds::Bounds;
use super::checker::Checker;
use super::interval::Interval;
use super::names::macro_named;
use super::typed::Typed;
use super::types::{a, is_sized};
use crate::cel::{Literal, pattern};
use crate::check::names::replacement;
use crate::diagnostic::{Code, Diagnostic, meant};
use crate::model::{ExpressionKind as Kind, Function, Macro, Type};
use crate::syntax::ast::{Expression, Word};

/// What other languages call CEL's functions, and where CEL writes it in another way.
const ELSEWHERE: [(&str, &str); 17] = [
    ("len", "write `size(x)`"),
    ("length", "write `size(x)`"),
    ("count", "write `size(x)`"),
    ("any", "write `list.exists(x, …)`"),
    ("some", "write `list.exists(x, …)`"),
    ("includes", "write `x in list`, or `text.contains(\"…\")`"),
    ("has_key", "write `\"key\" in map`"),
    ("match", "write `text.matches(\"…\")`"),
    ("regex", "write `text.matches(\"…\")`"),
    ("like", "write `text.matches(\"…\")`"),
    (
        "lower",
        "write the letters of either case into the pattern: `text.matches(\"(?i)…\")`",
    ),
    (
        "lowerAscii",
        "write the letters of either case into the pattern: `text.matches(\"(?i)…\")`",
    ),
    (
        "toLower",
        "write the letters of either case into the pattern: `text.matches(\"(?i)…\")`",
    ),
    ("float", "write `double(x)`"),
    ("str", "write `string(x)`"),
    (
        "optional",
        "absent facts have their default, else the empty value",
    ),
    ("if", "write `condition ? a : b`"),
];

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        whole: &Expression,
        receiver: Option<&Expression>,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Typed> {
        match (macro_named(&function.text), receiver) {
            (Some(kind), Some(range)) => return self.comprehension(whole, kind, range, arguments),
            (Some(_), None) => return self.macro_without_range(function),
            (None, None) if function.text == "has" => return self.has(whole, arguments),
            _ => {}
        }
        let known = Function::ALL
            .into_iter()
            .find(|known| known.name() == function.text.trim_start_matches('.'));
        let Some(known) = known else {
            let diagnostic = unknown(function);
            self.refuse::<()>(diagnostic);
            // What else is wrong is said too, unless the call may be a macro's misspelt name with a variable.
            if receiver.is_none() || arguments.len() < 2 {
                let _ = self.all(arguments);
            }
            return None;
        };
        self.form(known, receiver.is_some(), function)?;
        let receiver_typed = receiver.map(|receiver| self.expression(receiver));
        let typed = self.all(arguments);
        let subject = match receiver_typed {
            Some(typed) => Some(typed?),
            None => None,
        };
        let parts: Vec<Typed> = subject.into_iter().chain(typed?).collect();
        let written: Vec<&Expression> = receiver.into_iter().chain(arguments).collect();
        self.function(whole, known, function, &written, parts)
    }

    /// Sees that a method is written as one, and a function as one.
    fn form(&mut self, known: Function, is_method: bool, function: &Word) -> Option<()> {
        let name = known.name();
        let diagnostic = match (known, is_method) {
            (Function::Size | Function::Matches, _) => return Some(()),
            (_, true) if known.is_method() => return Some(()),
            (_, false) if !known.is_method() => return Some(()),
            (_, true) => Diagnostic::error(
                Code::UNKNOWN_FUNCTION,
                format!("`{name}` is a function, not a method"),
            )
            .help(format!("write `{name}(x)`")),
            (_, false) => Diagnostic::error(
                Code::UNKNOWN_FUNCTION,
                format!("`{name}` is a method, not a function"),
            )
            .help(format!("write it behind its subject: `x.{name}(…)`")),
        };
        self.refuse(diagnostic.at(function.span, "not written so"))
    }

    fn function(
        &mut self,
        whole: &Expression,
        function: Function,
        name: &Word,
        written: &[&Expression],
        parts: Vec<Typed>,
    ) -> Option<Typed> {
        self.arity(function, name, &parts)?;
        let (ty, range) = match function {
            Function::Size => (Type::Int, self.size(&parts)?),
            Function::Contains | Function::StartsWith | Function::EndsWith => {
                self.strings(function, &parts)?;
                (Type::Bool, Interval::ANY)
            }
            Function::Matches => {
                self.strings(function, &parts)?;
                self.pattern(&parts)?;
                (Type::Bool, Interval::ANY)
            }
            Function::Int
            | Function::Uint
            | Function::Double
            | Function::String
            | Function::Bytes
            | Function::Bool
            | Function::Timestamp
            | Function::Duration => {
                let [part] = parts.as_slice() else { return None };
                let written = written.first()?;
                let range = self.conversion(whole, function, part, written)?;
                (converted(function)?, range)
            }
            _ => (Type::Int, self.part_of_time(function, &parts)?),
        };
        let kind = Kind::Call {
            function,
            arguments: parts.into_iter().map(|typed| *typed.expression).collect(),
        };
        Some(Typed::new(kind, ty, whole.span).with_bounds(Bounds::of_range(range)))
    }

    /// Sees that the number of arguments, the receiver among them, is right.
    fn arity(&mut self, function: Function, name: &Word, parts: &[Typed]) -> Option<()> {
        let most = match function {
            Function::Contains | Function::StartsWith | Function::EndsWith | Function::Matches => 2..=2,
            other if other.is_method() => 1..=2,
            _ => 1..=1,
        };
        if most.contains(&parts.len()) {
            return Some(());
        }
        let form = match function {
            Function::Size => "`size(x)`".to_owned(),
            Function::Contains | Function::StartsWith | Function::EndsWith | Function::Matches => {
                format!("`text.{}(\"…\")`", function.name())
            }
            other if other.is_method() => format!("`now.{0}()` or `now.{0}(\"Europe/Paris\")`", other.name()),
            other => format!("`{}(x)`", other.name()),
        };
        self.refuse(
            Diagnostic::error(
                Code::TYPE_MISMATCH,
                format!("`{}` does not take so many arguments", function.name()),
            )
            .at(name.span, "called here")
            .help(format!("write {form}")),
        )
    }

    fn size(&mut self, parts: &[Typed]) -> Option<Interval> {
        let part = parts.first()?;
        if is_sized(part.ty()) {
            return Some(part.bounds.range);
        }
        self.refuse(
            Diagnostic::error(Code::TYPE_MISMATCH, format!("{} has no size", a(part.ty())))
                .at(part.span(), format!("this is {}", a(part.ty())))
                .help("strings, bytes, lists and maps have one"),
        )
    }

    /// Sees that all parts are strings.
    fn strings(&mut self, function: Function, parts: &[Typed]) -> Option<()> {
        let name = function.name();
        let mut is_right = Some(());
        for part in parts.iter().filter(|part| *part.ty() != Type::String) {
            let diagnostic = Diagnostic::error(
                Code::TYPE_MISMATCH,
                format!("`{name}` works on strings, not on {}", a(part.ty())),
            )
            .at(part.span(), format!("this is {}", a(part.ty())));
            let diagnostic = match part.ty() {
                Type::List(_) if function == Function::Contains => {
                    diagnostic.help("to ask what is in a list, write `\"vip\" in tags`")
                }
                Type::List(element) if **element == Type::String => {
                    diagnostic.help(format!("ask of each element: `list.exists(x, x.{name}(\"…\"))`"))
                }
                _ => diagnostic.help("make it a text first: `string(…)`"),
            };
            is_right = self.refuse(diagnostic);
        }
        is_right
    }

    /// Sees that a pattern is a literal and compiles.
    fn pattern(&mut self, parts: &[Typed]) -> Option<()> {
        let pattern = parts.get(1)?;
        let Some(Literal::String(text)) = pattern.literal() else {
            return self.refuse(
                Diagnostic::error(Code::UNSUPPORTED_CEL, "a pattern must be a literal")
                    .at(pattern.span(), "not known before a request is there")
                    .help("write the pattern as a string: it is compiled once, when the policy loads"),
            );
        };
        let Err(error) = pattern::compile(text) else {
            return Some(());
        };
        let place = text
            .get(..error.offset)
            .map_or(0, |before| before.chars().count());
        self.refuse(
            Diagnostic::error(
                Code::BAD_PATTERN,
                format!("the pattern does not compile: {error}"),
            )
            .at(
                pattern.span(),
                format!("at character {} of the pattern", place + 1),
            )
            .help("patterns are in RE2's syntax; a raw string, `r\"\\d+\"`, keeps its backslashes"),
        )
    }

    /// A part of a moment or duration: the type that is given, and the zone.
    fn part_of_time(&mut self, function: Function, parts: &[Typed]) -> Option<Interval> {
        let (subject, zone) = parts.split_first()?;
        let range = super::time::part_range(function, subject.ty());
        let Some(range) = range else {
            return self.refuse(
                Diagnostic::error(
                    Code::TYPE_MISMATCH,
                    format!("{} has no `{}`", a(subject.ty()), function.name()),
                )
                .at(subject.span(), format!("this is {}", a(subject.ty())))
                .help("moments have it, as in `now.getHours(\"Europe/Paris\")`"),
            );
        };
        for zone in zone {
            self.zone(subject, zone)?;
        }
        Some(range)
    }
}

/// The type that a conversion makes.
fn converted(function: Function) -> Option<Type> {
    Some(match function {
        Function::Int => Type::Int,
        Function::Uint => Type::Uint,
        Function::Double => Type::Double,
        Function::String => Type::String,
        Function::Bytes => Type::Bytes,
        Function::Bool => Type::Bool,
        Function::Timestamp => Type::Timestamp,
        Function::Duration => Type::Duration,
        _ => return None,
    })
}

/// A function that does not exist, or is left out on purpose.
fn unknown(function: &Word) -> Diagnostic {
    let name = &function.text;
    if name == "dyn" || name == "type" {
        return Diagnostic::error(Code::UNSUPPORTED_CEL, format!("`{name}` is not supported"))
            .at(function.span, "conditions are typed when the policy loads")
            .help("every fact has one type: compare it directly");
    }
    let diagnostic = Diagnostic::error(Code::UNKNOWN_FUNCTION, format!("there is no function `{name}`"))
        .at(function.span, "not a function of CEL");
    let names: Vec<&str> = Function::ALL
        .into_iter()
        .map(Function::name)
        .chain(Macro::ALL.into_iter().map(Macro::name))
        .chain(["has"])
        .collect();
    let elsewhere = ELSEWHERE.iter().find(|(other, _)| other == name);
    match (elsewhere, meant(name, names.iter().copied())) {
        (Some((_, help)), _) => diagnostic.help(*help),
        (None, Some(near)) => diagnostic
            .help(format!("did you mean `{}`?", near.name))
            .fix(replacement(near.certain, function.span, near.name)),
        (None, None) => diagnostic.help(
            "there are `size`, `contains`, `startsWith`, `endsWith`, `matches`, methods of time such as `getHours`, conversions such as `int`, macros such as `exists`",
        ),
    }
}
