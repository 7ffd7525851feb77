//! Typed expressions to native predicates. What has no native form runs in the interpreter, as the smallest condition
//! around it.

use crate::cel::{BinaryOperator, Literal};
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::model::{
    AttemptAttribute, Expression, ExpressionKind, Function, LetId, Policy, TargetAttribute, Type,
};
use crate::source::Span;
use crate::tree::bounds;
use crate::tree::cel_text;
use crate::tree::fallible::sound_first;
use crate::tree::measure::{Measure, measure};
use crate::tree::predicate::{Chain, Choose, Double, List, Number, Relation, Text, Time, Truth};
use crate::tree::programs::Programs;
use crate::tree::prompted::Places;
use crate::tree::shape::{arithmetic, compare_numbers, compare_texts, fact};
use crate::tree::text_set::TextSet;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::Arc;

mod joined;
mod range;
mod text;
mod time;

/// The `let`s of a policy, lowered once and shared by the conditions that name them.
#[derive(Clone, Debug, Default)]
pub(in crate::tree) struct Lets {
    values: Vec<Shared>,
    measures: Vec<Measure>,
    sets: BTreeMap<LetId, Arc<TextSet>>,
    prompted: Places,
}

impl Lets {
    /// The sizes of the `let`s, in the order of their ids.
    pub(in crate::tree) fn measures(&self) -> &[Measure] {
        &self.measures
    }
}

#[derive(Clone, Debug)]
enum Shared {
    Truth(Arc<Truth>),
    Number(Arc<Number>),
    Double(Arc<Double>),
    Text(Arc<Text>),
    List(Arc<List>),
    Time(Arc<Time>),
    /// No native form: the interpreter gets the value written out.
    Other,
}

/// Lowers the conditions of one policy.
pub(in crate::tree) struct Lowering<'a> {
    policy: &'a Policy,
    lets: Lets,
    patterns: BTreeMap<String, Regex>,
    programs: Programs,
    interpreted: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
    /// The variables of the macros around the part at hand, the outermost first.
    variables: Vec<String>,
    /// A part that has no native form reads one of them: the interpreter needs the whole macro.
    reads_variable: bool,
}

/// What lowering a whole policy leaves beside the predicates.
pub(in crate::tree) struct Lowered {
    /// The `let`s.
    pub(in crate::tree) lets: Lets,
    /// Parts that the interpreter evaluates, in the order in which they were met.
    pub(in crate::tree) interpreted: Vec<Span>,
    /// Errors.
    pub(in crate::tree) diagnostics: Vec<Diagnostic>,
}

impl<'a> Lowering<'a> {
    /// Begins with the policy's `let`s; `prompted` are the parts that read the prompt.
    pub(in crate::tree) fn new(policy: &'a Policy, prompted: Places) -> Self {
        let lets = Lets {
            prompted,
            ..Lets::default()
        };
        let mut lowering = Lowering::with_lets(policy, lets);
        for binding in &policy.lets {
            let size = measure(&binding.value, &lowering.lets.measures);
            lowering.lets.measures.push(size);
            let value = if lowering.within_bounds(&binding.value, size) {
                lowering.shared(&binding.value)
            } else {
                Shared::Other
            };
            lowering.lets.values.push(value);
        }
        lowering
    }

    /// Goes on with `let`s that are lowered already.
    pub(in crate::tree) fn with_lets(policy: &'a Policy, lets: Lets) -> Self {
        Lowering {
            policy,
            lets,
            patterns: BTreeMap::new(),
            programs: Programs::default(),
            interpreted: Vec::new(),
            diagnostics: Vec::new(),
            variables: Vec::new(),
            reads_variable: false,
        }
    }

    /// Whether a part reads a prompt that is not at hand, and what it comes to is known.
    pub(in crate::tree) fn known_of_prompt(&self, part: &Expression, facts: &Facts) -> bool {
        let number = self.lets.prompted.number(part);
        number.is_some_and(|number| facts.known_of_prompt(number).is_some())
    }

    /// Ends, with what was found on the way.
    pub(in crate::tree) fn finish(self) -> Lowered {
        Lowered {
            lets: self.lets,
            interpreted: self.interpreted,
            diagnostics: self.diagnostics,
        }
    }

