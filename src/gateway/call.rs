//! One request for a model's answer, whatever the endpoint: observe, decide, carry out, respond.

use super::body::{self, Limit};
use super::callers::Caller;
use super::candidate;
use super::coding::Coding;
use super::content::Saying;
use super::context::Context;
use super::finish::Finish;
use super::observe::{Head, Observation};
use super::problem::Problem;
use super::state::Gateway;
use super::{detach, refusal, reply};
use crate::decide::{Outcome, Plan, Refusal, decide};
use crate::engine::{Answer, Call, carry_out};
use crate::model::RouteId;
use crate::targets::Asking;
use crate::wire::endpoint::Endpoint;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::request::Parts;
use http::{HeaderMap, Request};
use std::sync::Arc;
use tokio::time::Instant;

/// Answers one request to an endpoint. Of the request it keeps no more than it needs, for as long as its answer takes.
pub(super) fn answer(
    endpoint: Endpoint,
    gateway: Arc<Gateway>,
    context: Context,
    request: Request<Body>,
) -> impl Future<Output = Response> + Send + 'static {
    let begun = gateway.metrics.begin();
    let (Parts { mut headers, .. }, body) = request.into_parts();
    async move {
        match observe(endpoint, &gateway, &context, &mut headers, body).await {
            Ok((observation, body)) => {
                let beside = candidate::Request::of(&gateway.policies, &context, endpoint, &headers, &body);
                let loaded = Arc::clone(&context.loaded);
                let finish = Finish::new(gateway, context, begun, beside);
                match route(finish, headers, observation, body) {
                    Routed::Refused(response) => response,
                    Routed::Begun(answer, route) => reply::respond(answer.await, loaded.tree.policy(), route),
                }
            }
            Err(problem) => {
                gateway
                    .metrics
                    .request(None, "rejected", context.arrived.elapsed());
                problem.respond(endpoint.error_form())
            }
        }
    }
}

/// The tenant that calls; none where everyone may.
pub(super) fn identify<'c>(context: &'c Context, headers: &HeaderMap) -> Result<Option<&'c Caller>, Problem> {
    let callers = &context.loaded.prepared.callers;
    callers.identify(headers, context.now).map_err(Problem::stranger)
}

async fn observe(
    endpoint: Endpoint,
    gateway: &Gateway,
    context: &Context,
    headers: &mut HeaderMap,
    body: Body,
) -> Result<(Observation, Bytes), Problem> {
    let policy = context.loaded.tree.policy();
    let wishes = &context.loaded.prepared.wishes;
    let (head, coding) = match head(context, headers) {
        Ok(read) => read,
        Err(problem) => {
            body::discard(body, headers);
            return Err(problem);
        }
    };
    let limit = Limit {
        bytes: gateway.body_limit,
        setting: Some("--body-limit"),
    };
    let body = body::read(body, headers, limit).await?;
    let body = coding.undo(body, limit).await?;
    // It is plain from here on.
    headers.remove(CONTENT_ENCODING);
    let observation = if wishes.takes_long(endpoint, body.len()) {
        observe_aside(context, head, endpoint, body.clone()).await?
    } else {
        wishes.body(policy, head, endpoint, &body)?
    };
    Ok((observation, body))
}

/// Reads a body on a thread of its own, so that other requests need not wait for it.
async fn observe_aside(
    context: &Context,
    head: Head,
    endpoint: Endpoint,
    body: Bytes,
) -> Result<Observation, Problem> {
    let loaded = Arc::clone(&context.loaded);
    let observed = tokio::task::spawn_blocking(move || {
        let wishes = &loaded.prepared.wishes;
        wishes.body(loaded.tree.policy(), head, endpoint, &body)
    });
    observed.await.unwrap_or_else(|_| Err(Problem::internal()))
}

/// What is known before the body is read: who calls, the headers, and how the body is coded.
fn head(context: &Context, headers: &HeaderMap) -> Result<(Head, Coding), Problem> {
    let policy = context.loaded.tree.policy();
    let caller = identify(context, headers)?;
    let wishes = &context.loaded.prepared.wishes;
    let head = wishes.head(policy, caller, headers, context.now)?;
    Ok((head, Coding::of(headers)?))
}

/// What becomes of an observed request.
enum Routed<A> {
    /// The decision refused it.
    Refused(Response),
    /// Its plan is carried out, for this route.
    Begun(A, RouteId),
}

fn route(
    finish: Finish,
    headers: HeaderMap,
    observation: Observation,
    body: Bytes,
) -> Routed<impl Future<Output = Answer> + Send> {
    let Observation { facts, scanned, .. } = observation;
    let form = scanned.endpoint.error_form();
    let loaded = Arc::clone(&finish.context().loaded);
    let (tree, prepared) = (&loaded.tree, &loaded.prepared);
    let seed = fastrand::u64(..);
    let asking = Asking {
        now: Instant::now(),
        seed,
        endpoint: scanned.endpoint,
        body: &body,
    };
    let mut orders = prepared.targets.orders(tree.policy(), asking);
    let decision = decide(tree, &facts, seed, &mut orders);
    let refusal = match (&decision.outcome, decision.route) {
        (Outcome::Plan(plan), Some(route)) => {
            let plan: Plan = plan.clone();
            let max_tokens = decision.max_tokens;
            let arrived = finish.context().arrived;
            let (headers, body) = match scanned.stream {
                true => (detach::headers(&headers), detach::body(body)),
                false => (headers, body),
            };
            let saying = Saying::of(
                finish.gateway(),
                (tree.policy(), &prepared.redactors),
                &decision,
                (scanned.endpoint, &body),
            );
            let watch = saying.as_ref().map(|saying| saying.watch());
            let finish = finish.decided(facts, seed, decision).saying(saying);
            let call = Call {
                tree: Arc::clone(tree),
                upstreams: Arc::clone(&prepared.upstreams),
                targets: Arc::clone(&prepared.targets),
                route,
                plan,
                body,
                scanned,
                headers: Arc::new(headers),
                max_tokens,
                accounts: finish.accounts(),
                watch,
                arrived,
                seed,
            };
            let shadow = call
                .plan
                .shadow
                .map(|target| finish.shadows().begin(&call, target));
            let answer = carry_out(call, move |report| finish.report(report, shadow));
            return Routed::Begun(answer, route);
        }
        (Outcome::Refused(refusal), _) => {
            let problem = refusal::problem(tree, &facts, refusal, &decision.skipped);
            match refusal {
                Refusal::NoCapableTarget { .. } => {
                    refusal::with_field(problem, &decision.skipped, scanned.endpoint, &body)
                }
                _ => problem,
            }
        }
        // A plan comes from a route; a decision that says otherwise is none.
        (Outcome::Plan(_), None) => Problem::internal(),
    };
    let route = decision.route;
    finish.decided(facts, seed, decision).refuse();
    let mut response = refusal.respond(form);
    reply::mark_refused(response.headers_mut(), tree.policy(), route);
    Routed::Refused(response)
}
