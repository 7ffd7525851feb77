//! Who calls: the tenant whose key the request presents.

use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Timestamp;
use crate::model::{KeySecret, Policy, TenantId, TenantKey};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The header of bearer tokens.
const AUTHORIZATION: &str = "authorization";

/// The header in which Anthropic's clients send their key.
const API_KEY: &str = "x-api-key";

/// The keys of a policy's tenants by their SHA-256. A look-up by hash takes a time that says nothing of the key.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    keys: BTreeMap<[u8; 32], Caller>,
    open: bool,
}

/// Whom a key belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant.
    pub tenant: TenantId,
    /// The key's name.
    pub key: String,
    expires: Option<Timestamp>,
}

/// Why a request has no caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// It presents no key.
    NoKey,
    /// Its key is no tenant's.
    UnknownKey,
    /// Its key's time is over.
    ExpiredKey,
    /// This header stands twice.
    Twice(&'static str),
    /// It presents two keys that are not the same.
    TwoKeys,
}

impl Stranger {
    /// What the client is told.
    pub fn message(self) -> &'static str {
        match self {
            Stranger::NoKey => {
                "no key was presented: send it as `authorization: Bearer KEY` or as `x-api-key: KEY`"
            }
            Stranger::UnknownKey => "the key that was presented is not known here",
            Stranger::ExpiredKey => "the key that was presented has expired",
            Stranger::Twice(AUTHORIZATION) => "the header `authorization` stands twice: send it once",
            Stranger::Twice(_) => "the header `x-api-key` stands twice: send it once",
            Stranger::TwoKeys => "`authorization` and `x-api-key` hold two different keys: send one",
        }
    }
}

/// The hash of a key that is written as one; `None` where it stands in the environment or a file.
pub(super) fn written_hash(key: &TenantKey) -> Option<[u8; 32]> {
    match &key.secret {
        KeySecret::Sha256(hash) => Some(*hash),
        KeySecret::Source(_) => None,
    }
}

impl Callers {
    /// The callers of a policy. `hash` gives the SHA-256 of a key; keys that it does not give are left out, since
    /// whoever resolves them reports why.
    pub fn new(
        policy: &Policy,
        mut hash: impl FnMut(&TenantKey) -> Option<[u8; 32]>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut callers = Callers {
            keys: BTreeMap::new(),
            open: policy.tenants.is_empty(),
        };
        let mut errors = Vec::new();
        for (index, tenant) in (0_u32..).zip(&policy.tenants) {
            for key in &tenant.keys {
                let Some(hash) = hash(key) else {
                    continue;
                };
                let caller = Caller {
                    tenant: TenantId(index),
                    key: key.name.clone(),
                    expires: key.expires,
                };
                if callers.keys.insert(hash, caller).is_some() {
                    let message = format!(
                        "the key `{}` of tenant `{}` is also the key of another",
                        key.name, tenant.name
                    );
                    errors.push(
                        Diagnostic::error(Code::DUPLICATE_ENTRY, message)
                            .at(key.span, "two callers would be one")
                            .help("give each tenant a key of its own"),
                    );
                }
            }
        }
        if errors.is_empty() {
            Ok(callers)
        } else {
            Err(errors)
        }
    }

    /// The caller of a request with these headers; none where the policy declares no tenants, so that everyone may call.
    pub fn identify(&self, headers: &HeaderMap, now: Timestamp) -> Result<Option<&Caller>, Stranger> {
        let key = presented(headers)?;
        if self.open {
            return Ok(None);
        }
        let key = key.ok_or(Stranger::NoKey)?;
        let hash: [u8; 32] = Sha256::digest(key).into();
        let caller = self.keys.get(&hash).ok_or(Stranger::UnknownKey)?;
        match caller.expires {
            Some(expires) if now >= expires => Err(Stranger::ExpiredKey),
            _ => Ok(Some(caller)),
        }
    }
}

/// The key that a request presents: as bearer token, or bare as Anthropic's clients send it.
fn presented(headers: &HeaderMap) -> Result<Option<&[u8]>, Stranger> {
    let token = single(headers, AUTHORIZATION)?.and_then(bearer);
    let bare = single(headers, API_KEY)?
        .map(<[u8]>::trim_ascii)
        .filter(|key| !key.is_empty());
    match (token, bare) {
        (Some(token), Some(bare)) if token != bare => Err(Stranger::TwoKeys),
        (token, bare) => Ok(token.or(bare)),
    }
}

fn single<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<Option<&'h [u8]>, Stranger> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.as_bytes());
    match values.next() {
        Some(_) => Err(Stranger::Twice(name)),
        None => Ok(value),
    }
}

/// The key of `Bearer KEY`; the scheme's name has no case.
fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    let (scheme, key) = authorization.split_at_checked(6)?;
    let key = key.strip_prefix(b" ")?.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"bearer") && !key.is_empty()).then_some(key)
}
