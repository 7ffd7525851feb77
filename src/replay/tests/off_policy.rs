//! Outcomes under another policy, held against a simulated truth, and against numbers worked out by hand.

use super::super::*;
use super::estimates::{Drawn, least, runs};
use super::whole::{catalog, read};
use crate::model::Pick;
use crate::tree::Tree;
use serde_json::json;
use std::fmt::Write;

fn all_to(target: &str) -> Tree {
    let mut fixture = catalog();
    fixture.last_route(fixture.to(target), &[]);
    fixture.tree()
}

fn split(arms: &[(&str, &str)]) -> Tree {
    let mut fixture = catalog();
    fixture.last_route(fixture.split(arms), &[]);
    fixture.tree()
}

/// A record of a request that went to a target; `rest` begins with a comma.
fn record(user: &str, target: &str, output: u64, rest: &str) -> String {
    format!(
        r#"{{"v":1,"facts":{{"user":"{user}","tokens":100}},"decision":{{"route":"default","targets":["{target}"]}},"attempts":[{{"target":"{target}","ms":{output}}}],"outcome":"ok","usage":{{"input":100,"output":{output}}}{rest}}}"#
    ) + "\n"
}

const HALVES: &str = r#","propensity":"1/2","arms":{"large":"1/2","small":"1/2"}"#;

fn measured(tree: &Tree, outcomes: &[&str], lines: &str) -> Report {
    let mut replay = Replay::new(tree, None, &[] as &[&str]).unwrap();
    replay.measure(outcomes).unwrap();
    read(&replay, lines)
}

fn off_policy(tree: &Tree, outcomes: &[&str], lines: &str) -> OffPolicy {
    measured(tree, outcomes, lines).off_policy.unwrap()
}

#[test]
fn the_estimates_are_those_worked_out_by_hand() {
    let lines = [
        record("ann", "large", 30, HALVES),
        record("bob", "small", 10, HALVES),
        record("cyd", "large", 50, HALVES),
        record("dan", "small", 20, HALVES),
    ];
    let report = off_policy(&all_to("large"), &["output_tokens"], &lines.concat());
    assert_eq!((report.records, report.no_support.share), (4, 0.0));
    let line = &report.outcomes[0];
    // Weights 2, 0, 2, 0: 160 over 4 records, over weights of 4; ESS is 4² over 8.
    let mean = |range: Option<MeanRange>| range.unwrap().mean;
    assert_eq!((mean(line.recorded), mean(line.inverse_propensity)), (27.5, 40.0));
    assert_eq!((mean(line.self_normalised), line.effective_records), (40.0, 2.0));
    // Like answers of `large` have 40: (40 + 2·(30 − 40) + 40 + 40 + 2·(50 − 40) + 40) over 4.
    assert_eq!(mean(line.doubly_robust), 40.0);
    assert_eq!(mean(line.difference), 12.5);
    assert_eq!(line.groups, 4);
}

#[test]
fn the_policy_that_recorded_has_the_outcomes_that_were_recorded() {
    let lines: String = (0..40)
        .map(|user| {
            record(
                &format!("u{}", user / 2),
                if user % 2 == 0 { "large" } else { "small" },
                user,
                HALVES,
            )
        })
        .collect();
    let same = split(&[("large", "50"), ("small", "50")]);
    let report = off_policy(&same, &["output_tokens", "success", "ms", "cost_usd"], &lines);
    for line in &report.outcomes {
        assert_eq!(
            (line.records, line.effective_records),
            (40, 40.0),
            "{}",
            line.outcome
        );
        assert_eq!(line.inverse_propensity, line.recorded);
        assert_eq!(line.self_normalised, line.recorded);
        // Beside chance in the draws, nothing differs.
        let MeanRange { low, high, .. } = line.difference.unwrap();
        assert!(low <= Some(0.0) && high >= Some(0.0), "{low:?} {high:?}");
    }
}

