//! What is served beside a tree: callers, what to observe, the providers' backends, the live state of targets. All of
//! it is built when a policy is loaded; what cannot be built fails the load.

use super::callers::Callers;
use super::content::redactors;
use super::observe::Wishes;
use super::reply;
use crate::diagnostic::{Code, Diagnostic, sort};
use crate::model::{KeySecret, Policy};
use crate::provider::{Clients, Roots, Secret, Upstreams};
use crate::record::Redactor;
use crate::reload::Prepare;
use crate::settings::ServeSettings;
use crate::targets::{LiveTargets, Registry};
use crate::tree::Tree;
use http::HeaderValue;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What is served beside a tree.
#[derive(Debug)]
pub struct Prepared {
    /// The tenants' keys.
    pub callers: Callers,
    /// What is observed of requests.
    pub wishes: Wishes,
    /// The providers' backends.
    pub upstreams: Arc<Upstreams>,
    /// The live state of targets.
    pub targets: Arc<LiveTargets>,
    /// Headers held in records beside those that the policy reads.
    pub record_headers: Vec<String>,
    /// What the records of each route leave out of what was said; `None` for routes that record nothing of it. None at all
    /// where nothing is recorded.
    pub redactors: Vec<Option<Arc<Redactor>>>,
    /// The value of `x-pointsman-policy`.
    pub policy_header: HeaderValue,
    /// The policy's hash, as records hold it.
    pub policy_hash: String,
}

/// Builds what is served beside a tree.
#[derive(Debug)]
pub struct Preparation {
    settings: ServeSettings,
    registry: Registry,
    clients: Clients,
}

impl Preparation {
    /// For a proxy of these settings. The live state of targets and open connections are kept from one policy to the
    /// next.
    ///
    /// # Errors
    /// The authorities of `--upstream-ca` cannot be read.
    pub fn new(settings: ServeSettings) -> Result<Self, String> {
        let roots = match &settings.upstream_ca {
            Some(text) => Roots::from_pem(text).map_err(|error| format!("`--upstream-ca`: {error}"))?,
            None => Roots::default(),
        };
        Ok(Preparation {
            settings,
            registry: Registry::new(),
            clients: Clients::trusting(roots),
        })
    }
}

impl Prepare for Preparation {
    type Prepared = Prepared;

    fn prepare(&self, tree: &Arc<Tree>) -> Result<Prepared, Vec<Diagnostic>> {
        let policy = tree.policy();
        let mut errors = Vec::new();
        if let Err(error) = self.settings.admits(!policy.tenants.is_empty()) {
            errors.push(Diagnostic::error(Code::OPEN_POLICY, error.to_string()));
        }
        let callers = resolve_callers(policy, &mut errors);
        let upstreams = resolve_upstreams(policy, &self.clients, &mut errors);
        let recorded = self.settings.recording.as_ref();
        let redactors = recorded.map_or_else(Vec::new, |_| redactors(policy, &mut errors));
        let recorded = recorded.map(|recording| recording.headers.as_slice());
        match upstreams {
            Some(upstreams) if errors.is_empty() => Ok(Prepared {
                callers,
                wishes: Wishes::new(tree, recorded),
                upstreams: Arc::new(upstreams),
                targets: Arc::new(self.registry.bind(policy)),
                record_headers: recorded.unwrap_or_default().to_vec(),
                redactors,
                policy_header: reply::policy_header(&tree.hash().short()),
                policy_hash: tree.hash().to_string(),
            }),
            _ => {
                sort(&mut errors);
                Err(errors)
            }
        }
    }
}

/// The secrets of a policy that cannot be resolved, as diagnostics that name them.
pub fn unresolved_secrets(tree: &Tree) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    resolve_callers(tree.policy(), &mut errors);
    resolve_upstreams(tree.policy(), &Clients::new(), &mut errors);
    errors
}

fn resolve_callers(policy: &Policy, errors: &mut Vec<Diagnostic>) -> Callers {
    let mut unresolved = Vec::new();
    let callers = Callers::new(policy, |key| match &key.secret {
        KeySecret::Sha256(hash) => Some(*hash),
        KeySecret::Source(source) => match Secret::resolve(source) {
            Ok(secret) => Some(Sha256::digest(secret.text().as_bytes()).into()),
            Err(error) => {
                let message = format!("the tenant's key `{}` cannot be resolved: {error}", key.name);
                unresolved.push(
                    Diagnostic::error(Code::UNRESOLVED_SECRET, message)
                        .at(key.span, "the key that is asked for"),
                );
                None
            }
        },
    });
    errors.append(&mut unresolved);
    callers.unwrap_or_else(|mut found| {
        errors.append(&mut found);
        Callers::default()
    })
}

fn resolve_upstreams(policy: &Policy, clients: &Clients, errors: &mut Vec<Diagnostic>) -> Option<Upstreams> {
    match Upstreams::new(policy, clients) {
        Ok(upstreams) => Some(upstreams),
        Err(unusable) => {
            errors.extend(unusable.iter().map(|provider| {
                Diagnostic::error(Code::UNRESOLVED_SECRET, provider.to_string())
                    .at(provider.span, "what cannot be used")
            }));
            None
        }
    }
}
