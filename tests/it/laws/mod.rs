//! Laws of `diff`, held against trying requests, on random small policies: nothing is decided otherwise where it says so;
//! each request that is, is of a region; each request of a region is decided as the region tells, before and after; each
//! example is one; a policy does not differ from itself; and what differs one way differs the other way.

mod draft;
mod whole;

use crate::support::decisions::{Told, decided, told};
use crate::support::regions::{contains, is_certain, shown, tells};
use crate::support::requests::Request;
use draft::{ASKED, BOUNDS, Draft, REGIONS, TAGS, TEAMS, TENANTS, TIERS};
use fastrand::Rng;
use pointsman::compile::compile_text;
use pointsman::facts::Value;
use pointsman::prove::Unlimited;
use pointsman::prove::difference::difference;
use pointsman::tree::Tree;
use rayon::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// How many pairs of policies are drawn; `CASES` in the environment says otherwise.
const CASES: u64 = 60;

/// Requests that are tried with each pair.
const REQUESTS: usize = 100;

/// Seeds that each request is tried with.
const SEEDS: u64 = 2;

/// What was compared.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Pairs of policies that compile.
    pairs: usize,
    /// Pairs of which `diff` says that no request is decided otherwise.
    equal: usize,
    regions: usize,
    /// Requests that were decided by both.
    requests: usize,
    /// Those that are decided otherwise.
    moved: usize,
    /// Pairs that differ in more than can be told.
    incomplete: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.pairs += other.pairs;
        self.equal += other.equal;
        self.regions += other.regions;
        self.requests += other.requests;
        self.moved += other.moved;
        self.incomplete += other.incomplete;
    }
}

/// Compares so many pairs of policies, or as many as `CASES` in the environment says; how many, and what they come to.
fn compare_all(cases: u64, compare: fn(u64) -> Result<Tally, String>) -> (usize, Tally) {
    let wanted = std::env::var("CASES").ok();
    let cases = wanted.and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let compared: Vec<Result<Tally, String>> = (0..cases).into_par_iter().map(compare).collect();
    let mut tally = Tally::default();
    let mut faults = Vec::new();
    for compared in compared {
        match compared {
            Ok(own) => tally += own,
            Err(fault) => faults.push(fault),
        }
    }
    println!("{tally:?}");
    for fault in &faults {
        println!("{}", &fault[..fault.floor_char_boundary(80)]);
    }
    let shown: Vec<String> = faults.iter().take(3).cloned().collect();
    let shown = shown.join("\n\n==========\n\n");
    assert!(faults.is_empty(), "{} faults, the first:\n{shown}", faults.len());
    (cases as usize, tally)
}

#[test]
fn regions_are_what_trying_requests_shows() {
    let (cases, tally) = compare_all(CASES, compare);
    assert!(tally.pairs * 2 > cases, "most drafts compile: {tally:?}");
    assert!(tally.equal * 50 > tally.pairs, "some pairs are equal: {tally:?}");
    assert!(
        tally.incomplete * 20 < tally.pairs,
        "most differences are told: {tally:?}"
    );
    assert!(
        tally.moved * 50 > tally.requests,
        "some requests are decided otherwise: {tally:?}"
    );
}

/// One pair of policies.
fn compare(case: u64) -> Result<Tally, String> {
    let mut random = Rng::with_seed(case);
    let draft = Draft::draw(&mut random);
    let mut edited = match random.u8(..6) {
        0 => Draft::draw(&mut random),
        _ => draft.clone(),
    };
    for _ in 0..random.u8(1..4) {
        edited.edit(&mut random);
    }
    let texts = [draft.text(), edited.text()];
    let [Ok(old), Ok(new)] = texts.each_ref().map(|text| compile_text(text)) else {
        return Ok(Tally::default());
    };
    let (old, new) = (&old.tree, &new.tree);
    held(old, new, &mut random).map_err(|fault| {
        format!(
            "case {case}: {fault}\n{}\n---------- new ----------\n{}",
            texts[0], texts[1]
        )
    })
}

