//! Guards and routes that a client can escape or enter by what it claims: a header, metadata, a tag, `user`.
//!
//! What a request is by its nature (its tokens, tools, images, the model asked for) is no claim in this sense: who asks
//! for less gets less.

use crate::cel::{BinaryOperator, Literal};
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Builtin, FactId, Origin};
use crate::model::{Expression, ExpressionKind, GuardEffect, Policy, RouteAction};
use crate::source::Span;
use std::collections::BTreeSet;

/// A claim that a condition rests on.
#[derive(Clone, Debug)]
struct Claim {
    span: Span,
    fact: String,
    tag: Option<String>,
}

/// What conditions are searched with.
struct Claims<'a> {
    policy: &'a Policy,
    reserved: BTreeSet<&'a str>,
    /// For each `let` the claim that it rests on, and whether it reads what is verified.
    lets: Vec<(Option<Claim>, bool)>,
}

/// Reports guards whose effect a client can change by a claim, routes whose condition mixes what is verified with a claim
/// that opens or leaves them, and routes that a claim alone opens before others that ask for what is verified.
pub(in crate::check) fn claimed_facts(policy: &Policy, report: &mut Report) {
    let claims = Claims::of(policy);
    for guard in &policy.guards {
        let requires = guard.effects.iter().filter_map(|effect| match effect {
            GuardEffect::Require(condition) => Some(condition),
            _ => None,
        });
        if let Some(claim) = guard
            .when
            .iter()
            .chain(requires)
            .find_map(|condition| claims.claim(condition))
        {
            let message = format!("a client can escape the guard `{}`", guard.name);
            report.push(claim.warning(message));
        }
    }
    for (index, route) in policy.routes.iter().enumerate() {
        let claim = route.when.as_ref().and_then(|when| claims.loophole(when));
        let claim = claim.or_else(|| claims.shortcut(index));
        if let Some(claim) = claim {
            let message = format!("a client can choose whether the route `{}` takes it", route.name);
            report.push(claim.warning(message));
        }
    }
}

impl Claim {
    fn warning(self, message: String) -> Diagnostic {
        let diagnostic = Diagnostic::warning(Code::CLAIMED_FACT, message).at(
            self.span,
            match &self.tag {
                Some(tag) => format!("no tenant lists the tag `{tag}`, so any client can claim it"),
                None => format!("`{}` is what the client says it is", self.fact),
            },
        );
        match self.tag {
            Some(tag) => diagnostic.help(format!("list `{tag}` in the `tags` of the tenants that have it")),
            None => diagnostic.help("decide by `tenant`, `tier`, `region` or a fact from tenant"),
        }
    }
}

impl<'a> Claims<'a> {
    fn of(policy: &'a Policy) -> Self {
        let mut claims = Claims {
            policy,
            reserved: policy.reserved_tags(),
            lets: Vec::with_capacity(policy.lets.len()),
        };
        for binding in &policy.lets {
            let found = (claims.claim(&binding.value), claims.verified(&binding.value));
            claims.lets.push(found);
        }
        claims
    }

    /// The first claim that an expression rests on.
    fn claim(&self, expression: &Expression) -> Option<Claim> {
        if let Some(tag) = tag_test(expression) {
            let free = !self.reserved.contains(tag);
            return free.then(|| Claim {
                span: expression.span,
                fact: "tags".to_owned(),
                tag: Some(tag.to_owned()),
            });
        }
        match expression.kind {
            ExpressionKind::Fact(id) => self.claimed(id).map(|fact| Claim {
                span: expression.span,
                fact,
                tag: None,
            }),
            ExpressionKind::Let(id) => {
                let (claim, _) = self.lets.get(id.0 as usize)?;
                claim.clone().map(|claim| Claim {
                    span: expression.span,
                    ..claim
                })
            }
            _ => expression
                .children()
                .into_iter()
                .find_map(|part| self.claim(part)),
        }
    }

    /// The fact's name, where it is a claim.
    fn claimed(&self, id: FactId) -> Option<String> {
        let definition = self.policy.facts.get(id)?;
        let claimed = match &definition.origin {
            Origin::Builtin(builtin) => matches!(
                builtin,
                Builtin::User | Builtin::Tags | Builtin::Headers | Builtin::Metadata
            ),
            Origin::Tenant => false,
            Origin::Header(_) | Origin::Metadata(_) => true,
        };
        claimed.then(|| definition.name.clone())
    }

