//! A mutation run: the policies under `policies/`, changed in one thing at random, many times. What breaks a promise is
//! refused by `check`; what decides a request otherwise is named by `diff`, with a request that shows it; where `diff` says
//! that no request is decided otherwise, none is found.

mod asserts;
mod domain;
mod edit;
mod sites;

use crate::support::decisions::{Told, both};
use crate::support::examples::{Example, folders};
use crate::support::regions::{contains, shown, tells};
use crate::support::requests::Request;
use asserts::Asserts;
use domain::Domain;
use edit::Edit;
use pointsman::compile::compile;
use pointsman::diagnostic::{Code, Diagnostic};
use pointsman::prove::Unlimited;
use pointsman::prove::difference::difference;
use pointsman::tree::Tree;
use pointsman::verify::{self, Unproved};
use rayon::prelude::*;
use serde_json::Value;

/// How many changes are made, all policies together.
const MUTANTS: usize = 500;

/// How many requests two policies are held against each other with.
const REQUESTS: usize = 300;

/// Where the drawing of changes and requests begins.
const SEED: u64 = 0x5eed;

/// What came of one mutant.
#[derive(Debug, Default)]
struct Outcome {
    /// Whether it does not even compile.
    broken: bool,
    /// Whether `check` says that an assert does not hold.
    refuted: bool,
    /// Whether `check` refuses it for any reason.
    refused: bool,
    /// Whether a request that was tried breaks an assert.
    leaks: bool,
    /// Whether a request that was tried is decided otherwise.
    moved: bool,
    /// Whether `diff` says that some request is decided otherwise.
    changed: bool,
    /// What should not be.
    faults: Vec<String>,
}

#[test]
fn what_changes_a_decision_is_named_and_what_breaks_a_promise_is_refused() {
    let examples: Vec<Example> = folders().iter().map(|folder| Example::read(folder)).collect();
    let sites: Vec<_> = examples.iter().map(sites::sites).collect();
    let trees: Vec<Tree> = examples
        .iter()
        .map(|example| compile(&mut example.texts()).unwrap().tree)
        .collect();
    let mutants: Vec<(usize, u64, &Edit)> = (0..MUTANTS)
        .map(|number| {
            let at = number % examples.len();
            let seed = SEED + number as u64;
            let edit = sites[at].draw(&mut fastrand::Rng::with_seed(seed));
            (at, seed, edit)
        })
        .collect();
    let outcomes: Vec<(usize, Outcome)> = mutants
        .into_par_iter()
        .map(|(at, seed, edit)| (at, tried(&examples[at], &trees[at], edit, seed)))
        .collect();
    let mut faults = Vec::new();
    for (at, example) in examples.iter().enumerate() {
        let own: Vec<&Outcome> = outcomes
            .iter()
            .filter(|(of, _)| *of == at)
            .map(|(_, own)| own)
            .collect();
        println!("{}", summary(&example.name, &own));
        faults.extend(own.iter().flat_map(|outcome| outcome.faults.clone()));
    }
    let all: Vec<&Outcome> = outcomes.iter().map(|(_, own)| own).collect();
    println!("{}", summary("all", &all));
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    let count = |of: fn(&Outcome) -> bool| all.iter().filter(|outcome| of(outcome)).count();
    assert!(
        count(|outcome| outcome.leaks) >= 20,
        "some mutants break a promise"
    );
    assert!(
        count(|outcome| outcome.moved) >= 200,
        "many mutants decide otherwise"
    );
    assert!(
        count(|outcome| !outcome.broken && !outcome.changed) >= 20,
        "some change nothing"
    );
}

fn summary(name: &str, outcomes: &[&Outcome]) -> String {
    let count = |of: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| of(outcome)).count();
    format!(
        "{name}: {} mutants, {} do not compile, {} refused by check, {} for an assert ({} by a request that was tried); \
         {} changed by diff ({} by a request that was tried), {} equal",
        outcomes.len(),
        count(|outcome| outcome.broken),
        count(|outcome| outcome.refused),
        count(|outcome| outcome.refuted),
        count(|outcome| outcome.leaks),
        count(|outcome| outcome.changed),
        count(|outcome| outcome.moved),
        count(|outcome| !outcome.broken && !outcome.changed),
    )
}

/// Makes a mutant and holds everything against it.
fn tried(example: &Example, old: &Tree, edit: &Edit, seed: u64) -> Outcome {
    let mutant = edit.made(example);
    let Ok(compiled) = compile(&mut mutant.texts()) else {
        return Outcome {
            broken: true,
            ..Outcome::default()
        };
    };
    let mut outcome = Outcome::default();
    let requests = drawn(example, &mutant, old, &compiled.tree, seed);
    let mut faults = compared(old, &compiled.tree, &requests, &mut outcome);
    let mut asserts = Asserts::new(&compiled.tree);
    let broken = requests.iter().find_map(|request| {
        let assert = asserts.broken_by(request)?;
        Some(format!("`{assert}` is broken and not refuted: {request:?}"))
    });
    outcome.leaks = broken.is_some();
    if let Err(rejected) = verify::verify(compiled, &Unlimited, Unproved::Refuse) {
        outcome.refused = true;
        let mut codes = rejected.diagnostics.iter().map(Diagnostic::code);
        outcome.refuted = codes.any(|code| code == Code::ASSERT_REFUTED);
    }
    faults.extend(broken.filter(|_| !outcome.refuted));
    let told = |fault: String| format!("{}: {} (seed {seed}): {fault}", example.name, edit.told(example));
    outcome.faults = faults.into_iter().map(told).collect();
    outcome
}

/// Holds what `diff` says against its own examples and against the requests.
fn compared(old: &Tree, new: &Tree, requests: &[Request], outcome: &mut Outcome) -> Vec<String> {
    let mut faults = Vec::new();
    let report = difference(old, new, &Unlimited).to_json();
    let regions = report["regions"].as_array().unwrap();
    outcome.changed = report["changed"] == true;
    if report["complete"] != true {
        faults.push("the difference is not complete".to_owned());
    }
    faults.extend(regions.iter().filter_map(|region| shown(old, new, region).err()));
    let moved: Vec<(&Request, [Option<Told>; 2])> = requests
        .iter()
        .map(|request| (request, both(old, new, request)))
        .filter(|(_, [was, is])| was != is)
        .collect();
    outcome.moved = !moved.is_empty();
    let untold = moved.iter().find(|(request, [was, is])| {
        let admission = was.is_none() || is.is_none();
        let of = |region: &&Value| admission || contains(region, request, old, new);
        !regions.iter().filter(of).any(|region| tells(region, was, is))
    });
    faults.extend(untold.map(|(request, ends)| format!("not told: {request:?}\n  {ends:?}")));
    faults
}

fn drawn(example: &Example, mutant: &Example, old: &Tree, new: &Tree, seed: u64) -> Vec<Request> {
    let texts: Vec<&str> = example
        .files
        .values()
        .chain(mutant.files.values())
        .map(String::as_str)
        .collect();
    let domain = Domain::new([old.policy(), new.policy()], &texts);
    let mut random = fastrand::Rng::with_seed(seed);
    (0..REQUESTS).map(|_| domain.draw(&mut random)).collect()
}
