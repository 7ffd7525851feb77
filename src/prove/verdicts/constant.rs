//! Conditions, and parts of them, that are always true or always false.
//!
//! A part is looked at where it stands: `tokens > 5` says nothing beside `tokens > 10`. That something is always false
//! is told of the tenants that there are; that a part is always true of any tenants, since those come and go.

use super::super::formula::Formula;
use super::super::patience::Patience;
use super::super::query::{Answer, Query};
use super::super::space::Space;
use crate::cel::BinaryOperator;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::FactId;
use crate::model::{Expression, ExpressionKind, LetId, Type};
use crate::source::Span;
use std::collections::BTreeSet;

/// A condition of the policy, and what is said of it as a whole.
struct Condition<'a> {
    expression: &'a Expression,
    /// Whether it may always hold without that being worth telling.
    may_hold: bool,
}

/// Says which conditions never change. `said` tells of places where the checker has said so already. What comes back are
/// the conditions of which more is said here: several of their parts together make them what they are.
pub(in super::super) fn conditions(
    space: &mut Space<'_>,
    patience: &dyn Patience,
    said: &dyn Fn(Span) -> bool,
    found: &mut Vec<Diagnostic>,
) -> Vec<Span> {
    let policy = space.policy;
    let lets = policy.lets.iter().map(|binding| Condition {
        expression: &binding.value,
        may_hold: false,
    });
    let guards = policy.guards.iter().filter_map(|guard| guard.when.as_ref());
    let rules = guards.chain(policy.routes.iter().filter_map(|route| route.when.as_ref()));
    let rules = rules.map(|expression| Condition {
        expression,
        may_hold: false,
    });
    let asserts = policy.asserts.iter().filter_map(|assert| assert.when.as_ref());
    let asserts = asserts.map(|expression| Condition {
        expression,
        may_hold: true,
    });
    let assumes = policy.assumes.iter().map(|assume| Condition {
        expression: &assume.that,
        may_hold: false,
    });
    let all: Vec<Condition<'_>> = lets.chain(rules).chain(asserts).chain(assumes).collect();
    let mut examination = Examination {
        space,
        patience,
        said,
        found,
        settled: Vec::new(),
    };
    for condition in all {
        if patience.is_over() {
            break;
        }
        let is_switch = matches!(
            condition.expression.kind,
            ExpressionKind::Literal(_) | ExpressionKind::Let(_)
        );
        if condition.expression.ty == Type::Bool && !is_switch {
            examination.whole(&condition);
        }
    }
    examination.settled
}

struct Examination<'e, 'a> {
    space: &'e mut Space<'a>,
    patience: &'e dyn Patience,
    said: &'e dyn Fn(Span) -> bool,
    found: &'e mut Vec<Diagnostic>,
    settled: Vec<Span>,
}

impl Examination<'_, '_> {
    fn whole(&mut self, condition: &Condition<'_>) {
        let expression = condition.expression;
        let formula = self.space.condition(expression);
        if self.never(&[formula], true) {
            return self.constant(expression, false);
        }
        let not = self.space.formulas.not(formula);
        if self.never(&[not], false) {
            if !condition.may_hold {
                self.constant(expression, true);
            }
            return;
        }
        self.parts(expression, &mut Vec::new());
    }

    /// Looks at the operands of a connective, each where its neighbours do not decide already. `context` holds what is
    /// true around it.
    fn parts(&mut self, expression: &Expression, context: &mut Vec<Formula>) {
        let (operands, conjunction) = match &expression.kind {
            ExpressionKind::And(operands) => (operands, true),
            ExpressionKind::Or(operands) => (operands, false),
            ExpressionKind::Not(operand) => {
                return match &operand.kind {
                    ExpressionKind::And(_) | ExpressionKind::Or(_) => self.parts(operand, context),
                    _ => {}
                };
            }
            _ => return,
        };
        if operands.iter().any(|operand| (self.said)(operand.span)) {
            return;
        }
        let formulas: Vec<Formula> = operands
            .iter()
            .map(|operand| self.space.condition(operand))
            .collect();
        if context.is_empty() && self.independent(&formulas) {
            return self.inner(operands, &formulas, conjunction, context);
        }
        for (at, operand) in operands.iter().enumerate() {
            if self.patience.is_over() || is_let(operand) || guards_an_entry(at, operands) {
                continue;
            }
            let Some(own) = formulas.get(at).copied() else {
                continue;
            };
            // Of a conjunction the part matters where the others hold, of a disjunction where they do not.
            let mut around = context.clone();
            for (other, formula) in formulas.iter().enumerate() {
                if other != at {
                    let formula = if conjunction {
                        *formula
                    } else {
                        self.space.formulas.not(*formula)
                    };
                    around.push(formula);
                }
            }
            let not = self.space.formulas.not(own);
            let deciding = if conjunction { not } else { own };
            around.push(deciding);
            if self.never(&around, false) {
                self.idle(operand, conjunction);
                // What follows from the others is left out when their turn comes: one of two equal parts is enough.
                return;
            }
        }
        self.inner(operands, &formulas, conjunction, context);
    }

    fn inner(
        &mut self,
        operands: &[Expression],
        formulas: &[Formula],
        conjunction: bool,
        context: &mut Vec<Formula>,
    ) {
        for (at, operand) in operands.iter().enumerate() {
            if !matches!(
                operand.kind,
                ExpressionKind::And(_) | ExpressionKind::Or(_) | ExpressionKind::Not(_)
            ) {
                continue;
            }
            let before = context.len();
            for (other, formula) in formulas.iter().enumerate() {
                if other != at {
                    let formula = if conjunction {
                        *formula
                    } else {
                        self.space.formulas.not(*formula)
                    };
                    context.push(formula);
                }
            }
            self.parts(operand, context);
            context.truncate(before);
        }
    }