    /// Whether an expression reads what is verified of the caller.
    fn verified(&self, expression: &Expression) -> bool {
        if let Some(tag) = tag_test(expression) {
            return self.reserved.contains(tag);
        }
        match expression.kind {
            ExpressionKind::Fact(id) => {
                let definition = self.policy.facts.get(id);
                definition.is_some_and(|definition| match &definition.origin {
                    Origin::Tenant => true,
                    Origin::Builtin(builtin) => {
                        matches!(builtin, Builtin::Tenant | Builtin::Tier | Builtin::Region)
                    }
                    Origin::Header(_) | Origin::Metadata(_) => false,
                })
            }
            ExpressionKind::Let(id) => self
                .lets
                .get(id.0 as usize)
                .is_some_and(|(_, verified)| *verified),
            _ => expression.children().into_iter().any(|part| self.verified(part)),
        }
    }

    /// A claim by which a client enters what only some callers may (`tier == "gold" || "vip" in tags`), or leaves what
    /// some callers must take (`tier == "free" && !("vip" in tags)`).
    fn loophole(&self, condition: &Expression) -> Option<Claim> {
        match &condition.kind {
            ExpressionKind::Or(parts) if parts.iter().any(|part| self.verified(part)) => parts
                .iter()
                .filter(|part| !self.verified(part))
                .find_map(|part| self.claim(part)),
            ExpressionKind::And(parts) if parts.iter().any(|part| self.verified(part)) => {
                let left = parts.iter().find_map(|part| self.leaving(part));
                left.or_else(|| parts.iter().find_map(|part| self.loophole(part)))
            }
            ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
                parts.iter().find_map(|part| self.loophole(part))
            }
            _ => None,
        }
    }
}

impl Claims<'_> {
    /// A claim that is denied: whoever makes it leaves the condition (`!beta`, `!("vip" in tags)`, `user != "admin"`).
    fn leaving(&self, part: &Expression) -> Option<Claim> {
        match &part.kind {
            ExpressionKind::Not(operand) if !self.verified(operand) => self.claim(operand),
            ExpressionKind::Binary {
                operator: BinaryOperator::NotEqual,
                ..
            } if !self.verified(part) => self.claim(part),
            _ => None,
        }
    }

    /// A claim alone that opens a route which sends, past a later one for some tiers: who is to take that one can choose
    /// this one.
    fn shortcut(&self, index: usize) -> Option<Claim> {
        let (route, later) = self.policy.routes.get(index..)?.split_first()?;
        let when = route.when.as_ref().filter(|when| self.is_claim_alone(when))?;
        let sends = matches!(route.action, RouteAction::Send(_));
        let mut conditions = later.iter().filter_map(|other| other.when.as_ref());
        let passes = conditions.any(|when| self.reads(when, &|fact| fact == FactId::from(Builtin::Tier)));
        (sends && passes).then(|| self.claim(when)).flatten()
    }

    /// Whether a condition reads nothing but what the client claims.
    fn is_claim_alone(&self, condition: &Expression) -> bool {
        !self.verified(condition) && !self.reads(condition, &|fact| self.claimed(fact).is_none())
    }

    /// Whether an expression reads one of these facts, in a `let` or itself.
    fn reads(&self, expression: &Expression, which: &dyn Fn(FactId) -> bool) -> bool {
        match expression.kind {
            ExpressionKind::Fact(id) => which(id),
            ExpressionKind::Let(id) => {
                let binding = self.policy.lets.get(id.0 as usize);
                binding.is_some_and(|binding| self.reads(&binding.value, which))
            }
            _ => expression
                .children()
                .into_iter()
                .any(|part| self.reads(part, which)),
        }
    }
}

/// The tag that `"…" in tags` asks for.
fn tag_test(expression: &Expression) -> Option<&str> {
    let ExpressionKind::Binary {
        operator: BinaryOperator::In,
        left,
        right,
    } = &expression.kind
    else {
        return None;
    };
    match (&left.kind, &right.kind) {
        (ExpressionKind::Literal(Literal::String(tag)), ExpressionKind::Fact(id))
            if *id == FactId::from(Builtin::Tags) =>
        {
            Some(tag)
        }
        _ => None,
    }
}
