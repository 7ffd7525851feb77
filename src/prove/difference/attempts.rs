//! What two policies do otherwise without deciding otherwise: how attempts are made, where models are, and what is recorded
//! of what was said.

use super::recording;
use crate::explain::class_names;
use crate::model::{
    ClassSet, Commit, CredentialSource, KeySecret, Policy, Pool, Provider, Retry, Route, RouteId, Routing,
    Target, Tenant, Timeouts,
};
use crate::quantity::format_duration;
use std::collections::BTreeMap;
use std::time::Duration;

/// Most facts that are told; the rest is counted.
const MAX_TOLD: usize = 200;

/// Plain facts, one line each, in the order of policies.
pub(super) fn otherwise(old: &Policy, new: &Policy) -> Vec<String> {
    let mut told = Vec::new();
    routes(old, new, &mut told);
    recording::told(old, new, &mut told);
    if old.defaults.hold != new.defaults.hold {
        told.push(format!(
            "defaults: hold {} → {} bytes",
            old.defaults.hold, new.defaults.hold
        ));
    }
    pools(old, new, &mut told);
    models(old, new, &mut told);
    providers(old, new, &mut told);
    tenants(old, new, &mut told);
    let more = told.len().saturating_sub(MAX_TOLD);
    if more > 0 {
        told.truncate(MAX_TOLD);
        told.push(format!("and {more} more"));
    }
    told
}

/// Says that something was one thing and is another.
fn tell<T: PartialEq>(told: &mut Vec<String>, what: &str, was: &T, is: &T, shown: impl Fn(&T) -> String) {
    if was != is {
        told.push(format!("{what} {} → {}", shown(was), shown(is)));
    }
}

/// Things of one name in both, in the order of the old policy.
fn pairs<'p, T>(
    old: &'p [T],
    new: &'p [T],
    name: impl Fn(&'p T) -> &'p str,
) -> Vec<(usize, &'p T, usize, &'p T)> {
    let by_name: BTreeMap<&str, usize> = new.iter().map(&name).zip(0..).collect();
    let pair = |(at, own): (usize, &'p T)| {
        let other = *by_name.get(name(own))?;
        Some((at, own, other, new.get(other)?))
    };
    old.iter().enumerate().filter_map(pair).collect()
}

fn routes(old: &Policy, new: &Policy, told: &mut Vec<String>) {
    let id = |at: usize| RouteId(u32::try_from(at).unwrap_or(u32::MAX));
    for (at, route, other, _) in pairs(&old.routes, &new.routes, |route: &Route| &route.name) {
        let (was, is) = (id(at), id(other));
        let (Some(left), Some(right)) = (old.routing(was), new.routing(is)) else {
            continue;
        };
        let what = |setting: &str| format!("route {}: {setting}", route.name);
        tell(told, &what("retry"), &old.retry(was), &new.retry(is), retry);
        tell(
            told,
            &what("attempts"),
            &old.attempts(was),
            &new.attempts(is),
            u32::to_string,
        );
        tell(told, &what("commit"), &old.commit(was), &new.commit(is), commit);
        tell(
            told,
            &what("record"),
            &left.content,
            &right.content,
            recording::content,
        );
        tell(
            told,
            &what("hedge"),
            &hedge(left),
            &hedge(right),
            duration_or_none,
        );
        let timeouts = |policy: &Policy, own: Timeouts| own.over(policy.defaults.timeouts);
        let (was, is) = (timeouts(old, left.timeouts), timeouts(new, right.timeouts));
        timeout_changes(told, &what("timeout"), was, is);
        let on = |policy: &Policy, fallback: &crate::model::Fallback| {
            classes(&fallback.on.unwrap_or(policy.defaults.fallback_on))
        };
        let was: Vec<String> = left.fallbacks.iter().map(|fallback| on(old, fallback)).collect();
        let is: Vec<String> = right.fallbacks.iter().map(|fallback| on(new, fallback)).collect();
        if was.len() == is.len() {
            for (was, is) in was.iter().zip(&is) {
                tell(told, &what("fallback on"), was, is, String::clone);
            }
        }
        if left.fallbacks.is_empty() && right.fallbacks.is_empty() {
            let was = classes(&old.defaults.fallback_on);
            let is = classes(&new.defaults.fallback_on);
            tell(
                told,
                &what("between members of a pool on"),
                &was,
                &is,
                String::clone,
            );
        }
    }
}

fn pools(old: &Policy, new: &Policy, told: &mut Vec<String>) {
    for (_, was, _, is) in pairs(&old.pools, &new.pools, |pool: &Pool| &pool.name) {
        if was.pick.is_live() && is.pick.is_live() {
            let what = format!("pool {}: pick", was.name);
            tell(told, &what, &was.pick, &is.pick, |pick| pick.name().to_owned());
        }
    }
}