    /// Whether no two of the formulas speak of the same facts, so that none can decide another; and none is constant.
    fn independent(&self, formulas: &[Formula]) -> bool {
        let mut seen: BTreeSet<FactId> = BTreeSet::new();
        formulas.iter().all(|formula| {
            let mut facts = self.space.formulas.facts_of(*formula);
            if self.space.tenants.closed() && facts.iter().any(|fact| self.space.tenants.says(*fact)) {
                // Facts from tenant hang together.
                facts.extend(self.space.tenants.derived());
            }
            !facts.is_empty() && facts.into_iter().all(|fact| seen.insert(fact))
        })
    }

    /// Whether no request has all of these; of any tenants, where `closed` is false.
    fn never(&mut self, formulas: &[Formula], closed: bool) -> bool {
        let all = self.space.formulas.and(formulas.iter().copied());
        if let Some(truth) = super::super::query::is_constant(all) {
            return !truth;
        }
        self.asked(all, closed)
    }

    fn asked(&mut self, formula: Formula, closed: bool) -> bool {
        let before = self.space.tenants.open(!closed);
        let mut query = Query::new(self.space, self.patience);
        query.demand(formula);
        let answer = query.answer();
        self.space.tenants.open(before);
        matches!(answer, Answer::Contradiction(_))
    }

    /// Tells of a condition that is always true, or always false, with the parts that make it so underlined.
    fn constant(&mut self, expression: &Expression, truth: bool) {
        let parts = self.deciding(expression, truth);
        if (self.said)(expression.span) {
            if parts.len() < 2 {
                return;
            }
            self.settled.push(expression.span);
        }
        let message = format!("this condition is always {truth}");
        let diagnostic = Diagnostic::warning(Code::CONSTANT_CONDITION, message);
        let diagnostic = match parts.split_first() {
            Some((first, others)) if !others.is_empty() => {
                let label = if truth {
                    "one of the parts underlined always holds"
                } else {
                    "the parts underlined exclude each other"
                };
                let diagnostic = diagnostic.at(*first, label);
                others
                    .iter()
                    .fold(diagnostic, |diagnostic, span| diagnostic.also(*span, ""))
            }
            Some((only, _)) => diagnostic.at(*only, format!("always {truth}")),
            None => diagnostic.at(expression.span, format!("always {truth}")),
        };
        let formula = self.space.condition(expression);
        let by_tenants = !truth && !self.never(&[formula], false);
        self.found.push(if by_tenants {
            diagnostic
                .help("no tenant of this policy meets it")
                .help("leave the rule out, or correct it or the tenants")
        } else if truth {
            diagnostic.help("leave the condition out, or write what was meant")
        } else {
            diagnostic.help("leave the rule out, or write what was meant")
        });
    }

    /// The operands of a conjunction that contradict each other, or of a disjunction that leave nothing out: none of
    /// those that come back could be left out.
    fn deciding(&mut self, expression: &Expression, truth: bool) -> Vec<Span> {
        let operands = match &expression.kind {
            ExpressionKind::And(operands) if !truth => operands,
            ExpressionKind::Or(operands) if truth => operands,
            _ => return vec![expression.span],
        };
        let mut formulas: Vec<Formula> = Vec::with_capacity(operands.len());
        for operand in operands {
            let formula = self.space.condition(operand);
            formulas.push(if truth {
                self.space.formulas.not(formula)
            } else {
                formula
            });
        }
        let mut kept: Vec<usize> = (0..operands.len()).collect();
        let mut at = kept.len();
        while at > 0 {
            at -= 1;
            let mut less = kept.clone();
            less.remove(at);
            let others: Vec<Formula> = less.iter().filter_map(|at| formulas.get(*at).copied()).collect();
            if self.never(&others, !truth) {
                kept = less;
            }
        }
        kept.into_iter()
            .filter_map(|at| operands.get(at))
            .map(|operand| operand.span)
            .collect()
    }

    fn idle(&mut self, operand: &Expression, conjunction: bool) {
        let truth = conjunction;
        let label = if conjunction {
            "always true where the other parts are"
        } else {
            "never true where the other parts are not"
        };
        self.found.push(
            Diagnostic::warning(
                Code::CONSTANT_CONDITION,
                format!("this part of the condition is always {truth}"),
            )
            .at(operand.span, label)
            .help("leave the part out, or write what was meant"),
        );
    }
}

fn is_let(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Let(LetId(_)))
}

/// Whether an operand asks for a key of a map, and another one reads what stands under a key: without the first the
/// second could not be written.
fn guards_an_entry(at: usize, operands: &[Expression]) -> bool {
    let asks = operands.get(at).is_some_and(|operand| {
        let bare = match &operand.kind {
            ExpressionKind::Not(inner) => inner,
            _ => operand,
        };
        match &bare.kind {
            ExpressionKind::Has { .. } => true,
            ExpressionKind::Binary { operator, right, .. } => {
                *operator == BinaryOperator::In && matches!(right.ty, Type::Map(..))
            }
            _ => false,
        }
    });
    let reads = |(other, operand): (usize, &Expression)| {
        let mut reads = false;
        operand.walk(&mut |part| reads |= matches!(part.kind, ExpressionKind::Entry { .. }));
        other != at && reads
    };
    asks && operands.iter().enumerate().any(reads)
}
