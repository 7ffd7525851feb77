//! The built-in provider: it answers as an LLM would, with the latencies and faults that the policy asks for, without a
//! network. Newcomers run everything with it, and operators rehearse an outage.

mod fault;
mod script;
mod vectors;
mod words;

use super::backend::{Backend, CallError, CallFuture, CutError, UpstreamRequest, UpstreamResponse};
use crate::model::{FailureClass, SimulatedBehaviour};
use crate::quantity::Share;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use script::{Script, Step};
use std::sync::Arc;
use tokio::time::sleep;

/// A provider that is simulated.
#[derive(Clone, Debug)]
pub(super) struct SimulatedProvider {
    behaviour: Arc<SimulatedBehaviour>,
}

impl SimulatedProvider {
    pub(super) fn new(behaviour: SimulatedBehaviour) -> Self {
        SimulatedProvider {
            behaviour: Arc::new(behaviour),
        }
    }

    /// The fault of one call: every share has its part of the whole, what is left answers well.
    pub(super) fn fault(&self, random: &mut fastrand::Rng) -> Option<FailureClass> {
        let mut drawn = random.u16(0..Share::WHOLE);
        for fault in &self.behaviour.faults {
            match drawn.checked_sub(fault.share.basis_points()) {
                Some(rest) => drawn = rest,
                None => return Some(fault.class),
            }
        }
        None
    }
}

impl Backend for SimulatedProvider {
    fn call(&self, request: UpstreamRequest) -> CallFuture {
        let behaviour = Arc::clone(&self.behaviour);
        let mut random = fastrand::Rng::with_seed(request.seed);
        let fault = self.fault(&mut random);
        async move { answer(script::write(&behaviour, &request, fault)).await }.boxed()
    }
}

/// Plays a script: waits, sends the headers, waits, sends pieces.
async fn answer(script: Script) -> Result<UpstreamResponse, CallError> {
    sleep(script.latency).await;
    if script.fails_to_connect {
        return Err(CallError {
            reason: "simulated: connection refused".to_owned(),
        });
    }
    if script.silent {
        std::future::pending::<()>().await;
    }
    let body = stream::iter(script.steps).then(play);
    Ok(UpstreamResponse {
        status: script.status,
        headers: script.headers,
        body: body.boxed(),
    })
}

async fn play(step: Step) -> Result<Bytes, CutError> {
    match step {
        Step::Piece { after, bytes } => {
            if !after.is_zero() {
                sleep(after).await;
            }
            Ok(bytes)
        }
        Step::Cut => Err(CutError {
            reason: "simulated: connection reset".to_owned(),
        }),
        Step::Silence => std::future::pending().await,
    }
}
