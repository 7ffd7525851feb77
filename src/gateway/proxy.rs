//! The paths that clients call.

use super::context::Context;
use super::problem::Problem;
use super::server::Answers;
use super::state::Gateway;
use super::{body, call, models, reply};
use crate::wire::endpoint::Endpoint;
use crate::wire::errors::ErrorForm;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get};
use futures_util::FutureExt;
use futures_util::future::Either;
use http::{HeaderMap, Method};
use std::sync::Arc;

/// Answers what clients ask of the proxy's listener.
#[derive(Clone, Debug)]
pub struct Proxy {
    gateway: Arc<Gateway>,
    /// For all but calls of a model.
    rest: Router,
}

impl Proxy {
    /// The proxy of a gateway.
    pub fn new(gateway: Arc<Gateway>) -> Self {
        let mut rest = Router::new();
        for endpoint in Endpoint::CLIENTS {
            rest = rest.route(endpoint.path(), any(|request| wrong_method(request, "POST")));
        }
        let rest = rest
            .route(
                "/v1/models",
                get(models::list).fallback(|request| wrong_method(request, "GET, HEAD")),
            )
            .route(
                "/v1/models/{*name}",
                get(models::one).fallback(|request| wrong_method(request, "GET, HEAD")),
            )
            .fallback(unknown)
            .layer(from_fn_with_state(Arc::clone(&gateway), surround));
        Proxy { gateway, rest }
    }
}

impl Answers for Proxy {
    /// Calls of a model go straight to it, past the router and its layers.
    fn answer(self, request: Request) -> impl Future<Output = Response> + Send + 'static {
        let endpoint = Endpoint::of_path(request.uri().path());
        match endpoint.filter(|_| request.method() == Method::POST) {
            Some(endpoint) => Either::Left(call(self.gateway, endpoint, request)),
            None => Either::Right(self.rest.answer(request)),
        }
    }

    fn refuse(&self, request: &Request, problem: Problem) -> Response {
        let context = Context::new(request.headers(), self.gateway.policies.served());
        let form = form_of(request);
        let mut response = problem.respond(form);
        reply::mark(response.headers_mut(), &context, form);
        response
    }

    fn marks(&self) -> HeaderMap {
        let mut marks = HeaderMap::new();
        let context = Context::new(&marks, self.gateway.policies.served());
        reply::mark(&mut marks, &context, ErrorForm::OpenAi);
        marks
    }
}

fn call(
    gateway: Arc<Gateway>,
    endpoint: Endpoint,
    request: Request,
) -> impl Future<Output = Response> + Send + 'static {
    let context = Context::new(request.headers(), gateway.policies.served());
    let answer = call::answer(endpoint, gateway, context.clone(), request);
    answer.map(move |mut response| {
        reply::mark(response.headers_mut(), &context, endpoint.error_form());
        response
    })
}

/// Gives each other request its context and each answer the headers that all have.
pub(super) async fn surround(
    State(gateway): State<Arc<Gateway>>,
    mut request: Request,
    next: Next,
) -> Response {
    let context = Context::new(request.headers(), gateway.policies.served());
    request.extensions_mut().insert(context.clone());
    let form = form_of(&request);
    let mut response = next.run(request).await;
    reply::mark(response.headers_mut(), &context, form);
    response
}

async fn wrong_method(request: Request, allow: &'static str) -> Response {
    let form = form_of(&request);
    let (method, path) = refused(request);
    let message = format!("`{method}` is not for `{path}`: use {allow}");
    Problem::wrong_method(message, allow).respond(form)
}

async fn unknown(request: Request) -> Response {
    let form = form_of(&request);
    let (method, path) = refused(request);
    let message = format!("there is nothing at `{method} {path}`: use {}", paths());
    Problem::unknown_path(message).respond(form)
}

/// The form of errors that a client reads, as far as the request tells.
fn form_of(request: &Request) -> ErrorForm {
    let by_path = Endpoint::of_path(request.uri().path()).map(Endpoint::error_form);
    let speaks_anthropic = request.headers().contains_key(models::ANTHROPIC_VERSION);
    by_path.unwrap_or(match speaks_anthropic {
        true => ErrorForm::Anthropic,
        false => ErrorForm::OpenAi,
    })
}

/// All paths.
fn paths() -> String {
    let endpoints = Endpoint::CLIENTS.map(|endpoint| format!("`{}`", endpoint.path()));
    format!("{} or `/v1/models`", endpoints.join(", "))
}

/// Method and path of a request that nobody reads.
fn refused(request: Request) -> (Method, String) {
    let (parts, body) = request.into_parts();
    body::discard(body, &parts.headers);
    (parts.method, parts.uri.path().to_owned())
}
