//! Who may ask: whoever has the admin token; without one, whoever calls this machine by a loopback name.

use super::super::problem::Problem;
use super::super::state::Gateway;
use crate::settings::AdminAccess;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::{HeaderMap, Uri};
use std::net::IpAddr;
use std::sync::Arc;

/// Lets a request through, or says why not.
pub(super) async fn check(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let allowed = match &gateway.admin_access {
        AdminAccess::Token(token) => {
            let presented = bearer(request.headers()).is_some_and(|presented| token.matches(presented));
            presented.then_some(()).ok_or_else(|| {
                Problem::unauthorized("this path asks for the admin token: `authorization: Bearer TOKEN`")
            })
        }
        AdminAccess::LoopbackNames => by_loopback_name(request.uri(), request.headers())
            .then_some(())
            .ok_or_else(Problem::foreign_name),
    };
    match allowed {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (scheme, token) = values.next()?.to_str().ok()?.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}

/// Whether the request names this machine as loopback, and comes from no web page of another name.
fn by_loopback_name(uri: &Uri, headers: &HeaderMap) -> bool {
    let hosts: Vec<&str> = match uri.authority() {
        Some(authority) => vec![authority.as_str()],
        None => headers
            .get_all(HOST)
            .iter()
            .map(|value| value.to_str().unwrap_or_default())
            .collect(),
    };
    let [host] = hosts.as_slice() else {
        return false;
    };
    let origin_is_near = headers.get(ORIGIN).is_none_or(|origin| {
        origin
            .to_str()
            .ok()
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(_, host)| is_loopback(host))
    });
    is_loopback(host) && origin_is_near
}

/// Whether `host`, with or without a port, is a loopback name or address.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
