//! `diff` held against all requests of small policies: those that proofs are compared on, with one rule changed. It says
//! that no request is decided otherwise where, and only where, none of them is.

use super::{Tally, compare_all};
use crate::brute_force::choices::Choices;
use crate::brute_force::sketch::{Change, Sketch};
use crate::brute_force::{domain, draw};
use crate::proofs_agree_with_brute_force::bytes;
use crate::support::decisions::{Told, decided, told};
use crate::support::regions::{reproduced, tells};
use pointsman::compile::compile_text;
use pointsman::facts::{Builtin, Facts};
use pointsman::prove::Unlimited;
use pointsman::prove::difference::difference;
use pointsman::tree::Tree;
use serde_json::Value as Json;

/// How many policies are drawn; `CASES` in the environment says otherwise.
const CASES: u64 = 100;

/// Seeds that each request is tried with.
const SEEDS: u64 = 3;

#[test]
fn no_request_is_decided_otherwise_where_diff_says_so_and_only_there() {
    let (cases, tally) = compare_all(CASES, compare);
    assert!(tally.pairs * 2 > cases, "most pairs are compared: {tally:?}");
    assert!(tally.equal * 50 > tally.pairs, "some pairs are equal: {tally:?}");
    assert!(
        tally.incomplete * 10 < tally.pairs,
        "nearly all is told: {tally:?}"
    );
    assert!(
        tally.moved * 50 > tally.requests,
        "some requests are decided otherwise: {tally:?}"
    );
}

/// One pair of policies.
fn compare(case: u64) -> Result<Tally, String> {
    let sketch = draw::sketch(&mut Choices::new(&bytes(case)));
    let (edited, change) = edited(&sketch, &mut Choices::new(&bytes(!case)));
    let texts = [sketch.text(Change::default()), edited.text(change)];
    let [Ok(old), Ok(new), Ok(probe)] =
        [&texts[0], &texts[1], &sketch.probe()].map(|text| compile_text(text))
    else {
        return Ok(Tally::default());
    };
    let Some(mut requests) = domain::requests(&sketch, &probe.tree) else {
        return Ok(Tally::default());
    };
    requests.retain(|facts| is_served(&old.tree, facts));
    held(&old.tree, &new.tree, &requests).map_err(|fault| {
        format!(
            "case {case}: {fault}\n{}\n---------- new ----------\n{}",
            texts[0], texts[1]
        )
    })
}

/// Whether what serves the model asked for is what a request says.
fn is_served(tree: &Tree, facts: &Facts) -> bool {
    let policy = tree.policy();
    let serving = policy.requested(facts.string(Builtin::Model.into()));
    let name = serving.map(|named| policy.name_of(named)).unwrap_or_default();
    facts.string(Builtin::Requested.into()) == name
}

/// The policy with one rule changed.
fn edited(sketch: &Sketch, choices: &mut Choices<'_>) -> (Sketch, Change) {
    let mut edited = sketch.clone();
    let mut change = Change::default();
    let atoms: Vec<String> = sketch.atoms.iter().map(|atom| atom.text.clone()).collect();
    let route = choices.pick(sketch.routes.len());
    let other = choices.pick(sketch.routes.len());
    let guard = choices.pick(sketch.guards.len().max(1));
    match choices.pick(7) {
        0 if route + 1 < sketch.routes.len() => change.without_route = Some(route),
        1 if guard < sketch.guards.len() => change.without_guard = Some(guard),
        2 if guard < sketch.guards.len() => {
            let when = edited.guards[guard].0.take();
            let atom = &atoms[choices.pick(atoms.len())];
            edited.guards[guard].0 = Some(when.map_or(atom.clone(), |when| format!("{when} || {atom}")));
        }
        3 => edited.routes[route].action = sketch.routes[other].action.clone(),
        4 => {
            let effects = [
                "deny 451 \"no\"",
                "set max_tokens at most 2",
                "require target.model != \"m1\"",
            ];
            let atom = atoms[choices.pick(atoms.len())].clone();
            let effect = choices.one_of(&effects).to_owned();
            edited.guards.push((Some(atom), effect));
        }
        _ => {
            if let Some(when) = edited.routes[route].when.take() {
                let atom = &atoms[choices.pick(atoms.len())];
                let sign = choices.one_of(&["&&", "||", "== !"]);
                edited.routes[route].when = Some(format!("({when}) {sign} ({atom})"));
            }
        }
    }
    (edited, change)
}

/// Holds what `diff` says against what becomes of all requests.
fn held(old: &Tree, new: &Tree, requests: &[Facts]) -> Result<Tally, String> {
    let report = difference(old, new, &Unlimited).to_json();
    let regions = report["regions"].as_array().unwrap();
    let complete = report["complete"] == true;
    let mut tally = Tally {
        pairs: 1,
        equal: usize::from(complete && regions.is_empty()),
        incomplete: usize::from(!complete),
        ..Tally::default()
    };
    for region in regions {
        reproduced(old, new, region)?;
    }
    for facts in requests {
        for seed in 0..SEEDS {
            tally.requests += 1;
            let [was, is] = [old, new].map(|tree| Some(told(tree, &decided(tree, facts, seed))));
            if was == is {
                continue;
            }
            tally.moved += 1;
            if complete && !regions.iter().any(|region| tells(region, &was, &is)) {
                return Err(untold(&report, facts, &was, &is));
            }
        }
    }
    Ok(tally)
}

fn untold(report: &Json, facts: &Facts, was: &Option<Told>, is: &Option<Told>) -> String {
    format!("not told: {facts:?}\n{was:?}\n{is:?}\n{report:#}")
}
