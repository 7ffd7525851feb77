//! What is not known since it rests on parts that proofs do not look into: those that may decide it, underlined, with
//! the native form of each that has one.

use super::atom::Atom;
use super::formula::Formula;
use super::space::Space;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Assert, Route};
use crate::source::Span;
use std::collections::BTreeSet;

/// Most places that are underlined in one diagnostic.
const MAX_PLACES: usize = 5;

/// An assert that is neither proved nor refuted.
pub(super) fn unknown_assert(
    space: &Space<'_>,
    assert: &Assert,
    doubted: &BTreeSet<Formula>,
    said: &[Diagnostic],
) -> Diagnostic {
    let message = format!("whether the assert `{}` holds is not known", assert.name);
    let diagnostic =
        Diagnostic::error(Code::ASSERT_UNKNOWN, message).at(assert.span, "neither proved nor refuted");
    underlined(space, diagnostic, doubted, said).help(
        "write what is underlined with comparisons, `in`, `&&`, `||`, string functions or literal patterns, or state \
         what may be relied on in an `assume`",
    )
}

/// A route that guards may leave without a target.
pub(super) fn may_leave_no_target(
    space: &Space<'_>,
    route: &Route,
    doubted: &BTreeSet<Formula>,
    said: &[Diagnostic],
) -> Diagnostic {
    let message = format!("guards may leave the route `{}` without any target", route.name);
    let diagnostic = Diagnostic::warning(Code::MAY_LEAVE_NO_TARGET, message)
        .at(route.span, "parts that proofs do not look into decide it");
    underlined(space, diagnostic, doubted, said)
        .help("give the route a target that the guards allow in any case")
}

fn underlined(
    space: &Space<'_>,
    diagnostic: Diagnostic,
    doubted: &BTreeSet<Formula>,
    said: &[Diagnostic],
) -> Diagnostic {
    let places: Vec<Span> = places(space, doubted).into_iter().take(MAX_PLACES).collect();
    let natives: Vec<String> = places.iter().filter_map(|place| native(*place, said)).collect();
    let marked = places.into_iter().fold(diagnostic, |diagnostic, place| {
        diagnostic.also(place, "proofs do not look into this")
    });
    natives.into_iter().fold(marked, |diagnostic, native| {
        diagnostic.help(format!("there is a native form: {native}"))
    })
}

/// The places of the parts in these formulas that are not looked into, in the order of the text.
fn places(space: &Space<'_>, doubted: &BTreeSet<Formula>) -> BTreeSet<Span> {
    let atoms = space.formulas.atoms_in(doubted.iter().copied());
    atoms
        .into_iter()
        .filter_map(|atom| match space.formulas.atom_of(atom)? {
            Atom::Opaque(text) => Some(space.encoder.unseen(text)?.part.span),
            _ => None,
        })
        .collect()
}

/// What the checker has said of a native form of a part, or of a part of it.
fn native(place: Span, said: &[Diagnostic]) -> Option<String> {
    let of_it = said.iter().find(|found| {
        let within = found.primary().is_some_and(|label| label.span.is_within(place));
        found.code() == Code::NATIVE_FORM && within
    })?;
    of_it.help_lines().first().cloned()
}
