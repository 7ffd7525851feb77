//! Step 5, splits: one arm is drawn among those that still hold a target, their shares re-scaled.

use super::draw::split_draw;
use super::eligibility::Eligibility;
use super::targets::ExpandedChoice;
use super::tracer::{ArmTrace, SplitTrace, Tracer};
use crate::facts::{Builtin, FactId, Facts, Value};
use crate::model::{Route, Split, SplitKey};
use crate::quantity::{HexDigits, Probability, Share};
use smallvec::SmallVec;
use std::borrow::Cow;

/// The arm that a request takes; `None` where none holds a target.
///
/// The draw is over the fact as text: a string as it is, a number in decimal, a truth as `true` or `false`, a list's
/// strings with commas between, a time stamp in RFC 3339. Where that is empty, and for `split by request`, the seed in
/// 16 hex digits takes its place.
pub(super) fn draw<'c>(
    route: &Route,
    split: &Split,
    arms: &'c [ExpandedChoice],
    eligibility: &Eligibility,
    facts: &Facts,
    seed: u64,
    tracer: &mut impl Tracer,
) -> Option<&'c ExpandedChoice> {
    let open: SmallVec<[&ExpandedChoice; 8]> = arms
        .iter()
        .filter(|arm| arm.members.iter().any(|model| eligibility.allows(*model)))
        .collect();
    let draw = (!open.is_empty()).then(|| number(route, split, facts, seed));
    let chosen = draw
        .and_then(|draw| arm_at(open.iter().map(|arm| arm.share.unwrap_or_default()), draw))
        .and_then(|at| open.get(at))
        .copied();
    tracer.split(|| {
        let is = |arms: &[&ExpandedChoice], named| arms.iter().any(|arm| arm.named == named);
        let seed = HexDigits::of(seed);
        let (key, by_seed) = key(split, facts, &seed);
        SplitTrace {
            by: split.by,
            key: key.into_owned(),
            by_seed,
            draw,
            arms: split
                .arms
                .iter()
                .map(|arm| ArmTrace {
                    named: arm.choice.named,
                    share: arm.share,
                    open: is(&open, arm.choice.named),
                })
                .collect(),
            chosen: chosen.and_then(|chosen| {
                split
                    .arms
                    .iter()
                    .position(|arm| arm.choice.named == chosen.named && Some(arm.share) == chosen.share)
            }),
        }
    });
    chosen
}

/// The number that is drawn, 0 to 9,999.
pub(super) fn number(route: &Route, split: &Split, facts: &Facts, seed: u64) -> u64 {
    let seed = HexDigits::of(seed);
    let (key, _) = key(split, facts, &seed);
    split_draw(&route.name, facts.string(Builtin::Tenant.into()), &key)
}

/// The text to draw by, and whether it is the seed's.
fn key<'f>(split: &Split, facts: &'f Facts, seed: &'f HexDigits) -> (Cow<'f, str>, bool) {
    let text = match split.by {
        SplitKey::Fact(fact) => text_of(facts, fact),
        SplitKey::Request => Cow::Borrowed(""),
    };
    match text.is_empty() {
        true => (Cow::Borrowed(seed.as_str()), true),
        false => (text, false),
    }
}

/// A fact as text.
pub(super) fn text_of(facts: &Facts, fact: FactId) -> Cow<'_, str> {
    match facts.get(fact) {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Int(number)) => number.to_string().into(),
        Some(Value::Bool(truth)) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        Some(Value::StringList(items)) => items.join(",").into(),
        Some(Value::Timestamp(moment)) => moment.to_string().into(),
        Some(Value::StringMap(_)) | None => Cow::Borrowed(""),
    }
}

/// The position of the arm in whose part of the whole the draw falls, each part its share over the sum of all:
/// draw / 10,000 is held against the running sum / sum, in whole numbers.
pub(super) fn arm_at(shares: impl Iterator<Item = Share> + Clone, draw: u64) -> Option<usize> {
    let points = |share: Share| u64::from(share.basis_points());
    let sum: u64 = shares.clone().map(points).sum();
    let mut running = 0;
    shares.map(points).position(|share| {
        running += share;
        draw * sum < running * u64::from(Share::WHOLE)
    })
}

/// For each of these shares, re-scaled to the whole, with what probability it is drawn: how many of the 10,000 draws fall
/// into its part.
pub(super) fn arm_probabilities(
    shares: impl Iterator<Item = Share> + Clone,
) -> impl Iterator<Item = Probability> {
    let whole = u64::from(Share::WHOLE);
    let points = |share: Share| u64::from(share.basis_points());
    let sum: u64 = shares.clone().map(points).sum();
    let (mut running, mut before) = (0, 0);
    shares.map(points).map(move |share| {
        running += share;
        let end = (running * whole).div_ceil(sum.max(1));
        let draws = end - before;
        before = end;
        Probability::new(draws, whole).unwrap_or(Probability::NEVER)
    })
}

/// For each arm of a split that is drawn by the seed, a seed that takes it, the least there is: of the seeds from 0,
/// at most `most` are tried. `None` for an arm that is not open, and for one that none of these seeds takes.
pub fn seeds_of_arms(route: &Route, facts: &Facts, split: &SplitTrace, most: u64) -> Vec<Option<u64>> {
    let open: Vec<(usize, Share)> = split
        .arms
        .iter()
        .enumerate()
        .filter(|(_, arm)| arm.open)
        .map(|(at, arm)| (at, arm.share))
        .collect();
    let tenant = facts.string(Builtin::Tenant.into());
    let mut seeds = vec![None; split.arms.len()];
    let mut missing = open.len();
    for seed in 0..most {
        if missing == 0 {
            break;
        }
        let draw = split_draw(&route.name, tenant, HexDigits::of(seed).as_str());
        let at = arm_at(open.iter().map(|(_, share)| *share), draw).and_then(|at| open.get(at));
        if let Some(slot @ None) = at.and_then(|(at, _)| seeds.get_mut(*at)) {
            *slot = Some(seed);
            missing -= 1;
        }
    }
    seeds
}
