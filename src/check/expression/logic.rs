//! `!`, `&&`, `||` and `? :`, which decide what is known where their parts stand.

use super::checker::Checker;
use super::knowledge::Knowledge;
use super::typed::Typed;
use super::types::{a, unify};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ExpressionKind as Kind, Type};
use crate::source::Span;
use crate::syntax::ast::Expression;

impl Checker<'_> {
    pub(super) fn not(&mut self, operand: &Expression, span: Span) -> Option<Typed> {
        let operand = self.condition(operand)?;
        let (yes, no) = (operand.yes.clone(), operand.no.clone());
        Some(Typed::new(Kind::Not(operand.expression), Type::Bool, span).with_knowledge(no, yes))
    }

    /// A part that must be a bool.
    fn condition(&mut self, expression: &Expression) -> Option<Typed> {
        let typed = self.expression(expression)?;
        self.expect(typed, &Type::Bool)
    }

    /// Each operand stands where all before it are true.
    pub(super) fn and(&mut self, operands: &[Expression], span: Span) -> Option<Typed> {
        let chain = self.chain(operands, |typed| (&typed.yes, &typed.no))?;
        Some(Typed::new(Kind::And(chain.operands), Type::Bool, span).with_knowledge(chain.through, chain.out))
    }

    /// Each operand stands where all before it are false.
    pub(super) fn or(&mut self, operands: &[Expression], span: Span) -> Option<Typed> {
        let chain = self.chain(operands, |typed| (&typed.no, &typed.yes))?;
        Some(Typed::new(Kind::Or(chain.operands), Type::Bool, span).with_knowledge(chain.out, chain.through))
    }

    /// Operands of which each is reached through those before it. `ways` gives what is known behind an operand where
    /// the next one is asked, and where it is not.
    fn chain(
        &mut self,
        operands: &[Expression],
        ways: impl Fn(&Typed) -> (&Knowledge, &Knowledge),
    ) -> Option<Chain> {
        let around = self.knowledge.clone();
        let mut chain = Chain::default();
        let mut out: Option<Knowledge> = None;
        let mut is_whole = true;
        for operand in operands {
            let Some(typed) = self.condition(operand) else {
                is_whole = false;
                continue;
            };
            let (through, left) = ways(&typed);
            self.knowledge.and(through);
            chain.through.and(through);
            match &mut out {
                Some(out) => out.or(left),
                None => out = Some(left.clone()),
            }
            chain.operands.push(*typed.expression);
        }
        self.knowledge = around;
        chain.out = out.unwrap_or_default();
        is_whole.then_some(chain)
    }

    pub(super) fn conditional(
        &mut self,
        condition: &Expression,
        then: &Expression,
        otherwise: &Expression,
        span: Span,
    ) -> Option<Typed> {
        let condition = self.condition(condition);
        let (yes, no) = match &condition {
            Some(condition) => (condition.yes.clone(), condition.no.clone()),
            None => Default::default(),
        };
        let then = self.under(&yes, then);
        let otherwise = self.under(&no, otherwise);
        self.branches(condition?, then?, otherwise?, span)
    }

    /// A `? :` whose parts are checked. On its own, so that the way down takes little of the stack.
    fn branches(&mut self, condition: Typed, then: Typed, otherwise: Typed, span: Span) -> Option<Typed> {
        let (yes, no) = (condition.yes.clone(), condition.no.clone());
        let Some(ty) = unify(then.ty(), otherwise.ty()) else {
            return self.refuse(
                Diagnostic::error(
                    Code::TYPE_MISMATCH,
                    "the two branches of `? :` are of unlike types",
                )
                .at(otherwise.span(), format!("this is {}", a(otherwise.ty())))
                .also(then.span(), format!("this is {}", a(then.ty())))
                .help("give both branches one type"),
            );
        };
        let mut bounds = then.bounds.clone();
        bounds.join(&otherwise.bounds, &ty);
        let both = |condition: &Knowledge, branch: &Knowledge| {
            let mut known = condition.clone();
            known.and(branch);
            known
        };
        let mut is_true = both(&yes, &then.yes);
        is_true.or(&both(&no, &otherwise.yes));
        let mut is_false = both(&yes, &then.no);
        is_false.or(&both(&no, &otherwise.no));
        let kind = Kind::Conditional {
            condition: condition.expression,
            then: then.expression,
            otherwise: otherwise.expression,
        };
        Some(
            Typed::new(kind, ty, span)
                .with_bounds(bounds)
                .with_knowledge(is_true, is_false),
        )
    }
}

/// A checked chain of `&&` or `||`.
#[derive(Default)]
struct Chain {
    operands: Vec<crate::model::Expression>,
    /// What is known where the chain was gone through to its end.
    through: Knowledge,
    /// What is known where it was left before.
    out: Knowledge,
}