#[test]
fn what_the_recording_could_not_have_done_is_warned_of() {
    let lines = [
        record("ann", "small", 1, HALVES),
        record("bob", "small", 1, r#","propensity":"1""#),
        record("cyd", "small", 1, r#","propensity":"1/3""#),
        record("dan", "small", 1, ""),
        r#"{"v":1,"facts":{"user":"eve"},"decision":{"route":null,"targets":[],"denied":"g"},"outcome":"denied"}"#.to_owned(),
    ];
    let report = measured(&all_to("large"), &["success"], &lines.concat());
    let off_policy = report.off_policy.as_ref().unwrap();
    // A refusal went nowhere, and tells nothing.
    assert_eq!(off_policy.records, 4);
    assert_eq!(
        (off_policy.no_support.zero, off_policy.no_support.unknown),
        (1, 2)
    );
    assert_eq!(off_policy.no_support.share, 0.75);
    assert_eq!(off_policy.outcomes[0].records, 3);
    insta::assert_snapshot!(report.to_text());
}

#[test]
fn a_propensity_is_worked_out_again_where_the_policy_is_at_hand() {
    let recording = split(&[("large", "25"), ("small", "75")]);
    let hash = recording.hash().to_string();
    // As the split draws for these users, and once otherwise: then the policy is not what decided.
    let line = |user: &str, target| record(user, target, 9, &format!(r#","policy":"{hash}""#));
    let lines: String = (0..30)
        .map(|user| {
            let user = user.to_string();
            let same = Replay::new(&recording, None, &[] as &[&str]).unwrap();
            let agrees = read(&same, &line(&user, "large")).changed == 0;
            line(&user, if agrees { "large" } else { "small" })
        })
        .collect();
    let candidate = all_to("large");
    let mut replay = Replay::new(&candidate, Some(&recording), &[] as &[&str]).unwrap();
    replay.measure(&["output_tokens"]).unwrap();
    let report = read(&replay, &lines).off_policy.unwrap();
    assert_eq!((report.no_support.zero, report.no_support.unknown), (0, 0));
    assert_eq!(report.outcomes[0].records, 30);
    // Where the decision is another one, the propensity stays unknown.
    let wrong = line("0", "free");
    let report = read(&replay, &wrong).off_policy.unwrap();
    assert_eq!(report.no_support.unknown, 1);
}

#[test]
fn a_candidate_that_draws_has_a_part_of_each_target() {
    let mut fixture = catalog();
    fixture.pool("both", Pick::Weighted, &[("large", 3), ("small", 1)]);
    fixture.last_route(fixture.to("both"), &[]);
    let lines = [
        record("ann", "large", 8, HALVES),
        record("bob", "small", 4, HALVES),
    ]
    .concat();
    let report = off_policy(&fixture.tree(), &["output_tokens"], &lines);
    let line = &report.outcomes[0];
    // Weights of 3/4 and 1/4 over 1/2.
    assert_eq!(
        line.inverse_propensity.unwrap().mean,
        (1.5 * 8.0 + 0.5 * 4.0) / 2.0
    );
}

#[test]
fn columns_of_any_traffic_are_outcomes() {
    let tree = all_to("large");
    let map = ["target=t", "propensity=p", "user=u", "tokens=n"];
    let mut replay = Replay::new(&tree, None, &map).unwrap();
    replay.measure(&["score=feedback.score", "cost_usd"]).unwrap();
    let report = read(
        &replay,
        r#"{"t":"large","p":0.5,"u":"a","n":3,"feedback":{"score":1}}
{"t":"small","p":"1/2","u":"b","n":3,"feedback":{"score":"0.25"}}
{"t":"small","p":"1/2","u":"c","n":3,"feedback":{"score":true}}
{"t":"small","p":"1/2","u":"d","n":3,"feedback":{}}
{"t":"small","p":"1/2","u":"d","n":3,"feedback":{"score":"good"}}
{"t":"small","p":0,"u":"d","n":3}
"#,
    );
    let lines: Vec<_> = report
        .unreadable_lines
        .iter()
        .map(|line| line.reason.as_str())
        .collect();
    assert_eq!(
        lines,
        [
            "`score` is a number from -10⁹ to 10⁹ or a truth, found `good`",
            "`propensity` is a probability above 0, found `0`"
        ]
    );
    let off_policy = report.off_policy.unwrap();
    let score = &off_policy.outcomes[0];
    assert_eq!((score.records, score.recorded.unwrap().mean), (3, 0.75));
    assert!((score.inverse_propensity.unwrap().mean - 2.0 / 3.0).abs() < 1e-9);
    assert_eq!(
        (off_policy.outcomes[1].records, off_policy.outcomes[1].recorded),
        (0, None)
    );
    // A column of records of ours.
    let line = record("ann", "large", 1, r#","propensity":"1","thumbs":-1"#);
    let report = measured(&tree, &["thumbs=thumbs"], &line).off_policy.unwrap();
    assert_eq!(report.outcomes[0].recorded.unwrap().mean, -1.0);
}

#[test]
fn an_outcome_that_is_none_is_refused() {
    let tree = all_to("large");
    let errors = |outcomes: &[&str]| {
        Replay::new(&tree, None, &["user=u"])
            .unwrap()
            .measure(outcomes)
            .unwrap_err()
    };
    insta::assert_snapshot!(
        [
            errors(&["cost", "ms", "ms", "=a", "a=", "success=x"]).join("\n"),
            errors(&["score=u.score"]).join("\n"),
        ]
        .join("\n")
    );
}

/// A simulated recording: 3 of 10 requests are drawn to `large`. Answers hang together by user, and `large` says half as
/// much again.
fn simulated(run: u64) -> String {
    const ARMS: &str = r#","arms":{"large":"3/10","small":"7/10"},"propensity":"#;
    let mut drawn = Drawn::new(run << 32 | 1);
    let mut lines = String::new();
    for user in 0..200 {
        let habit = 0.5 + drawn.next();
        for _ in 0..1 + (drawn.next() * 5.0) as usize {
            let (input, mean) = SIZES[(drawn.next() * 3.0) as usize];
            let (target, factor, propensity) = match drawn.next() < 0.3 {
                true => ("large", 1.5, "3/10"),
                false => ("small", 1.0, "7/10"),
            };
            let output = drawn.length(mean * factor * habit);
            let record = json!({
                "v": 1, "facts": {"user": format!("u{user}"), "tokens": input},
                "decision": {"route": "default", "targets": [target]},
                "attempts": [{"target": target, "ms": 50 + output}],
                "outcome": "ok", "usage": {"input": input, "output": output},
            });
            let line = record.to_string();
            let open = line.strip_suffix('}').unwrap();
            writeln!(lines, "{open}{ARMS}\"{propensity}\"}}").unwrap();
        }
    }
    lines
}

/// Prompts, as likely as each other, and the mean length of their answers.
const SIZES: [(u64, f64); 3] = [(100, 60.0), (700, 150.0), (3_000, 400.0)];

/// The mean over all requests there could be, at this many times the length, and these dollars per million tokens.
fn truth(factor: f64, [input_price, output_price]: [f64; 2]) -> f64 {
    let each = SIZES.map(|(input, mean)| input as f64 * input_price + factor * mean * output_price);
    each.iter().sum::<f64>() / 3.0 / 1e6
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let large = all_to("large");
    let runs = runs();
    let cost = truth(1.5, [2.5, 10.0]);
    let more = cost - 0.3 * cost - 0.7 * truth(1.0, [0.15, 0.600001]);
    let mut held = [0; 4];
    for run in 0..runs {
        let report = off_policy(&large, &["cost_usd"], &simulated(run));
        assert_eq!(report.no_support.share, 0.0);
        let line = &report.outcomes[0];
        let estimates = [
            (line.doubly_robust, cost),
            (line.self_normalised, cost),
            (line.inverse_propensity, cost),
            (line.difference, more),
        ];
        for (held, (range, truth)) in held.iter_mut().zip(estimates) {
            let MeanRange { low, high, .. } = range.unwrap();
            *held += u64::from((low.unwrap()..=high.unwrap()).contains(&truth));
        }
        let rises = line.difference.and_then(|difference| difference.low);
        assert!(rises > Some(0.0), "what costs more is told to cost more");
    }
    for held in held {
        assert!(
            held * 100 >= least(runs) * runs,
            "{held} of {runs} intervals hold the truth"
        );
        assert!(
            runs < 1_000 || held * 100 <= 99 * runs,
            "{held} of {runs}: the intervals say nothing"
        );
    }
}

#[test]
fn shards_add_up_to_the_same_bytes() {
    let tree = split(&[("large", "60"), ("small", "40")]);
    let mut replay = Replay::new(&tree, None, &[] as &[&str]).unwrap();
    replay.measure(&["cost_usd", "ms", "success"]).unwrap();
    let lines = simulated(3);
    let whole = read(&replay, &lines).to_json();
    let names = ["traffic.jsonl".to_owned()];
    let mut workers: Vec<Worker<'_>> = (0..3).map(|_| Worker::new(&replay)).collect();
    for (at, line) in lines.lines().enumerate() {
        let place = Place {
            source: 0,
            line: at as u64 + 1,
        };
        workers[at * 7 % 3].read(&Layout::JsonLines, place, line.as_bytes());
    }
    let mut parts = Vec::new();
    for (at, worker) in workers.into_iter().enumerate() {
        let shard = format!("{}/3", at + 1).parse().unwrap();
        let part = Part::new(
            shard,
            Question::default(),
            replay.names(&names),
            worker.into_tally(),
        );
        let read = Part::parse(part.to_json().as_bytes()).unwrap();
        parts.push((at.to_string(), read));
    }
    parts.reverse();
    let (tally, names) = merge(parts).unwrap();
    assert_eq!(Report::new(tally, &names).to_json(), whole);
}

#[test]
fn users_stay_together() {
    use super::super::valuation::group;
    assert_eq!(group("ann", 1), group("ann", 2));
    let groups: std::collections::BTreeSet<u16> = (0..2_000).map(|seed| group("", seed)).collect();
    assert!(groups.len() > 250, "records without a user are on their own");
}