fn models(old: &Policy, new: &Policy, told: &mut Vec<String>) {
    let provider = |policy: &Policy, model: &crate::model::Model| {
        let found = policy.provider(model.provider);
        found.map(|provider| provider.name.clone()).unwrap_or_default()
    };
    for (_, was, _, is) in pairs(&old.models, &new.models, |model: &crate::model::Model| {
        &model.name
    }) {
        let what = |setting: &str| format!("model {}: {setting}", was.name);
        let (from, to) = (provider(old, was), provider(new, is));
        tell(told, &what("provider"), &from, &to, String::clone);
        tell(
            told,
            &what("name"),
            &was.upstream_name,
            &is.upstream_name,
            String::clone,
        );
        timeout_changes(told, &what("timeout"), was.timeouts, is.timeouts);
        if was.max_output != is.max_output {
            told.push(what("max-output changed"));
        }
        if was.vectors != is.vectors {
            told.push(what("vectors changed"));
        }
        if was.price != is.price {
            told.push(what("price changed"));
        }
    }
}

fn providers(old: &Policy, new: &Policy, told: &mut Vec<String>) {
    for (_, was, _, is) in pairs(&old.providers, &new.providers, |provider: &Provider| {
        &provider.name
    }) {
        let what = |setting: &str| format!("provider {}: {setting}", was.name);
        tell(told, &what("url"), &was.url, &is.url, String::clone);
        let (from, to) = (was.protocol.name(), is.protocol.name());
        tell(told, &what("protocol"), &from, &to, |name| (*name).to_owned());
        if from == to && was.protocol != is.protocol {
            told.push(what("simulated behaviour changed"));
        }
        let key = |provider: &Provider| {
            let credential = provider.credential.as_ref();
            credential.map(|credential| (source(&credential.source), credential.header.clone()))
        };
        tell(told, &what("key"), &key(was), &key(is), |key| match key {
            None => "none".to_owned(),
            Some((source, None)) => source.clone(),
            Some((source, Some(header))) => format!("{source} in header {header}"),
        });
        if was.headers != is.headers {
            told.push(what("headers changed"));
        }
        tell(told, &what("forward"), &was.forward, &is.forward, |names| {
            format!("[{}]", names.join(", "))
        });
        timeout_changes(told, &what("timeout"), was.timeouts, is.timeouts);
        tell(told, &what("check"), &was.check, &is.check, |check| match check {
            Some(check) => format!("GET {} every {}", check.path, format_duration(check.every)),
            None => "none".to_owned(),
        });
    }
}

fn tenants(old: &Policy, new: &Policy, told: &mut Vec<String>) {
    for (_, was, _, is) in pairs(&old.tenants, &new.tenants, |tenant: &Tenant| &tenant.name) {
        let keys = |tenant: &Tenant| -> BTreeMap<String, (KeySecret, Option<String>)> {
            let key = |key: &crate::model::TenantKey| {
                let until = key.expires.map(|moment| moment.to_string());
                (key.name.clone(), (key.secret.clone(), until))
            };
            tenant.keys.iter().map(key).collect()
        };
        let (was_keys, is_keys) = (keys(was), keys(is));
        let mut said = |name: &str, how: &str| told.push(format!("tenant {}: key {name} {how}", was.name));
        for (name, key) in &was_keys {
            match is_keys.get(name) {
                None => said(name, "removed"),
                Some(other) if other != key => said(name, "changed"),
                Some(_) => {}
            }
        }
        for name in is_keys.keys().filter(|name| !was_keys.contains_key(*name)) {
            said(name, "added");
        }
    }
}

fn timeout_changes(told: &mut Vec<String>, what: &str, was: Timeouts, is: Timeouts) {
    for (phase, was, is) in [
        ("connect", was.connect, is.connect),
        ("headers", was.headers, is.headers),
        ("first-token", was.first_token, is.first_token),
        ("idle", was.idle, is.idle),
        ("total", was.total, is.total),
    ] {
        tell(told, &format!("{what} {phase}"), &was, &is, duration);
    }
}

/// When a route's first attempt is hedged, where it is.
fn hedge(routing: &Routing) -> Option<Duration> {
    match &routing.target {
        Target::Hedge(hedge) => Some(hedge.after),
        _ => None,
    }
}

fn duration_or_none(after: &Option<Duration>) -> String {
    after.map_or_else(
        || "none".to_owned(),
        |after| format!("after {}", format_duration(after)),
    )
}

fn duration(duration: &Option<Duration>) -> String {
    duration.map_or_else(|| "unset".to_owned(), format_duration)
}

fn classes(classes: &ClassSet) -> String {
    format!("[{}]", class_names(*classes).join(", "))
}

fn retry(retry: &Retry) -> String {
    format!("{} on {}", retry.count, classes(&retry.on))
}

fn commit(commit: &Commit) -> String {
    match commit {
        Commit::FirstContent => "first-content".to_owned(),
        Commit::After(length) => format!("after {}", format_duration(*length)),
        Commit::Complete => "complete".to_owned(),
    }
}

fn source(source: &CredentialSource) -> String {
    match source {
        CredentialSource::Environment(name) => format!("env {name:?}"),
        CredentialSource::File(path) => format!("file {path:?}"),
    }
}