    /// The predicate of a condition; never true where it is beyond the bounds, which is an error.
    pub(in crate::tree) fn condition(&mut self, expression: &Expression) -> Truth {
        let size = measure(expression, &self.lets.measures);
        if self.within_bounds(expression, size) {
            self.truth(expression)
        } else {
            Truth::Constant(false)
        }
    }

    fn within_bounds(&mut self, expression: &Expression, size: Measure) -> bool {
        let refusal = bounds::refusal(size, expression.span);
        let fits = refusal.is_none();
        self.diagnostics.extend(refusal);
        fits
    }

    fn shared(&mut self, value: &Expression) -> Shared {
        match &value.ty {
            Type::Bool => Shared::Truth(Arc::new(self.truth(value))),
            Type::Int => self
                .number(value)
                .map_or(Shared::Other, |node| Shared::Number(Arc::new(node))),
            Type::Double => self
                .double(value)
                .map_or(Shared::Other, |node| Shared::Double(Arc::new(node))),
            Type::String => self
                .text(value)
                .map_or(Shared::Other, |node| Shared::Text(Arc::new(node))),
            Type::List(_) => self
                .list(value)
                .map_or(Shared::Other, |node| Shared::List(Arc::new(node))),
            Type::Timestamp | Type::Duration => self
                .time(value)
                .map_or(Shared::Other, |node| Shared::Time(Arc::new(node))),
            _ => Shared::Other,
        }
    }

    fn named(&self, id: LetId) -> &Shared {
        self.lets.values.get(id.0 as usize).unwrap_or(&Shared::Other)
    }

    fn truth(&mut self, expression: &Expression) -> Truth {
        let truth = self.whole_truth(expression);
        match self.lets.prompted.number(expression) {
            Some(part) => Truth::Prompted(part, Box::new(truth)),
            None => truth,
        }
    }

    fn whole_truth(&mut self, expression: &Expression) -> Truth {
        let met = (self.interpreted.len(), self.diagnostics.len());
        match self.native_truth(expression) {
            Some(truth) => truth,
            None => {
                // What was met within runs with the whole.
                self.interpreted.truncate(met.0);
                self.diagnostics.truncate(met.1);
                if self.is_bound(expression) {
                    self.reads_variable = true;
                    return Truth::Constant(false);
                }
                self.interpreted_truth(expression)
            }
        }
    }

    fn interpreted_truth(&mut self, expression: &Expression) -> Truth {
        self.interpreted.push(expression.span);
        let size = measure(expression, &self.lets.measures);
        if let Some(refusal) = bounds::interpreter_refusal(size, expression.span) {
            self.diagnostics.push(refusal);
            return Truth::Constant(false);
        }
        let program = cel_text::for_interpreter(expression, self.policy)
            .and_then(|source| self.programs.compile(source, size.chained_depth));
        program.map_or_else(
            |reason| {
                self.diagnostics
                    .push(bounds::unsupported(&reason, expression.span));
                Truth::Constant(false)
            },
            Truth::Interpreted,
        )
    }

    fn truths(&mut self, operands: &[Expression]) -> Box<[Truth]> {
        sound_first(operands.iter().map(|operand| self.truth(operand)).collect())
    }

    fn native_truth(&mut self, expression: &Expression) -> Option<Truth> {
        Some(match &expression.kind {
            ExpressionKind::Literal(Literal::Bool(truth)) => Truth::Constant(*truth),
            ExpressionKind::Fact(fact) => Truth::Fact(*fact),
            ExpressionKind::Let(id) => match self.named(*id) {
                Shared::Truth(shared) => Truth::Shared(Arc::clone(shared)),
                _ => return None,
            },
            ExpressionKind::Not(operand) => Truth::Not(Box::new(self.truth(operand))),
            ExpressionKind::And(operands) => Truth::All(self.truths(operands)),
            ExpressionKind::Or(operands) => Truth::Any(self.truths(operands)),
            ExpressionKind::Conditional { .. } => {
                let choose = self.choose(expression, |lowering, part| Some(lowering.truth(part)))?;
                Truth::Choose(choose)
            }
            ExpressionKind::Binary {
                operator: BinaryOperator::In,
                left,
                right,
            } => self.membership(left, right)?,
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => self.relation(Relation::of(*operator)?, left, right)?,
            ExpressionKind::Comprehension { .. } => self.quantified(expression)?,
            ExpressionKind::Call {
                function: Function::Bool,
                arguments,
            } => self.truth(arguments.first()?),
            ExpressionKind::Call { function, arguments } => self.text_function(*function, arguments)?,
            ExpressionKind::Has { map, key } => {
                Truth::HasKey(fact(map)?, Box::new(Text::Constant(key.as_str().into())))
            }
            _ => return None,
        })
    }

