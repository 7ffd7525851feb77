//! The order of a pool that picks the cheapest, as a formula: which member costs less is a bound on a sum of the request's
//! tokens, for each stretch of caps between the most that members put out.

use super::super::atom::NumberSubject;
use super::super::formula::{Formula, Formulas};
use super::bound;
use super::value::{Opaque, Sum};
use crate::decide::OUTPUT_WITHOUT_CAP;
use crate::facts::Builtin;
use crate::model::{Model, ModelId, Policy, Pool, Price};

/// That a pool's `pick cheapest` puts these of its members in this order; `None` where a cost leaves the numbers that
/// proofs reckon with.
pub(in super::super) fn in_order(
    policy: &Policy,
    pool: &Pool,
    order: &[ModelId],
    formulas: &mut Formulas,
) -> Option<Formula> {
    let mut all = Vec::new();
    for pair in order.windows(2) {
        if let [first, second] = pair {
            all.push(before(policy, pool, [*first, *second], formulas)?);
        }
    }
    Some(formulas.and(all))
}

/// That the first of two members comes before the second.
fn before(
    policy: &Policy,
    pool: &Pool,
    [first, second]: [ModelId; 2],
    formulas: &mut Formulas,
) -> Option<Formula> {
    let place = |id: ModelId| pool.members.iter().position(|(member, _)| *member == id);
    let written = place(first) < place(second);
    let (own, other) = (policy.model(first)?, policy.model(second)?);
    let (Some(price), Some(against)) = (&own.price, &other.price) else {
        // Members without a price come last, as written.
        let earlier = own.price.is_some() || other.price.is_none() && written;
        return Some(Formulas::constant(earlier));
    };
    let least = if written { 0 } else { -1 };
    let mut any = Vec::new();
    for (stretch, outputs) in stretches([own, other], policy, formulas).ok()? {
        let [own, other] = outputs;
        let difference = cost(price, &own).and_then(|own| own.plus(&cost(against, &other)?, -1));
        let cheaper = bound::at_most(&difference.ok()?, least, policy, formulas).ok()?;
        any.push(formulas.and([stretch, cheaper]));
    }
    Some(formulas.or(any))
}

/// The stretches of caps, each with the output that two models are reckoned with there.
fn stretches(
    models: [&Model; 2],
    policy: &Policy,
    formulas: &mut Formulas,
) -> Result<Vec<(Formula, [Sum; 2])>, Opaque> {
    let cap = Sum::of(NumberSubject::Fact(Builtin::MaxTokens.into()), 1);
    let up_to = |most: u64, formulas: &mut Formulas| bound::at_most(&cap, i128::from(most), policy, formulas);
    let uncapped = models.map(|model| {
        let output = OUTPUT_WITHOUT_CAP.min(model.max_output.unwrap_or(u64::MAX));
        Sum::constant(i128::from(output))
    });
    let mut below = up_to(0, formulas)?;
    let mut found = vec![(below, uncapped)];
    let mut ends: Vec<u64> = models.iter().filter_map(|model| model.max_output).collect();
    ends.sort_unstable();
    ends.dedup();
    for end in ends.into_iter().chain([u64::MAX]) {
        let within = up_to(end, formulas)?;
        let above = formulas.not(below);
        // What a model puts out at most lies in this stretch nowhere but at its end.
        let outputs = models.map(|model| match model.max_output {
            Some(most) if most < end => Sum::constant(i128::from(most)),
            _ => cap.clone(),
        });
        found.push((formulas.and([above, within]), outputs));
        below = within;
    }
    Ok(found)
}

/// What a request costs at most at a price, with this much output.
fn cost(price: &Price, output: &Sum) -> Result<Sum, Opaque> {
    let input = i128::from(price.input.picodollars());
    let input = Sum::of(NumberSubject::Fact(Builtin::Tokens.into()), input);
    let mut sum = Sum::default().plus(&input, 1)?;
    sum = sum.plus(output, i128::from(price.output.picodollars()))?;
    Ok(sum)
}
