//! Names: facts, `let`s, variables, attributes of the target.

use super::bounds::Bounds;
use super::checker::Checker;
use super::scope::Subject;
use super::typed::Typed;
use crate::cel::{BinaryOperator, Literal, quote};
use crate::check::names::replacement;
use crate::diagnostic::{Code, Diagnostic, did_you_mean, meant};
use crate::model::{AttemptAttribute, ExpressionKind as Kind, TargetAttribute, Type};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Word};

/// Most names that are searched for a near one.
const MAX_CANDIDATES: usize = 500;

/// Names of types, which in CEL are values, and in conditions are not.
const TYPES: [&str; 10] = [
    "bool",
    "bytes",
    "double",
    "duration",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "uint",
];

impl Checker<'_> {
    /// A name that stands alone.
    pub(super) fn name(&mut self, written: &str, span: Span) -> Option<Typed> {
        let name = written.strip_prefix('.').unwrap_or(written);
        if written == name
            && let Some(variable) = self.variables.iter().rev().find(|variable| variable.name == name)
        {
            let (ty, bounds) = variable.value.clone()?;
            return Some(self.known(Kind::Variable(name.to_owned()), ty, bounds, span));
        }
        if let Some(id) = self.scope.facts.find(name)
            && let Some(definition) = self.scope.facts.get(id)
        {
            let bounds = Bounds::of_fact(definition);
            return Some(self.known(Kind::Fact(id), definition.ty.into(), bounds, span));
        }
        if let Some(binding) = self.scope.lets.get(name) {
            let value = binding.value()?;
            let typed = self.known(
                Kind::Let(binding.id()),
                value.ty.clone(),
                value.bounds.clone(),
                span,
            );
            return Some(typed.with_knowledge(value.yes.clone(), value.no.clone()));
        }
        if let Some(attribute) = AttemptAttribute::ALL
            .into_iter()
            .find(|attribute| attribute.name() == name)
        {
            return self.attempt_attribute(attribute, span);
        }
        let diagnostic = self.unknown_name(name, span);
        self.refuse(diagnostic)
    }

    /// `position` or `fallbacks`.
    fn attempt_attribute(&mut self, attribute: AttemptAttribute, span: Span) -> Option<Typed> {
        if self.scope.subject == Subject::Attempt {
            let bounds = Bounds::of_attempt(attribute);
            return Some(self.known(Kind::Attempt(attribute), attribute.ty(), bounds, span));
        }
        let name = attribute.name();
        self.refuse(
            Diagnostic::error(Code::UNKNOWN_NAME, format!("nothing is called `{name}` here"))
                .at(span, "no attempt is spoken of where this is asked")
                .help(format!("`{name}` is known in `that` of an assert")),
        )
    }

    /// A place, its bounds narrowed by what guards have made sure of.
    fn known(&self, kind: Kind, ty: Type, bounds: Bounds, span: Span) -> Typed {
        let typed = Typed::new(kind, ty, span);
        let range = match typed.place() {
            Some(place) => self.knowledge.narrowed(&place, bounds.range),
            None => bounds.range,
        };
        typed.with_bounds(bounds.with_range(range))
    }

    fn unknown_name(&self, name: &str, span: Span) -> Diagnostic {
        if name == "claims" {
            return Diagnostic::error(Code::NOT_YET, "`claims` comes with a later version")
                .at(span, "verified JWT claims cannot be read yet")
                .help("take the fact from the tenant: `fact team string from tenant default \"\"`");
        }
        if name == "target" {
            return self.misused_target(span);
        }
        if TYPES.contains(&name) {
            return Diagnostic::error(
                Code::UNSUPPORTED_CEL,
                format!("the type `{name}` is not a value here"),
            )
            .at(span, "conditions are typed when the policy loads")
            .help("every fact has one type: compare it directly");
        }
        let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, format!("nothing is called `{name}`"));
        match meant(name, self.candidates().take(MAX_CANDIDATES)) {
            Some(near) => diagnostic
                .at(span, "not a fact and not a `let`")
                .help(format!("did you mean `{}`?", near.name))
                .fix(replacement(near.certain, span, near.name)),
            None => diagnostic
                .at(span, "not a fact and not a `let`")
                .help(format!("if this is a text, put it in quotes: `\"{name}\"`"))
                .fix(replacement(false, span, &quote(name)))
                .help(format!(
                    "if it is a fact, declare it: `fact {name} string from header \"x-{}\" default \"\"`",
                    dashed(name)
                )),
        }
    }

    fn candidates(&self) -> impl Iterator<Item = &str> {
        let variables = self.variables.iter().map(|variable| variable.name.as_str());
        let facts = self
            .scope
            .facts
            .definitions()
            .map(|(_, definition)| definition.name.as_str());
        let subject = self.scope.subject;
        let target = subject.has_target().then_some("target");
        let attempt = (subject == Subject::Attempt).then_some(AttemptAttribute::ALL);
        variables
            .chain(facts)
            .chain(self.scope.lets.keys().map(String::as_str))
            .chain(target)
            .chain(
                attempt
                    .into_iter()
                    .flatten()
                    .map(|attribute| -> &str { attribute.name() }),
            )
    }

    fn misused_target(&self, span: Span) -> Diagnostic {
        if self.scope.subject.has_target() {
            Diagnostic::error(Code::TYPE_MISMATCH, "`target` has no value of its own")
                .at(span, "an attribute is wanted here")
                .help("name an attribute, as in `target.region`")
        } else {
            Diagnostic::error(
                Code::RESERVED_NAME,
                "`target` can be read only in `require` of a guard and `that` of an assert",
            )
            .at(span, "no target is chosen yet where this is asked")
            .help("move the condition into `require` of a guard")
        }
    }

    /// Whether a name is free to be an attribute's `target`, not a macro's variable or a `let`.
    fn is_target(&self, name: &str) -> bool {
        name.trim_start_matches('.') == "target"
            && !self.variables.iter().any(|variable| variable.name == name)
            && !self.scope.lets.contains_key("target")
            && self.scope.facts.find("target").is_none()
    }

    /// `target.region` and its like: the words behind `target`, where the selection begins there.
    pub(super) fn target_path<'e>(&self, operand: &'e Expression, field: &'e Word) -> Option<Vec<&'e Word>> {
        let mut words = vec![field];
        let mut at = operand;
        loop {
            match &at.kind {
                ExpressionKind::Select { operand, field } => {
                    words.push(field);
                    at = operand;
                }
                ExpressionKind::Identifier(name) if self.is_target(name) => break,
                _ => return None,
            }
        }
        words.reverse();
        Some(words)
    }

    /// The attribute of the target under a path.
    pub(super) fn target_attribute(&mut self, path: &[&Word], span: Span) -> Option<Typed> {
        if !self.scope.subject.has_target() {
            let diagnostic = self.misused_target(span);
            return self.refuse(diagnostic);
        }
        let words: Vec<&str> = path.iter().map(|word| word.text.as_str()).collect();
        let written = words.join(".");
        let paths = TargetAttribute::ALL.map(TargetAttribute::path);
        if let Some(attribute) = TargetAttribute::ALL
            .into_iter()
            .find(|attribute| attribute.path() == written)
        {
            let bounds = Bounds::of_target(attribute);
            return Some(self.known(Kind::Target(attribute), attribute.ty(), bounds, span));
        }
        let prefix = format!("{written}.");
        let diagnostic = if paths.iter().any(|path| path.starts_with(&prefix)) {
            Diagnostic::error(
                Code::TYPE_MISMATCH,
                format!("`target.{written}` has no value of its own"),
            )
            .at(span, "an attribute is wanted here")
            .help("name one of `target.price.input` and `target.price.output`")
        } else {
            let diagnostic = Diagnostic::error(
                Code::UNKNOWN_NAME,
                format!("a target has no attribute `{written}`"),
            )
            .at(span, "not an attribute of targets");
            match meant(&written, paths) {
                Some(near) => diagnostic
                    .help(format!("did you mean `target.{}`?", near.name))
                    .fix(replacement(near.certain, span, &format!("target.{}", near.name))),
                None => diagnostic.help(format!(
                    "the attributes are {}",
                    paths.map(|path| format!("`{path}`")).join(", ")
                )),
            }
        };
        self.refuse(diagnostic)
    }

    /// A text that somebody forgot to quote, such as `gold` or `gpt-mini`: names that nothing declares, joined by
    /// dashes.
    pub(super) fn unquoted(&self, expression: &Expression) -> Option<String> {
        match &expression.kind {
            ExpressionKind::Identifier(name) => {
                let is_name = self
                    .candidates()
                    .chain(["claims", "target"])
                    .any(|known| known == name);
                let is_misspelt = did_you_mean(name, self.candidates().take(MAX_CANDIDATES)).is_some();
                (!is_name && !is_misspelt && !name.starts_with('.')).then(|| name.clone())
            }
            ExpressionKind::Literal(Literal::Int(number)) if *number >= 0 => Some(number.to_string()),
            ExpressionKind::Binary {
                operator: BinaryOperator::Subtract,
                left,
                right,
                ..
            } if left.span.end.saturating_add(1) == right.span.start => matches!(
                left.kind,
                ExpressionKind::Identifier(_) | ExpressionKind::Binary { .. }
            )
            .then(|| Some(format!("{}-{}", self.unquoted(left)?, self.unquoted(right)?)))
            .flatten(),
            _ => None,
        }
    }
}

/// A name as headers are written.
fn dashed(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}
