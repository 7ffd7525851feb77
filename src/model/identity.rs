//! Who may call: tenants and their keys.

use super::catalog::CredentialSource;
use crate::facts::{FactId, Timestamp, Value};
use crate::source::Span;

/// Index of a tenant in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(pub u32);

/// What a key is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySecret {
    /// SHA-256 of the key.
    Sha256([u8; 32]),
    /// The key itself, resolved where the policy is served.
    Source(CredentialSource),
}

/// One key of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantKey {
    /// The key's name, unique in its tenant; the fact `user` where the body names none.
    pub name: String,
    /// What a presented key is compared with.
    pub secret: KeySecret,
    /// The first moment at which the key is no longer taken (the start of the written day behind, in UTC).
    pub expires: Option<Timestamp>,
    /// Where the policy says so.
    pub span: Span,
}

/// A caller.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// The policy's name of the tenant.
    pub name: String,
    /// Its keys.
    pub keys: Vec<TenantKey>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The facts that it sets: `tier`, `region` and declared ones `from tenant`, each of its fact's type.
    pub facts: Vec<(FactId, Value)>,
    /// Where the policy declares it; in a table, the statement that names the table.
    pub span: Span,
}
