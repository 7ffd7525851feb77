//! Macros: `has`, and those that go through a list or the keys of a map.

use super::bounds::Bounds;
use super::checker::{Checker, Variable};
use super::interval::Interval;
use super::knowledge::{Key, Knowledge, Place};
use super::typed::Typed;
use super::types::a;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ExpressionKind as Kind, Macro, Type};
use crate::syntax::ast::{Expression, ExpressionKind, Word};

/// Most rounds that macros within macros may make, all together, where a condition is asked once.
const MOST_ROUNDS: u64 = 1 << 20;

/// Rounds that a macro over a list or map of unknown size is counted for.
const ROUNDS_OF_UNKNOWN: i128 = 1 << 10;

impl Checker<'_> {
    /// `has(map.key)`.
    pub(super) fn has(&mut self, whole: &Expression, arguments: &[Expression]) -> Option<Typed> {
        let [argument] = arguments else {
            return self.refuse(
                Diagnostic::error(Code::TYPE_MISMATCH, "`has` takes one argument")
                    .at(whole.span, "called here")
                    .help("write `has(headers.team)`"),
            );
        };
        let ExpressionKind::Select { operand, field } = &argument.kind else {
            return self.has_of_other(argument);
        };
        if self.target_path(operand, field).is_some() {
            return self.refuse(
                Diagnostic::error(
                    Code::UNSUPPORTED_CEL,
                    "`has` asks about entries of maps, not about a target",
                )
                .at(argument.span, "always there")
                .help("read the attribute itself"),
            );
        }
        let map = self.expression(operand)?;
        let is_map = matches!(map.ty(), Type::Map(key, _) if matches!(**key, Type::String | Type::Null));
        if !is_map {
            return self.refuse(
                Diagnostic::error(
                    Code::TYPE_MISMATCH,
                    format!("`has` asks about a key of a map, not of {}", a(map.ty())),
                )
                .at(map.span(), format!("this is {}", a(map.ty())))
                .help("only maps such as `headers` and `metadata` have string keys"),
            );
        }
        self.header_name(&map.expression, &field.text, field.span)?;
        let yes = match map.place() {
            Some(place) => Knowledge::of_key(place, Key::text(&field.text)),
            None => Knowledge::default(),
        };
        let kind = Kind::Has {
            map: map.expression,
            key: field.text.clone(),
        };
        Some(Typed::new(kind, Type::Bool, whole.span).with_knowledge(yes, Knowledge::default()))
    }

    fn has_of_other<T>(&mut self, argument: &Expression) -> Option<T> {
        let diagnostic = Diagnostic::error(Code::TYPE_MISMATCH, "`has` wants a key behind a dot")
            .at(argument.span, "not of the form `map.key`");
        let diagnostic = match &argument.kind {
            ExpressionKind::Index { operand, index } => {
                match (super::text::plain(operand), super::text::plain(index)) {
                    (Some(map), Some(key)) => diagnostic.help(format!("write `{key} in {map}`")),
                    _ => diagnostic.help("write `\"key\" in map`"),
                }
            }
            _ => diagnostic
                .help("a fact is always there: absent ones have their default, else the empty value"),
        };
        self.refuse(diagnostic)
    }

    /// `range.all(x, p)` and its like.
    pub(super) fn comprehension(
        &mut self,
        whole: &Expression,
        kind: Macro,
        range: &Expression,
        arguments: &[Expression],
    ) -> Option<Typed> {
        let range = self.expression(range);
        let (variable, steps) = match arguments {
            [variable, steps @ ..] if steps.len() == 1 || (steps.len() == 2 && kind == Macro::Map) => {
                (variable, steps)
            }
            _ => return self.wrong_arguments(whole, kind, arguments.len()),
        };
        let name = self.variable_name(variable);
        let element = match &range {
            Some(range) => match element_of(range) {
                Some(element) => Some(element),
                None => {
                    return self.refuse(
                        Diagnostic::error(
                            Code::TYPE_MISMATCH,
                            format!(
                                "`{}` goes through a list or a map, not {}",
                                kind.name(),
                                a(range.ty())
                            ),
                        )
                        .at(range.span(), format!("this is {}", a(range.ty())))
                        .help("ask of a list, as in `tags.exists(t, t == \"vip\")`"),
                    );
                }
            },
            None => None,
        };
        let around = self.rounds;
        self.enter(whole, range.as_ref())?;
        let steps = self.steps(name?, element, range.as_ref(), steps);
        self.rounds = around;
        let (range, steps) = (range?, steps?);
        self.comprehended(whole, kind, name?, range, steps)
    }

    fn wrong_arguments<T>(&mut self, whole: &Expression, kind: Macro, given: usize) -> Option<T> {
        let name = kind.name();
        let (code, message) = match (given, kind) {
            (3, Macro::All | Macro::Exists | Macro::ExistsOne) => (
                Code::UNSUPPORTED_CEL,
                format!("`{name}` with two variables is not supported"),
            ),
            _ => (
                Code::TYPE_MISMATCH,
                format!("`{name}` takes a variable and an expression"),
            ),
        };
        self.refuse(
            Diagnostic::error(code, message)
                .at(whole.span, "called here")
                .help(format!("write `list.{name}(x, …)`")),
        )
    }

    /// The variable of a macro: a plain name that hides no fact and no `let`.
    fn variable_name<'e>(&mut self, variable: &'e Expression) -> Option<&'e str> {
        let ExpressionKind::Identifier(name) = &variable.kind else {
            return self.refuse(
                Diagnostic::error(
                    Code::TYPE_MISMATCH,
                    "the first argument of a macro is a name of your own",
                )
                .at(variable.span, "not a plain name")
                .help("write a variable, as in `tags.exists(t, t == \"vip\")`"),
            );
        };
        let is_taken = self.scope.facts.find(name).is_some()
            || self.scope.lets.contains_key(name)
            || name == "target"
            || name.starts_with('.');
        if is_taken {
            return self.refuse(
                Diagnostic::error(
                    Code::RESERVED_NAME,
                    format!("a variable cannot be called `{name}`"),
                )
                .at(variable.span, "the name has a meaning already")
                .help("give the variable another name"),
            );
        }
        Some(name)
    }

    /// Counts the rounds that a macro adds to those around it.
    fn enter(&mut self, whole: &Expression, range: Option<&Typed>) -> Option<()> {
        let size = range.map_or(1, |range| range.bounds.range.high);
        let rounds = if size >= Interval::SIZE.high {
            ROUNDS_OF_UNKNOWN
        } else {
            size.max(1)
        };
        let rounds = u64::try_from(rounds).unwrap_or(u64::MAX);
        let all = self.rounds.saturating_mul(rounds);
        if all > MOST_ROUNDS {
            return self.refuse(
                Diagnostic::error(Code::TOO_LARGE, "macros within macros that make too many rounds")
                    .at(
                        whole.span,
                        format!("more than {MOST_ROUNDS} rounds for one request"),
                    )
                    .help("nest macros no deeper than two, and keep their lists short"),
            );
        }
        self.rounds = all;
        Some(())
    }

    /// Checks the steps of a macro with its variable in scope. Of two steps the second stands where the first is
    /// true.
    fn steps(
        &mut self,
        name: &str,
        element: Option<(Type, Bounds)>,
        range: Option<&Typed>,
        steps: &[Expression],
    ) -> Option<Vec<Typed>> {
        let around = self.knowledge.clone();
        self.knowledge.forget(name);
        // The variable of a map is a key of it.
        if let Some(range) = range
            && let (Type::Map(..), Some(place)) = (range.ty(), range.place())
            && place != Place::Variable(name.to_owned())
        {
            let key = Key::Place(Place::Variable(name.to_owned()));
            self.knowledge.and(&Knowledge::of_key(place, key));
        }
        self.variables.push(Variable {
            name: name.to_owned(),
            value: element,
        });
        let mut checked = Vec::new();
        let mut is_whole = true;
        for step in steps {
            match self.expression(step) {
                Some(typed) => {
                    self.knowledge.and(&typed.yes);
                    checked.push(typed);
                }
                None => is_whole = false,
            }
        }
        self.variables.pop();
        self.knowledge = around;
        is_whole.then_some(checked)
    }

    /// The typed macro.
    fn comprehended(
        &mut self,
        whole: &Expression,
        kind: Macro,
        variable: &str,
        range: Typed,
        mut steps: Vec<Typed>,
    ) -> Option<Typed> {
        if kind != Macro::Map || steps.len() == 2 {
            let condition = steps.remove(0);
            let condition = self.expect(condition, &Type::Bool)?;
            steps.insert(0, condition);
        }
        let size = range.bounds.range;
        let up_to = Interval::new(0, size.high);
        let (ty, bounds) = match kind {
            Macro::All | Macro::Exists | Macro::ExistsOne => (Type::Bool, Bounds::of_type(&Type::Bool)),
            Macro::Filter => {
                let (ty, element) = element_of(&range)?;
                let bounds = Bounds::of_range(up_to).with_element(Some(element));
                (Type::List(Box::new(ty)), bounds)
            }
            Macro::Map => {
                let result = steps.last()?;
                let size = if steps.len() == 2 { up_to } else { size };
                let bounds = Bounds::of_range(size).with_element(Some(result.bounds.clone()));
                (Type::List(Box::new(result.ty().clone())), bounds)
            }
        };
        let kind = Kind::Comprehension {
            kind,
            range: range.expression,
            variable: variable.to_owned(),
            steps: steps.into_iter().map(|step| *step.expression).collect(),
        };
        Some(Typed::new(kind, ty, whole.span).with_bounds(bounds))
    }

    /// A macro that is written as a function.
    pub(super) fn macro_without_range<T>(&mut self, function: &Word) -> Option<T> {
        let name = &function.text;
        self.refuse(
            Diagnostic::error(
                Code::UNKNOWN_FUNCTION,
                format!("`{name}` stands behind a list or a map"),
            )
            .at(function.span, "nothing to go through")
            .help(format!("write `list.{name}(x, …)`")),
        )
    }
}

/// What a macro's variable is: an element of a list, or a key of a map.
fn element_of(range: &Typed) -> Option<(Type, Bounds)> {
    match range.ty() {
        Type::List(element) => Some((element.as_ref().clone(), range.bounds.element(element))),
        Type::Map(key, _) => Some((key.as_ref().clone(), Bounds::of_type(key))),
        _ => None,
    }
}
