//! `in`: over the elements of lists and the keys of maps.

use super::checker::Checker;
use super::comparison::relation;
use super::interval::Interval;
use super::knowledge::{Key, Knowledge};
use super::typed::Typed;
use super::types::{a, is_ranged, unify};
use crate::cel::{BinaryOperator as Operator, Literal};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expression as Checked, ExpressionKind as Kind, Type};
use crate::syntax::ast::Expression;

impl Checker<'_> {
    pub(super) fn membership(&mut self, whole: &Expression, member: Typed, range: Typed) -> Option<Typed> {
        let wanted = match range.ty() {
            Type::List(element) => element.as_ref().clone(),
            Type::Map(key, _) => key.as_ref().clone(),
            other => {
                let diagnostic = Diagnostic::error(
                    Code::TYPE_MISMATCH,
                    format!("`in` looks into a list or a map, not into {}", a(other)),
                )
                .at(range.span(), format!("this is {}", a(other)));
                let diagnostic = match (member.ty(), other) {
                    (Type::String, Type::String) => diagnostic
                        .help("for a part of a text, write `prompt.contains(\"…\")`; for one value, `==`"),
                    _ => diagnostic.help("for one value, write `==`"),
                };
                return self.refuse(diagnostic);
            }
        };
        if unify(member.ty(), &wanted).is_none() {
            return self.refuse(
                Diagnostic::error(
                    Code::TYPE_MISMATCH,
                    format!("{} can never be in {}", a(member.ty()), a(range.ty())),
                )
                .at(member.span(), format!("this is {}", a(member.ty())))
                .also(range.span(), format!("this is {}", a(range.ty())))
                .help(format!("look for {}", a(&wanted))),
            );
        }
        self.possible_members(&member, &range)?;
        if let (Type::Map(..), Some(Literal::String(key))) = (range.ty(), member.literal()) {
            let key = key.clone();
            self.header_name(&range.expression, &key, member.span())?;
        }
        let yes = known_where_in(&member, &range);
        Some(relation(whole, Operator::In, member, range).with_knowledge(yes, Knowledge::default()))
    }

    /// Refuses what can never be found: a literal in a list of known values, or a value among literals.
    fn possible_members(&mut self, member: &Typed, range: &Typed) -> Option<()> {
        let Type::List(element) = range.ty() else {
            return Some(());
        };
        if **element != Type::String {
            return Some(());
        }
        let Kind::List(elements) = &range.expression.kind else {
            return match &range.bounds.element(element).strings {
                Some(known) => self.possible_text(range, "hold", known, member),
                None => Some(()),
            };
        };
        if member.bounds.strings.is_none() || member.literal().is_some() {
            return Some(());
        }
        let mut is_possible = Some(());
        for element in elements {
            let literal = Typed::new(element.kind.clone(), Type::String, element.span);
            is_possible = self.possible(member, &literal).and(is_possible);
        }
        is_possible
    }
}

/// What holds where `member in range` is true.
fn known_where_in(member: &Typed, range: &Typed) -> Knowledge {
    let mut yes = Knowledge::default();
    if let Some(place) = range.place() {
        if let (Type::Map(..), Some(key)) = (range.ty(), Key::of(&member.expression)) {
            yes.and(&Knowledge::of_key(place.clone(), key));
        }
        let some = Interval::new(1, i128::MAX);
        yes.and(&Knowledge::of_range(place, some));
    }
    if let (Some(place), true, Kind::List(elements)) =
        (member.place(), is_ranged(member.ty()), &range.expression.kind)
        && let Some(hull) = literal_hull(elements)
    {
        yes.and(&Knowledge::of_range(place, hull));
    }
    yes
}

/// The range of a list of int or uint literals; `None` where an element is anything else.
fn literal_hull(elements: &[Checked]) -> Option<Interval> {
    elements
        .iter()
        .map(|element| match &element.kind {
            Kind::Literal(Literal::Int(number)) => Some(Interval::of(*number)),
            Kind::Literal(Literal::Uint(number)) => Some(Interval::of(*number)),
            _ => None,
        })
        .reduce(|one, other| Some(one?.hull(other?)))
        .flatten()
}
