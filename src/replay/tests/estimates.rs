//! Estimates held against a simulated truth: answers that other targets would have given are known here, and the intervals
//! must hold them as often as they say.

use super::super::*;
use super::whole::catalog;
use crate::decide::tests::fixture::Fixture;
use crate::replay::seed::mixed;
use crate::tree::Tree;
use std::fmt::Write;

/// Requests of a simulated recording.
const REQUESTS: u64 = 120;

/// Simulated recordings: 60, or as many as `POINTSMAN_RUNS` says when the tests are built.
pub(super) fn runs() -> u64 {
    let wanted = option_env!("POINTSMAN_RUNS");
    wanted.and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// How many of 100 intervals of 95 % must hold the truth in so many runs: three standard deviations below 95, which is 93
/// for 1,000 runs.
pub(super) fn least(runs: u64) -> u64 {
    (95.0 - 3.0 * (95.0 * 5.0 / runs as f64).sqrt()).round() as u64
}

fn all_to(target: &str) -> Tree {
    let mut fixture: Fixture = catalog();
    fixture.last_route(fixture.to(target), &[]);
    fixture.tree()
}

/// A generator of its own: 64 bits at a time.
pub(super) struct Drawn(u64);

impl Drawn {
    pub(super) fn new(seed: u64) -> Self {
        Drawn(seed)
    }

    /// A number from 0 to below 1.
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mixed(self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An answer's length around this mean: skewed to the right, as lengths are.
    pub(super) fn length(&mut self, mean: f64) -> u64 {
        let exponential = |drawn: f64| -(1.0 - drawn).ln();
        let sum = exponential(self.next()) + exponential(self.next()) + exponential(self.next());
        (mean * sum / 3.0).round() as u64
    }
}

/// A simulated recording: what was logged, and how many tokens the answers of `large` would have had that `small` gave.
struct Simulated {
    lines: String,
    unseen_output: u64,
    moved_input: u64,
    moved_output: u64,
}

/// Long prompts go to `large` more often, and have longer answers: who answered tells something of the request.
fn simulated(run: u64) -> Simulated {
    let mut drawn = Drawn(run << 32);
    let mut simulated = Simulated {
        lines: String::new(),
        unseen_output: 0,
        moved_input: 0,
        moved_output: 0,
    };
    for _ in 0..REQUESTS {
        let (input, mean, to_large) =
            [(100, 60.0, 0.4), (700, 150.0, 0.5), (3_000, 400.0, 0.7)][(drawn.next() * 3.0) as usize];
        let (small, large) = (drawn.length(mean), drawn.length(1.5 * mean));
        let at_large = drawn.next() < to_large;
        let (target, output) = if at_large {
            ("large", large)
        } else {
            ("small", small)
        };
        let ms = 50 + output * if at_large { 10 } else { 4 };
        if !at_large {
            simulated.unseen_output += large;
            simulated.moved_input += input;
            simulated.moved_output += small;
        }
        let line = format!("{{\"in\":{input},\"out\":{output},\"t\":\"{target}\",\"ms\":{ms}}}");
        writeln!(simulated.lines, "{line}").unwrap();
    }
    simulated
}

fn estimated(candidate: &Tree, lines: &str) -> Report {
    let map = ["tokens=in", "output=out", "target=t", "ms=ms"];
    let replay = Replay::new(candidate, None, &map).unwrap();
    super::whole::read(&replay, lines)
}

#[test]
fn the_intervals_hold_the_truth_as_often_as_they_say() {
    let large = all_to("large");
    let (mut held, runs) = (0, runs());
    for run in 0..runs {
        let simulated = simulated(run);
        // Dollars in picodollars: large costs 2.5 and 10 per million tokens, small 0.15 and 0.600001.
        let after = simulated.moved_input * 2_500_000 + simulated.unseen_output * 10_000_000;
        let before = simulated.moved_input * 150_000 + simulated.moved_output * 600_001;
        let truth = i128::from(after) - i128::from(before);
        let report = estimated(&large, &simulated.lines);
        let estimate = report.estimate.unwrap();
        assert_eq!(estimate.unsupported, 0);
        let delta = estimate.delta;
        held += u64::from((delta.low.picodollars()..=delta.high.picodollars()).contains(&truth));
        assert!(
            delta.low.picodollars() > 0,
            "what costs more is told to cost more"
        );
    }
    assert!(
        held * 100 >= least(runs) * runs,
        "{held} of {runs} intervals hold the truth"
    );
    assert!(
        runs < 1_000 || held * 100 <= 99 * runs,
        "{held} of {runs}: the intervals say nothing"
    );
}

#[test]
fn what_is_recorded_is_exact_and_what_is_not_has_no_interval() {
    let simulated = simulated(7);
    // Nobody moves: the estimate is what was paid, and its interval a point.
    let lines: String = simulated
        .lines
        .lines()
        .filter(|line| line.contains("large"))
        .map(|line| format!("{line}\n"))
        .collect();
    let report = estimated(&all_to("large"), &lines);
    let estimate = report.estimate.unwrap();
    assert_eq!((estimate.records, estimate.unsupported), (0, 0));
    assert_eq!(Some(estimate.candidate.estimate), report.cost.candidate);
    assert_eq!(estimate.candidate.low, estimate.candidate.high);
    assert_eq!(estimate.delta.estimate.picodollars(), 0);
    let ms = estimate.ms.unwrap();
    assert_eq!(ms.baseline, ms.candidate);
    // Of `small` nothing is known: recorded lengths stand in.
    let report = estimated(&all_to("small"), &lines);
    let estimate = report.estimate.unwrap();
    assert_eq!((estimate.records, estimate.unsupported), (0, report.records));
    assert_eq!(Some(estimate.candidate.estimate), report.cost.candidate);
    assert_eq!(estimate.delta.low, estimate.delta.high);
    // Traffic that does not tell who answered has nothing to estimate from.
    let tree = all_to("large");
    let replay = Replay::new(&tree, Some(&tree), &["tokens=in", "output=out"]).unwrap();
    assert_eq!(super::whole::read(&replay, &lines).estimate, None);
}
