//! A policy of a few targets, and one request carried out under it.

use super::fake::{Fake, Play};
use crate::decide::{Group, Hedging, Plan};
use crate::engine::{Answer, Call, Outcome, Report, Setback, carry_out};
use crate::model::{
    Choice, Defaults, FailureClass, Model, ModelId, Named, Pick, Policy, Pool, Protocol, Provider,
    ProviderId, Route, RouteAction, RouteId, Routing, Target, Timeouts,
};
use crate::provider::{Backend, Upstreams};
use crate::source::{SourceMap, Span};
use crate::targets::{LiveTargets, Registry};
use crate::tree::{PolicyHash, Tree};
use crate::wire::endpoint::Endpoint;
use crate::wire::request::{Wanted, scan};
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;
use smallvec::smallvec;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Providers, one a target, and the rules between them.
pub(super) struct Bench {
    pub(super) providers: Vec<Arc<Fake>>,
    pub(super) defaults: Defaults,
    pub(super) routing: Routing,
    /// Whether the first attempt is hedged.
    pub(super) hedge: Option<Hedging>,
    /// Whether the targets are also the members of a pool.
    pub(super) pool: Option<Pick>,
    pub(super) body: String,
    pub(super) max_tokens: Option<i64>,
    pub(super) accounts: bool,
    /// The endpoint that the client calls, and the protocol of all providers.
    pub(super) endpoint: Endpoint,
    pub(super) protocol: Protocol,
    pub(super) seed: u64,
    pub(super) urls: Vec<String>,
    /// The live state of targets, kept from one request to the next.
    pub(super) registry: Arc<Registry>,
    pub(super) targets: Arc<LiveTargets>,
}

/// What the client saw.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    pub(super) broke: bool,
    pub(super) failures: Vec<(u32, FailureClass)>,
    pub(super) target: Option<u32>,
    pub(super) attempts: usize,
    pub(super) report: Report,
    pub(super) took: Duration,
}

