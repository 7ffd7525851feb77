//! A primary that goes down and comes back, over and over: every client gets an answer, and what is down is left alone;
//! time is paused.

use super::bench::{Bench, see};
use super::fake::{Fake, good_answer, json};
use crate::engine::carry_out;
use crate::model::{Breaker, BreakerRule};
use crate::provider::{Backend, CallFuture, UpstreamRequest, Upstreams};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

/// How long it is up, and then down.
const PHASE: Duration = Duration::from_secs(3);

/// Up for three seconds, down for three, up again.
struct Flapping {
    start: Instant,
    /// Calls while it was up, and while it was down.
    calls: [AtomicUsize; 2],
}

impl Flapping {
    fn is_down(&self) -> bool {
        self.start.elapsed().as_secs() / PHASE.as_secs() % 2 == 1
    }
}

impl Backend for Flapping {
    fn call(&self, request: UpstreamRequest) -> CallFuture {
        let is_down = self.is_down();
        self.calls[usize::from(is_down)].fetch_add(1, Ordering::SeqCst);
        let play = if is_down {
            json(500, "{}")
        } else {
            good_answer("first")
        };
        Fake::new(vec![play]).call(request)
    }
}

#[tokio::test(start_paused = true)]
async fn a_minute_of_flapping_is_seen_by_nobody() {
    let mut bench = Bench::new(false, vec![vec![], vec![good_answer("second"); 600]]).without_retry();
    bench.defaults.breaker = Breaker::On(BreakerRule {
        failures: 3,
        within: Duration::from_secs(30),
        open: Duration::from_millis(500),
    });
    let flapping = Arc::new(Flapping {
        start: Instant::now(),
        calls: Default::default(),
    });
    let mut first = 0;
    for _ in 0..600 {
        let backends: [Arc<dyn Backend>; 2] =
            [Arc::clone(&flapping) as _, Arc::clone(&bench.providers[1]) as _];
        let call = bench.call(Upstreams::from_backends(backends.to_vec()));
        // As the holder does, so that the state outlives each request.
        bench.targets = Arc::clone(&call.targets);
        let (sender, report) = oneshot::channel();
        let start = Instant::now();
        let answer = carry_out(call, move |report| sender.send(report).unwrap()).await;
        let seen = see(answer, report, start).await;
        assert_eq!((seen.status, seen.spoken().is_empty()), (200, false));
        first += usize::from(seen.target == Some(0));
        sleep(Duration::from_millis(100)).await;
    }
    let [up, down] = [0, 1].map(|phase| flapping.calls[phase].load(Ordering::SeqCst));
    // In each of ten times that it is down: three failures, then a probe each half second.
    assert!((30..=90).contains(&down), "{down} calls while it was down");
    // In each of ten times that it is up: all but those before the first probe.
    assert!(up >= 200, "{up} calls while it was up");
    assert_eq!(first, up);
}