    fn choose<T>(
        &mut self,
        expression: &Expression,
        mut part: impl FnMut(&mut Self, &Expression) -> Option<T>,
    ) -> Option<Box<Choose<T>>> {
        let ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } = &expression.kind
        else {
            return None;
        };
        Some(Box::new(Choose {
            condition: self.truth(condition),
            then: part(self, then)?,
            otherwise: part(self, otherwise)?,
        }))
    }

    fn relation(&mut self, relation: Relation, left: &Expression, right: &Expression) -> Option<Truth> {
        Some(match (&left.ty, &right.ty) {
            (Type::String, Type::String) if self.is_joined(left) || self.is_joined(right) => {
                self.joined(relation, left, right)?
            }
            (Type::String, Type::String) => compare_texts(relation, self.text(left)?, self.text(right)?),
            (Type::Int, Type::Int) => compare_numbers(relation, self.number(left)?, self.number(right)?),
            (Type::Bool, Type::Bool) => {
                Truth::Truths(relation, Box::new((self.truth(left), self.truth(right))))
            }
            (Type::Int | Type::Double, Type::Int | Type::Double) => {
                Truth::Doubles(relation, Box::new((self.double(left)?, self.double(right)?)))
            }
            (Type::Timestamp, Type::Timestamp) | (Type::Duration, Type::Duration) => {
                Truth::Times(relation, Box::new((self.time(left)?, self.time(right)?)))
            }
            (Type::List(_), Type::List(_)) => {
                let equal = match relation {
                    Relation::Equal => true,
                    Relation::NotEqual => false,
                    _ => return None,
                };
                let pair = Box::new((self.list(left)?, self.list(right)?));
                Truth::Lists { equal, pair }
            }
            _ => return None,
        })
    }

    fn number(&mut self, expression: &Expression) -> Option<Number> {
        Some(match &expression.kind {
            _ if expression.ty != Type::Int => return None,
            ExpressionKind::Literal(Literal::Int(number)) => Number::Constant(*number),
            ExpressionKind::Fact(fact) => Number::Fact(*fact),
            ExpressionKind::Target(TargetAttribute::Context) => Number::Context,
            ExpressionKind::Attempt(AttemptAttribute::Position) => Number::Position,
            ExpressionKind::Let(id) => match self.named(*id) {
                Shared::Number(shared) => Number::Shared(Arc::clone(shared)),
                _ => return None,
            },
            ExpressionKind::Variable(name) => Number::Variable(self.place(name)?),
            ExpressionKind::Negate(operand) => Number::Negate(Box::new(self.number(operand)?)),
            ExpressionKind::Binary { .. } => Number::Chain(self.chain(expression, Lowering::number)?),
            ExpressionKind::Conditional { .. } => Number::Choose(self.choose(expression, Lowering::number)?),
            ExpressionKind::Call { function, arguments } => match (function, arguments.as_slice()) {
                (Function::Size, [argument]) => self.size(argument)?,
                (Function::Int, [argument]) if argument.ty == Type::Timestamp => {
                    Number::Seconds(Box::new(self.time(argument)?))
                }
                (Function::Int, [argument]) => self.number(argument)?,
                (function, arguments) => self.time_part(*function, arguments)?,
            },
            _ => return None,
        })
    }

    fn size(&mut self, argument: &Expression) -> Option<Number> {
        match &argument.ty {
            Type::String => Some(Number::TextSize(Box::new(self.text(argument)?))),
            Type::List(_) if matches!(argument.kind, ExpressionKind::Comprehension { .. }) => {
                self.count(argument)
            }
            Type::List(_) => Some(Number::ListSize(Box::new(self.list(argument)?))),
            Type::Map(..) => Some(Number::MapSize(fact(argument)?)),
            _ => None,
        }
    }

    /// A chain of arithmetic that nests to the left, without recursing along it.
    fn chain<T>(
        &mut self,
        expression: &Expression,
        mut part: impl FnMut(&mut Self, &Expression) -> Option<T>,
    ) -> Option<Box<Chain<T>>> {
        let mut steps = Vec::new();
        let mut base = expression;
        while let ExpressionKind::Binary {
            operator,
            left,
            right,
        } = &base.kind
        {
            steps.push((arithmetic(*operator)?, part(self, right)?));
            base = left;
        }
        steps.reverse();
        let first = part(self, base)?;
        Some(Box::new(Chain { first, steps }))
    }

    fn double(&mut self, expression: &Expression) -> Option<Double> {
        Some(match &expression.kind {
            _ if expression.ty == Type::Int => Double::Number(self.number(expression)?),
            _ if expression.ty != Type::Double => return None,
            ExpressionKind::Literal(Literal::Double(number)) => Double::Constant(*number),
            ExpressionKind::Target(attribute) => Double::Price(*attribute),
            ExpressionKind::Let(id) => match self.named(*id) {
                Shared::Double(shared) => Double::Shared(Arc::clone(shared)),
                _ => return None,
            },
            ExpressionKind::Negate(operand) => Double::Negate(Box::new(self.double(operand)?)),
            ExpressionKind::Binary { .. } => Double::Chain(self.chain(expression, Lowering::double)?),
            ExpressionKind::Conditional { .. } => Double::Choose(self.choose(expression, Lowering::double)?),
            ExpressionKind::Call {
                function: Function::Double,
                arguments,
            } => match arguments.as_slice() {
                [argument] => self.double(argument)?,
                _ => return None,
            },
            _ => return None,
        })
    }

    fn text(&mut self, expression: &Expression) -> Option<Text> {
        Some(match &expression.kind {
            _ if expression.ty != Type::String => return None,
            ExpressionKind::Literal(Literal::String(text)) => Text::Constant(text.as_str().into()),
            ExpressionKind::Fact(fact) => Text::Fact(*fact),
            ExpressionKind::Target(attribute) => Text::Target(*attribute),
            ExpressionKind::Let(id) => match self.named(*id) {
                Shared::Text(shared) => Text::Shared(Arc::clone(shared)),
                _ => return None,
            },
            ExpressionKind::Variable(name) => Text::Variable(self.place(name)?),
            ExpressionKind::Conditional { .. } => Text::Choose(self.choose(expression, Lowering::text)?),
            ExpressionKind::Entry { map, key } => Text::Entry(fact(map)?, Box::new(self.text(key)?)),
            ExpressionKind::Element { list, index } => {
                Text::Element(Box::new((self.list(list)?, self.number(index)?)))
            }
            ExpressionKind::Call {
                function: Function::String,
                arguments,
            } => match arguments.as_slice() {
                [argument] => self.text(argument)?,
                _ => return None,
            },
            _ => return None,
        })
    }

    fn list(&mut self, expression: &Expression) -> Option<List> {
        Some(match &expression.kind {
            ExpressionKind::Fact(fact) => List::Fact(*fact),
            ExpressionKind::Target(attribute) => List::Target(*attribute),
            ExpressionKind::Attempt(AttemptAttribute::Fallbacks) => List::Fallbacks,
            ExpressionKind::Let(id) => match self.named(*id) {
                Shared::List(shared) => List::Shared(Arc::clone(shared)),
                _ => return None,
            },
            ExpressionKind::List(items) => {
                List::Of(items.iter().map(|item| self.text(item)).collect::<Option<_>>()?)
            }
            ExpressionKind::Conditional { .. } => List::Choose(self.choose(expression, Lowering::list)?),
            _ => return None,
        })
    }
}
