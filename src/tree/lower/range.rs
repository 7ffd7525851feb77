//! Macros to native nodes: those over strings and ints whose conditions are native throughout.

use super::Lowering;
use crate::model::{Expression, ExpressionKind, Macro, Type};
use crate::tree::predicate::{MOST_VARIABLES, Number, Quantity, Range, Step, Truth};
use crate::tree::shape::fact;

impl Lowering<'_> {
    /// `all`, `exists` and `exists_one`.
    pub(super) fn quantified(&mut self, expression: &Expression) -> Option<Truth> {
        let ExpressionKind::Comprehension { kind, .. } = &expression.kind else {
            return None;
        };
        let quantity = match kind {
            Macro::All => Quantity::All,
            Macro::Exists => Quantity::Any,
            Macro::ExistsOne => Quantity::One,
            Macro::Filter | Macro::Map => return None,
        };
        Some(Truth::Quantified(quantity, Box::new(self.step(expression)?)))
    }

    /// The size of what `filter` leaves.
    pub(super) fn count(&mut self, list: &Expression) -> Option<Number> {
        match &list.kind {
            ExpressionKind::Comprehension {
                kind: Macro::Filter, ..
            } => Some(Number::Count(Box::new(self.step(list)?))),
            _ => None,
        }
    }

    /// A macro with one condition on each item.
    fn step(&mut self, expression: &Expression) -> Option<Step> {
        let ExpressionKind::Comprehension {
            range,
            variable,
            steps,
            ..
        } = &expression.kind
        else {
            return None;
        };
        let ([condition], place) = (steps.as_slice(), self.variables.len()) else {
            return None;
        };
        let range = self.range(range)?;
        if place == MOST_VARIABLES {
            return None;
        }
        self.variables.push(variable.clone());
        let outer = std::mem::replace(&mut self.reads_variable, false);
        let condition = self.truth(condition);
        self.variables.pop();
        let opaque = std::mem::replace(&mut self.reads_variable, outer);
        (!opaque).then_some(Step {
            range,
            place,
            condition,
        })
    }

    fn range(&mut self, range: &Expression) -> Option<Range> {
        match (&range.ty, &range.kind) {
            (
                Type::List(_),
                ExpressionKind::Comprehension {
                    kind: Macro::Filter, ..
                },
            ) => Some(Range::Filtered(Box::new(self.step(range)?))),
            (Type::List(item), ExpressionKind::List(items)) if **item == Type::Int => {
                let numbers = items.iter().map(|item| self.number(item));
                Some(Range::Numbers(numbers.collect::<Option<_>>()?))
            }
            (Type::List(item), ExpressionKind::Let(id)) if **item == Type::Int => {
                self.range(&self.policy.binding(*id)?.value)
            }
            (Type::List(item), _) if **item != Type::Int => Some(Range::Texts(self.list(range)?)),
            (Type::Map(..), _) => Some(Range::Keys(fact(range)?)),
            _ => None,
        }
    }

    /// The place of a macro's variable.
    pub(super) fn place(&self, variable: &str) -> Option<usize> {
        self.variables.iter().rposition(|known| known == variable)
    }

    /// Whether an expression reads the variable of a macro around it.
    pub(super) fn is_bound(&self, expression: &Expression) -> bool {
        let mut found = false;
        expression.walk(&mut |part| {
            if let ExpressionKind::Variable(name) = &part.kind {
                found |= self.place(name).is_some();
            }
        });
        found
    }
}
