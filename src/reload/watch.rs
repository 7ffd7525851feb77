//! The loop that keeps what is served as the files say.

use super::disk::DiskState;
use super::holder::{FailedLoad, Holder, Loaded};
use super::load::{Attempt, Prepare, Source};
use super::notice::Notices;
use crate::compile::Rejected;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;

/// How often the loop looks, and how long it mistrusts what it sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How often the files are looked at without a notification.
    pub poll: Duration,
    /// How long files must hold what was read before it is served.
    pub settle: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            poll: Duration::from_millis(250),
            settle: Duration::from_millis(80),
        }
    }
}

/// How long to wait after a notification: in a busy directory there are many, and one look serves for all of them.
const PAUSE: Duration = Duration::from_millis(10);

/// Every so many polls all contents are read, whatever the stamps say.
const THOROUGH_EVERY: u32 = 20;

/// How often a load is begun anew since the files changed meanwhile, before that is called a failed load.
const MAX_UNSETTLED: u32 = 40;

/// Most reloads asked for and not yet answered.
const MAX_REQUESTS: usize = 16;

/// What became of a reload that was asked for.
pub type Reloaded<P> = Result<Arc<Loaded<P>>, FailedLoad>;

/// Asks the loop to load now.
#[derive(Debug)]
pub struct Handle<P> {
    requests: mpsc::Sender<oneshot::Sender<Reloaded<P>>>,
}

impl<P> Clone for Handle<P> {
    fn clone(&self) -> Self {
        Handle {
            requests: self.requests.clone(),
        }
    }
}

impl<P> Handle<P> {
    /// Loads now, whether anything changed or not, and says what came of it; `None` where the loop has ended.
    pub async fn reload(&self) -> Option<Reloaded<P>> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(answer).await.ok()?;
        answered.await.ok()
    }
}

/// Starts the loop. `state` is what the load behind the holder's policy read. The loop ends when all handles are gone.
pub fn watch<S: Prepare>(
    source: Source<S>,
    holder: Arc<Holder<S::Prepared>>,
    state: DiskState,
    pace: Pace,
) -> Handle<S::Prepared> {
    let (requests, queue) = mpsc::channel(MAX_REQUESTS);
    let watch = Watch {
        source: Arc::new(source),
        holder,
        served: state.roots().to_vec(),
        state,
        pace,
    };
    tokio::spawn(watch.run(queue));
    Handle { requests }
}

struct Watch<S: Prepare> {
    source: Arc<Source<S>>,
    holder: Arc<Holder<S::Prepared>>,
    /// The policy's own files at the load that serves.
    served: Vec<String>,
    state: DiskState,
    pace: Pace,
}

impl<S: Prepare> Watch<S> {
    async fn run(mut self, mut requests: mpsc::Receiver<oneshot::Sender<Reloaded<S::Prepared>>>) {
        let (wake, mut woken) = mpsc::channel(1);
        let mut notices = Notices::new(wake);
        notices.follow(self.source.policy(), self.state.files());
        let mut polls = tokio::time::interval(self.pace.poll);
        polls.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut count = 0_u32;
        loop {
            let mut asked = None;
            tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => asked = Some(request),
                    None => return,
                },
                _ = woken.recv() => tokio::time::sleep(PAUSE).await,
                _ = polls.tick() => count = count.wrapping_add(1),
            }
            let thorough = count.is_multiple_of(THOROUGH_EVERY);
            if asked.is_none() && self.holds(thorough).await {
                continue;
            }
            let outcome = self.load(asked.is_some()).await;
            notices.follow(self.source.policy(), self.state.files());
            if let Some(asked) = asked {
                let _ = asked.send(outcome);
            }
        }
    }

    /// Loads until the files hold still, then serves the result or notes what is wrong with it. Only a load that was
    /// asked for takes it that files of the policy are gone.
    async fn load(&mut self, asked: bool) -> Reloaded<S::Prepared> {
        for _ in 0..MAX_UNSETTLED {
            let source = Arc::clone(&self.source);
            let Ok(attempt) = spawn_blocking(move || source.load()).await else {
                break;
            };
            let Attempt { result, state } = attempt;
            self.state = state;
            tokio::time::sleep(self.pace.settle).await;
            if !self.is_untouched().await {
                continue;
            }
            let vanished = if asked { Vec::new() } else { self.vanished() };
            return match result {
                Ok(_) if !vanished.is_empty() => Err(self.reject(&Rejected {
                    diagnostics: vanished,
                    sources: SourceMap::new(),
                    draft: None,
                })),
                Ok(ready) => {
                    self.served = self.state.roots().to_vec();
                    let loaded = self.holder.swap(ready);
                    tracing::info!(
                        policy = loaded.tree.hash().short(),
                        generation = loaded.generation,
                        warnings = loaded.warnings,
                        unproved = loaded.unproved.len(),
                        "policy loaded"
                    );
                    Ok(loaded)
                }
                Err(rejected) => Err(self.reject(&rejected)),
            };
        }
        let message =
            "the policy files could not be read in a settled state: write them less often than every 100 ms";
        Err(self.reject(&Rejected {
            diagnostics: vec![Diagnostic::error(Code::UNREADABLE_FILE, message)],
            sources: SourceMap::new(),
            draft: None,
        }))
    }

    /// What there is to say of files that the served policy has and the folder has no more. A folder that is being
    /// copied, synchronised or restored looks so for a while, and its rest may well be a policy that loads.
    fn vanished(&self) -> Vec<Diagnostic> {
        let gone = self
            .served
            .iter()
            .filter(|name| !self.state.roots().contains(name));
        gone.map(|name| {
            Diagnostic::error(
                Code::UNREADABLE_FILE,
                format!("the file `{name}` of the policy has vanished"),
            )
            .help(
                "put it back, or reload with SIGHUP or `POST /policy/reload` to serve the policy without it",
            )
        })
        .collect()
    }

    fn reject(&self, rejected: &Rejected) -> FailedLoad {
        let failed = self.holder.fail(rejected);
        tracing::error!(
            "the policy was not loaded, the one before it stays in force\n{}",
            failed.text
        );
        failed
    }

    /// Whether nobody has written to the files since the last load read them.
    async fn is_untouched(&self) -> bool {
        let source = Arc::clone(&self.source);
        let state = self.state.clone();
        spawn_blocking(move || state.is_untouched(source.policy()))
            .await
            .unwrap_or(false)
    }

    /// Whether the files still hold what the last load read.
    async fn holds(&mut self, thorough: bool) -> bool {
        let source = Arc::clone(&self.source);
        let mut state = self.state.clone();
        let looked = spawn_blocking(move || {
            let holds = state.holds(source.policy(), thorough);
            (holds, state)
        });
        match looked.await {
            Ok((holds, state)) => {
                self.state = state;
                holds
            }
            Err(_) => true,
        }
    }
}
