//! What is counted and measured, in Prometheus' text form. Label values come from the policy and from fixed lists.

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the histograms' buckets, in seconds.
const BUCKETS: [f64; 16] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 600.0,
];

/// Most names of routes and targets that get series of their own over the life of the process; reloads may bring new
/// ones for ever.
const MAX_NAMES: usize = 4096;

/// What names beyond the bound are counted as.
const OTHER: &str = "(other)";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AttemptLabels {
    target: String,
    class: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TargetLabels {
    target: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ResultLabels {
    result: &'static str,
}

/// The proxy's metrics.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    duration: Family<RouteLabels, Histogram, fn() -> Histogram>,
    attempts: Family<AttemptLabels, Counter>,
    first_token: Family<TargetLabels, Histogram, fn() -> Histogram>,
    passed_over: Family<TargetLabels, Counter>,
    shadows: Family<AttemptLabels, Counter>,
    shadows_in_flight: Gauge,
    breaker_open: Family<TargetLabels, Gauge>,
    ejected: Family<TargetLabels, Gauge>,
    down: Family<TargetLabels, Gauge>,
    repeats_refused: Counter,
    in_flight: Gauge,
    reloads: Family<ResultLabels, Counter>,
    records: Family<ResultLabels, Counter>,
    contents: Family<ResultLabels, Counter>,
    beside: Family<ResultLabels, Counter>,
    generation: Gauge,
    names: Mutex<BTreeSet<String>>,
}

/// Values that others count and that are taken over when they are asked for.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Loads after the first that were served, and that failed.
    pub reloads: (u64, u64),
    /// Records written and dropped.
    pub records: (u64, u64),
    /// Requests of which it is recorded what was said, and of which that was lost.
    pub contents: (u64, u64),
    /// The served policy's generation.
    pub generation: u64,
    /// What the policy beside the served one made of requests, where there is one.
    pub candidate: Option<[(&'static str, u64); 4]>,
    /// Repeats that the retry budget refused.
    pub repeats_refused: u64,
    /// Copies of requests that have not ended.
    pub shadows_in_flight: usize,
    /// The served policy's targets, and whether the breaker of each is open.
    pub breakers: Vec<(String, bool)>,
    /// The served policy's targets, and whether each is ejected from its pools.
    pub ejected: Vec<(String, bool)>,
    /// The served policy's targets, and whether the provider of each is down, where it is asked.
    pub down: Vec<(String, bool)>,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All metrics, at zero.
    pub fn new() -> Self {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("pointsman"),
            requests: Family::default(),
            duration: Family::new_with_constructor(histogram),
            attempts: Family::default(),
            first_token: Family::new_with_constructor(histogram),
            passed_over: Family::default(),
            shadows: Family::default(),
            shadows_in_flight: Gauge::default(),
            breaker_open: Family::default(),
            ejected: Family::default(),
            down: Family::default(),
            repeats_refused: Counter::default(),
            in_flight: Gauge::default(),
            reloads: Family::default(),
            records: Family::default(),
            contents: Family::default(),
            beside: Family::default(),
            generation: Gauge::default(),
            names: Mutex::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "requests",
            "Requests answered, by route and outcome",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "Time from a request's arrival to the last byte of its answer",
            Unit::Seconds,
            self.duration.clone(),
        );
        registry.register(
            "attempts",
            "Attempts at targets, by target and failure class (ok where there was none, client-closed where the client left)",
            self.attempts.clone(),
        );
        registry.register_with_unit(
            "first_token",
            "Time from an attempt's start to its first content",
            Unit::Seconds,
            self.first_token.clone(),
        );
        registry.register(
            "passed_over",
            "Times that a target was passed over, since its circuit breaker was open or it was ejected",
            self.passed_over.clone(),
        );
        registry.register(
            "shadows",
            "Copies of requests, by target and failure class (ok where there was none, cancelled where it was broken off, open where the breaker was, busy where too many were under way)",
            self.shadows.clone(),
        );
        registry.register(
            "shadows_in_flight",
            "Copies of requests under way",
            self.shadows_in_flight.clone(),
        );
        registry.register(
            "breaker_open",
            "Whether a target's circuit breaker is open (1) or closed (0); open until a probe has succeeded",
            self.breaker_open.clone(),
        );
        registry.register(
            "target_ejected",
            "Whether a target is left alone (1), since it is worse than the other members of its pools",
            self.ejected.clone(),
        );
        registry.register(
            "target_down",
            "Whether a target's provider has failed its checks (1) or not (0)",
            self.down.clone(),
        );
        registry.register(
            "repeats_refused",
            "Repeats on the same target that were not made, since the retry budget was used up",
            self.repeats_refused.clone(),
        );
        registry.register(
            "requests_in_flight",
            "Requests being answered",
            self.in_flight.clone(),
        );
        registry.register(
            "reloads",
            "Loads of the policy since the start, by result",
            self.reloads.clone(),
        );
        registry.register("records", "Traffic records, by result", self.records.clone());
        registry.register(
            "record_contents",
            "Requests whose route records what was said, by result",
            self.contents.clone(),
        );
        registry.register(
            "shadow_policy_decisions",
            "Requests that the policy of --shadow decided too, by what it would have changed",
            self.beside.clone(),
        );
        registry.register(
            "policy_generation",
            "How many policies have been served, the current one included",
            self.generation.clone(),
        );
    }

    /// Counts a request that begins; it ends when the value is dropped.
    pub fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// How many requests are being answered.
    pub fn in_flight(&self) -> i64 {
        self.in_flight.get()
    }

    /// Counts a request that was answered. Without a route, it was refused before one was chosen.
    pub fn request(&self, route: Option<&str>, outcome: &'static str, duration: Duration) {
        let route = self.bounded(route.unwrap_or("(none)"));
        self.duration
            .get_or_create(&RouteLabels { route: route.clone() })
            .observe(duration.as_secs_f64());
        self.requests
            .get_or_create(&RequestLabels { route, outcome })
            .inc();
    }

    /// Counts an attempt; `class` is `ok` where it did not fail, `client-closed` where its client left before its end.
    pub fn attempt(&self, target: &str, class: &'static str, first_token: Option<Duration>) {
        let target = self.bounded(target);
        if let Some(first_token) = first_token {
            self.first_token
                .get_or_create(&TargetLabels {
                    target: target.clone(),
                })
                .observe(first_token.as_secs_f64());
        }
        self.attempts
            .get_or_create(&AttemptLabels { target, class })
            .inc();
    }

    /// Counts a target that was passed over, since its breaker was open or it was ejected.
    pub fn passed_over(&self, target: &str) {
        let target = self.bounded(target);
        self.passed_over.get_or_create(&TargetLabels { target }).inc();
    }

    /// Counts the copy of a request; `class` says how it failed, or `ok`, `cancelled`, `open`, `busy`.
    pub fn shadow(&self, target: &str, class: &'static str) {
        let target = self.bounded(target);
        self.shadows.get_or_create(&AttemptLabels { target, class }).inc();
    }

    /// All metrics as text.
    pub fn render(&self, snapshot: Snapshot) -> String {
        // Held while others' counts are taken over, so that none is taken twice.
        let _one_at_a_time = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let set = |family: &Family<ResultLabels, Counter>, result, value: u64| {
            let counter = family.get_or_create(&ResultLabels { result });
            let counted = counter.get();
            counter.inc_by(value.saturating_sub(counted));
        };
        set(&self.reloads, "good", snapshot.reloads.0);
        set(&self.reloads, "bad", snapshot.reloads.1);
        set(&self.records, "written", snapshot.records.0);
        set(&self.records, "dropped", snapshot.records.1);
        set(&self.contents, "held", snapshot.contents.0);
        set(&self.contents, "lost", snapshot.contents.1);
        for (result, value) in snapshot.candidate.into_iter().flatten() {
            set(&self.beside, result, value);
        }
        let counted = self.repeats_refused.get();
        self.repeats_refused
            .inc_by(snapshot.repeats_refused.saturating_sub(counted));
        self.shadows_in_flight
            .set(i64::try_from(snapshot.shadows_in_flight).unwrap_or(i64::MAX));
        self.generation
            .set(i64::try_from(snapshot.generation).unwrap_or(i64::MAX));
        // A target that no policy has any more is told no longer.
        self.breaker_open.clear();
        for (target, open) in snapshot.breakers.into_iter().take(MAX_NAMES) {
            let gauge = self.breaker_open.get_or_create(&TargetLabels { target });
            gauge.set(i64::from(open));
        }
        for (family, values) in [(&self.ejected, snapshot.ejected), (&self.down, snapshot.down)] {
            family.clear();
            for (target, value) in values.into_iter().take(MAX_NAMES) {
                let gauge = family.get_or_create(&TargetLabels { target });
                gauge.set(i64::from(value));
            }
        }
        let mut rendered = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut rendered, &self.registry);
        as_prometheus_text(&rendered)
    }

    fn bounded(&self, name: &str) -> String {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if !names.contains(name) {
            if names.len() >= MAX_NAMES {
                return OTHER.to_owned();
            }
            names.insert(name.to_owned());
        }
        name.to_owned()
    }
}

/// OpenMetrics as Prometheus' text form 0.0.4, which every scraper reads: counters are described by their samples' name,
/// and there are neither units nor an end mark.
fn as_prometheus_text(open_metrics: &str) -> String {
    let is_counter = |line: &&str| line.starts_with("# TYPE ") && line.ends_with(" counter");
    let counters: BTreeSet<&str> = open_metrics
        .lines()
        .filter(is_counter)
        .filter_map(|line| line.split(' ').nth(2))
        .collect();
    let mut text = String::with_capacity(open_metrics.len());
    for line in open_metrics.lines() {
        if line.starts_with("# UNIT ") || line == "# EOF" {
            continue;
        }
        let described = line.strip_prefix("# ").and_then(|line| {
            let (keyword, rest) = line.split_once(' ')?;
            let (name, rest) = rest.split_once(' ')?;
            counters
                .contains(name)
                .then(|| format!("# {keyword} {name}_total {rest}"))
        });
        text.push_str(described.as_deref().unwrap_or(line));
        text.push('\n');
    }
    text
}

/// A request in flight.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