fn held(old: &Tree, new: &Tree, random: &mut Rng) -> Result<Tally, String> {
    let report = difference(old, new, &Unlimited).to_json();
    let regions = report["regions"].as_array().unwrap();
    let mut tally = Tally {
        pairs: 1,
        equal: usize::from(regions.is_empty()),
        regions: regions.len(),
        ..Tally::default()
    };
    let complete = report["complete"] == true;
    tally.incomplete += usize::from(!complete);
    if !complete && regions.is_empty() {
        return Err("whether they differ is not known".to_owned());
    }
    let back = difference(new, old, &Unlimited).to_json();
    if back["changed"] != report["changed"] {
        return Err(format!(
            "the other way it is {}, and this way {report:#}",
            back["changed"]
        ));
    }
    if let Some(region) = difference(old, old, &Unlimited).to_json()["regions"].get(0) {
        return Err(format!("the policy differs from itself: {region}"));
    }
    for region in regions {
        shown(old, new, region)?;
    }
    for _ in 0..REQUESTS {
        let request = request([old, new], random);
        for seed in 0..SEEDS {
            tally.requests += 1;
            let request = Request {
                seed,
                ..request.clone()
            };
            let [was, is] = [old, new].map(|tree| ends(tree, &request));
            tally.moved += usize::from(was != is);
            judged(regions, complete, &request, [old, new], [&was, &is])?;
        }
    }
    Ok(tally)
}

fn ends(tree: &Tree, request: &Request) -> Option<Told> {
    let facts = request.facts(tree)?;
    Some(told(tree, &decided(tree, &facts, request.seed)))
}

/// Holds what the regions tell of a request against what becomes of it.
fn judged(
    regions: &[Json],
    complete: bool,
    request: &Request,
    [old, new]: [&Tree; 2],
    [was, is]: [&Option<Told>; 2],
) -> Result<(), String> {
    let said = || format!("{request:?}\n{was:?}\n{is:?}");
    if was.is_none() || is.is_none() {
        let told = was == is || regions.iter().any(|region| tells(region, was, is));
        return if told {
            Ok(())
        } else {
            Err(format!("it is not told who is let in: {}", said()))
        };
    }
    let decisions = regions
        .iter()
        .filter(|region| region["from"].get("admission").is_none());
    let mut own = decisions
        .filter(|region| contains(region, request, old, new))
        .peekable();
    if was != is && complete && own.peek().is_none() {
        return Err(format!("no region has {}", said()));
    }
    for region in own {
        if !tells(region, was, is) {
            return Err(format!("not what is told: {}\n{region:#}", said()));
        }
        if was == is && is_certain(region) {
            return Err(format!("it is not decided otherwise: {}\n{region:#}", said()));
        }
    }
    Ok(())
}

/// A request around what the drafts speak of.
fn request(trees: [&Tree; 2], random: &mut Rng) -> Request {
    let open = trees.iter().all(|tree| tree.policy().tenants.is_empty());
    let word =
        |random: &mut Rng, words: &[&str]| Value::String(words[random.usize(..words.len())].to_owned());
    let mut own = BTreeMap::new();
    if open && random.bool() {
        own.insert(
            "tenant".to_owned(),
            word(random, &["anonymous", TENANTS[0], TENANTS[1]]),
        );
        own.insert("tier".to_owned(), word(random, &TIERS));
        own.insert("region".to_owned(), word(random, &REGIONS));
        own.insert("team".to_owned(), word(random, &TEAMS));
    }
    let mut sent = BTreeMap::new();
    if random.bool() {
        sent.insert("x-group".to_owned(), word(random, &["g", "h", "i"]));
    }
    if random.bool() {
        sent.insert("level".to_owned(), Value::Int(number(random)));
    }
    if random.bool() {
        sent.insert("x-label".to_owned(), word(random, &["", "core", "rest", "other"]));
    }
    let claims = random.usize(..3);
    let tenants = [TENANTS[0], TENANTS[1], TENANTS[2], TENANTS[3], "nobody"];
    Request {
        tenant: tenants[random.usize(..tenants.len())].to_owned(),
        own,
        user: ["", "u1", "u2", "u3", "u4"][random.usize(..5)].to_owned(),
        claimed: random
            .choose_multiple(TAGS, claims)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        model: ASKED[random.usize(..ASKED.len())].to_owned(),
        api: ["chat", "chat", "messages", "embeddings"][random.usize(..4)].to_owned(),
        tokens: number(random),
        max_tokens: number(random),
        tools: i64::from(random.u8(..4) == 0),
        images: i64::from(random.u8(..4) == 0),
        stream: random.bool(),
        sent,
        ..Request::default()
    }
}

fn number(random: &mut Rng) -> i64 {
    match random.u8(..3) {
        0 => 0,
        _ => BOUNDS[random.usize(..BOUNDS.len())] + random.i64(-1..=1),
    }
}
