//! How long a call takes: engines take turns, round after round, so that a machine's mood hits all alike.

use std::time::{Duration, Instant};

/// Rounds that each engine is timed in.
const ROUNDS: usize = 15;

/// How long an engine is called in a round.
const ROUND: Duration = Duration::from_millis(40);

/// The median over the rounds of the time of one call, in nanoseconds, for each of so many engines. The clock is read
/// once a round, not once a call.
pub(crate) fn in_turn(engines: usize, mut call: impl FnMut(usize)) -> Vec<f64> {
    let calls: Vec<u32> = (0..engines)
        .map(|engine| calls_in_a_round(|| call(engine)))
        .collect();
    let mut times = vec![Vec::new(); engines];
    for _ in 0..ROUNDS {
        for engine in 0..engines {
            let taken = time(calls[engine], || call(engine));
            times[engine].push(taken.as_secs_f64() * 1e9 / f64::from(calls[engine]));
        }
    }
    times.into_iter().map(median).collect()
}

/// How many calls fill a round.
fn calls_in_a_round(mut call: impl FnMut()) -> u32 {
    let mut calls = 1;
    while calls < 1 << 24 {
        let taken = time(calls, &mut call);
        if taken >= ROUND / 2 {
            return calls;
        }
        calls *= 2;
    }
    calls
}

fn time(calls: u32, mut call: impl FnMut()) -> Duration {
    let begun = Instant::now();
    for _ in 0..calls {
        call();
    }
    begun.elapsed()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