impl Bench {
    /// Targets with these plays; each falls back to the next one by the default classes.
    pub(super) fn new(stream: bool, plays: Vec<Vec<Play>>) -> Self {
        let span = Span::new(SourceMap::new().add("test.policy", ""), 0, 0);
        let choice = Choice {
            named: Named::Model(ModelId(0)),
            span,
        };
        Bench {
            providers: plays
                .into_iter()
                .map(|plays| Arc::new(Fake::new(plays)))
                .collect(),
            defaults: Defaults::default(),
            routing: Routing {
                target: Target::Named(choice),
                fallbacks: Vec::new(),
                shadow: None,
                retry: None,
                timeouts: Timeouts::default(),
                commit: None,
                attempts: None,
                content: None,
            },
            hedge: None,
            pool: None,
            body: format!(r#"{{"model":"asked","stream":{stream},"messages":[]}}"#),
            max_tokens: None,
            accounts: false,
            endpoint: Endpoint::Chat,
            protocol: Protocol::OpenAi,
            seed: 1,
            urls: Vec::new(),
            registry: Arc::new(Registry::new()),
            targets: Arc::default(),
        }
    }

    /// The same targets without any repeat on one of them.
    pub(super) fn without_retry(mut self) -> Self {
        self.defaults.retry.count = 0;
        self
    }

    pub(super) fn policy(&self) -> Policy {
        let span = Span::new(SourceMap::new().add("test.policy", ""), 0, 0);
        let count = u32::try_from(self.providers.len().max(self.urls.len())).unwrap();
        Policy {
            providers: (0..count)
                .map(|index| Provider {
                    protocol: self.protocol.clone(),
                    ..provider(index, &self.urls, span)
                })
                .collect(),
            models: (0..count).map(|index| model(index, span)).collect(),
            pools: self
                .pool
                .into_iter()
                .map(|pick| pool(pick, count, span))
                .collect(),
            routes: vec![Route {
                name: "r".to_owned(),
                when: None,
                action: RouteAction::Send(Box::new(self.routing.clone())),
                span,
            }],
            defaults: self.defaults,
            ..Policy::default()
        }
    }

    pub(super) fn call(&self, upstreams: Upstreams) -> Call {
        let policy = self.policy();
        let targets = Arc::new(self.registry.bind(&policy));
        let count = policy.models.len();
        let on = policy.defaults.fallback_on;
        let tree = Tree::new(policy, SourceMap::new(), PolicyHash::of([])).unwrap();
        let body = Bytes::from(self.body.clone());
        let wanted = Wanted {
            endpoint: self.endpoint,
            ..Wanted::default()
        };
        Call {
            tree: Arc::new(tree),
            upstreams: Arc::new(upstreams),
            targets,
            route: RouteId(0),
            plan: Plan {
                hedge: self.hedge,
                shadow: None,
                targets: (0..u32::try_from(count).unwrap()).map(ModelId).collect(),
                groups: smallvec![
                    Group {
                        on,
                        targets: smallvec![0]
                    },
                    Group {
                        on,
                        targets: (1..count).collect(),
                    },
                ],
            },
            scanned: scan(&body, &wanted).unwrap(),
            body,
            headers: HeaderMap::new().into(),
            max_tokens: self.max_tokens,
            accounts: self.accounts,
            watch: None,
            arrived: Instant::now(),
            seed: self.seed,
        }
    }

    pub(super) fn fakes(&self) -> Upstreams {
        let backends = self
            .providers
            .iter()
            .map(|fake| Arc::clone(fake) as Arc<dyn Backend>);
        Upstreams::from_backends(backends.collect())
    }

    /// The answer's head, and the report to come.
    pub(super) async fn begin(&mut self) -> (Answer, oneshot::Receiver<Report>) {
        let call = self.call(self.fakes());
        self.targets = Arc::clone(&call.targets);
        let (sender, report) = oneshot::channel();
        let answer = carry_out(call, move |report| sender.send(report).unwrap()).await;
        (answer, report)
    }

    /// The whole answer as a client sees it, and the report.
    pub(super) async fn run(mut self) -> (Seen, Vec<Arc<Fake>>) {
        let start = Instant::now();
        let (answer, report) = self.begin().await;
        let seen = see(answer, report, start).await;
        for fake in &self.providers {
            assert_eq!(
                fake.live.load(std::sync::atomic::Ordering::SeqCst),
                0,
                "a call is left open"
            );
        }
        for index in 0..self.providers.len() {
            let state = self
                .targets
                .state(ModelId(u32::try_from(index).unwrap()))
                .unwrap();
            assert_eq!(state.in_flight(), 0);
        }
        (seen, self.providers)
    }
}

/// Reads an answer to its end.
pub(super) async fn see(answer: Answer, report: oneshot::Receiver<Report>, start: Instant) -> Seen {
    let mut body = answer.body;
    let mut bytes = Vec::new();
    let mut broke = false;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(frame.data_ref().unwrap()),
            Err(_) => broke = true,
        }
    }
    let took = start.elapsed();
    let report = report.await.expect("a report");
    Seen {
        status: answer.status.as_u16(),
        headers: answer.headers,
        body: String::from_utf8(bytes).unwrap(),
        broke,
        failures: answer
            .failures
            .iter()
            .filter_map(|(target, setback)| match setback {
                Setback::Failed(class) => Some((target.0, *class)),
                Setback::Open | Setback::Ejected => None,
            })
            .collect(),
        target: answer.target.map(|target| target.0),
        attempts: answer.attempts,
        report,
        took,
    }
}

impl Seen {
    /// The text that a chat client puts together from the stream.
    pub(super) fn spoken(&self) -> String {
        self.body
            .split("\"content\":\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect()
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.report.outcome
    }
}

fn provider(index: u32, urls: &[String], span: Span) -> Provider {
    Provider {
        name: format!("p{index}"),
        protocol: Protocol::OpenAi,
        url: urls.get(index as usize).cloned().unwrap_or_default(),
        credential: None,
        headers: Vec::new(),
        forward: Vec::new(),
        region: None,
        tags: Vec::new(),
        timeouts: Timeouts::default(),
        breaker: None,
        check: None,
        span,
    }
}

fn pool(pick: Pick, count: u32, span: Span) -> Pool {
    Pool {
        name: "all".to_owned(),
        pick,
        members: (0..count).map(|index| (ModelId(index), 1)).collect(),
        serves: Vec::new(),
        serves_globs: Vec::new(),
        span,
    }
}

fn model(index: u32, span: Span) -> Model {
    Model {
        name: format!("m{index}"),
        provider: ProviderId(index),
        upstream_name: format!("up-{index}"),
        serves: Vec::new(),
        serves_globs: Vec::new(),
        context: None,
        max_output: None,
        price: None,
        region: None,
        tags: Vec::new(),
        can: None,
        vectors: None,
        timeouts: Timeouts::default(),
        breaker: None,
        span,
    }
}
