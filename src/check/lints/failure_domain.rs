//! Routes whose targets all fail together.

use super::targets::{routing, written};
use super::{Sound, at};
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ModelId, Policy, ProviderId, Target};
use std::collections::BTreeSet;

/// Reports routes with fallbacks of which all targets are served by one provider.
pub(in crate::check) fn one_failure_domain(policy: &Policy, sound: &Sound, report: &mut Report) {
    for (index, route) in policy.routes.iter().enumerate() {
        let fallback = routing(route).filter(|routing| {
            !routing.fallbacks.is_empty() && !matches!(routing.target, Target::Requested(_))
        });
        let Some(routing) = fallback.filter(|_| at(&sound.routes, index)) else {
            continue;
        };
        let models: BTreeSet<ModelId> = written(routing).flat_map(|named| policy.members(named)).collect();
        let providers: BTreeSet<ProviderId> = models
            .iter()
            .filter_map(|model| Some(policy.model(*model)?.provider))
            .collect();
        let mut providers = providers.into_iter().filter_map(|id| policy.provider(id));
        if let (Some(only), None) = (providers.next(), providers.next()) {
            let message = format!("all targets of the route `{}` fail together", route.name);
            report.push(
                Diagnostic::warning(Code::ONE_FAILURE_DOMAIN, message)
                    .at(route.span, format!("all are served by `{}`", only.name))
                    .help("add a fallback at another provider"),
            );
        }
    }
}
