//! What the operator typed, then what it means: the first holds the words as they came, the second can only be built
//! complete. One function per group of settings; all errors are collected before any is reported.
#![allow(
    clippy::disallowed_methods,
    reason = "the admin token is read from the environment or a file, and certificates from files"
)]

mod address;
mod admin;
mod proving;
mod recording;
mod size;
mod tls;

pub use admin::{AdminAccess, AdminToken};
pub use proving::{Proving, proof_budget};
pub use recording::{RecordFlags, Recording, SyncRecords};
pub use tls::TlsFiles;

use crate::quantity::parse_duration;
use crate::verify::Unproved;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The longest time that a drain may take.
const MAX_DRAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// The smallest and the largest body limit, in bytes.
const BODY_LIMITS: std::ops::RangeInclusive<usize> = 1024..=4 << 30;

/// The flags of `serve` as they were typed.
#[derive(Clone, Debug)]
pub struct ServeFlags {
    /// The policy: a directory or files.
    pub policy: Vec<PathBuf>,
    /// `--listen`: where clients call.
    pub listen: String,
    /// `--admin`: where operators call.
    pub admin: String,
    /// `--admin-token`: `env:NAME` or `file:PATH`.
    pub admin_token: Option<String>,
    /// `--tls-cert`: the listener's certificate chain.
    pub tls_cert: Option<PathBuf>,
    /// `--tls-key`: its private key.
    pub tls_key: Option<PathBuf>,
    /// `--upstream-ca`: authorities that upstreams are trusted by, beside the system's.
    pub upstream_ca: Option<PathBuf>,
    /// `--anonymous`: serve everyone on an address that others can reach.
    pub anonymous: bool,
    /// `--shadow`: files and directories of the policy that decides beside the served one.
    pub shadow: Vec<PathBuf>,
    /// `--record` and what else says how traffic is recorded.
    pub record: RecordFlags,
    /// `--drain-timeout`: how long requests in flight may take after a stop.
    pub drain_timeout: String,
    /// `--body-limit`: the largest request body.
    pub body_limit: String,
    /// `--proof-budget`: how long the proofs of a load may take.
    pub proof_budget: String,
    /// `--unproved`: what becomes of a policy with an assert that was not told by then.
    pub unproved: Unproved,
}

/// What the flags of `serve` mean.
#[derive(Clone, Debug)]
pub struct ServeSettings {
    /// The policy: a directory or files, at least one.
    pub policy: Vec<PathBuf>,
    /// Where clients call.
    pub listen: SocketAddr,
    /// Where operators call.
    pub admin: SocketAddr,
    /// Who may ask the admin listener for more than its health.
    pub admin_access: AdminAccess,
    /// The files of the proxy listener's certificate, where it speaks TLS.
    pub tls: Option<TlsFiles>,
    /// More authorities that upstreams are trusted by, as PEM.
    pub upstream_ca: Option<Vec<u8>>,
    /// Whether a policy without tenants may be served on an address that others can reach.
    pub anonymous: bool,
    /// The files and directories of the policy that decides beside the served one; none where there is no such policy.
    pub shadow: Vec<PathBuf>,
    /// Where traffic records go, where they are asked for.
    pub recording: Option<Recording>,
    /// How long requests in flight may take after a stop.
    pub drain_timeout: Duration,
    /// The largest request body in bytes.
    pub body_limit: usize,
    /// How loads are proved.
    pub proving: Proving,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    setting: &'static str,
    message: String,
}

impl SettingError {
    fn new(setting: &'static str, message: impl Into<String>) -> Self {
        SettingError {
            setting,
            message: message.into(),
        }
    }

    /// What is wrong, without the setting's name.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.setting, self.message)
    }
}

impl ServeFlags {
    /// What the flags mean, or everything that is wrong with them.
    pub fn settle(self) -> Result<ServeSettings, Vec<SettingError>> {
        let mut errors = Vec::new();
        let listen = keep(address::parse("--listen", &self.listen), &mut errors);
        let admin = keep(address::parse("--admin", &self.admin), &mut errors);
        let admin_access = keep(admin::access(self.admin_token.as_deref(), admin), &mut errors);
        let tls = keep(tls::files(self.tls_cert, self.tls_key), &mut errors);
        let upstream_ca = keep(tls::authorities(self.upstream_ca), &mut errors);
        let recording = keep(self.record.settle(), &mut errors);
        let drain_timeout = keep(drain_timeout(&self.drain_timeout), &mut errors);
        let body_limit = keep(body_limit(&self.body_limit), &mut errors);
        let budget = keep(proof_budget(&self.proof_budget), &mut errors);
        match (
            listen,
            admin,
            admin_access,
            (tls, upstream_ca),
            recording,
            drain_timeout,
            body_limit,
            budget,
        ) {
            (
                Some(listen),
                Some(admin),
                Some(admin_access),
                (Some(tls), Some(upstream_ca)),
                Some(recording),
                Some(drain_timeout),
                Some(body_limit),
                Some(budget),
            ) => Ok(ServeSettings {
                policy: self.policy,
                listen,
                admin,
                admin_access,
                tls,
                upstream_ca,
                anonymous: self.anonymous,
                shadow: self.shadow,
                recording,
                drain_timeout,
                body_limit,
                proving: Proving {
                    budget,
                    unproved: self.unproved,
                },
            }),
            _ => Err(errors),
        }
    }
}

impl ServeSettings {
    /// Whether a policy may be served on these addresses: one that lets everyone in needs `--anonymous` where others
    /// than this machine can call.
    pub fn admits(&self, declares_tenants: bool) -> Result<(), SettingError> {
        if declares_tenants || self.anonymous || self.listen.ip().is_loopback() {
            return Ok(());
        }
        Err(SettingError::new(
            "--listen",
            format!(
                "the policy declares no tenants, so that everyone who reaches `{}` could call its models: declare \
                 tenants, listen on a loopback address, or say `--anonymous`",
                self.listen
            ),
        ))
    }
}

fn keep<T>(result: Result<T, SettingError>, errors: &mut Vec<SettingError>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

fn drain_timeout(text: &str) -> Result<Duration, SettingError> {
    match parse_duration(text) {
        Some(duration) if duration <= MAX_DRAIN => Ok(duration),
        Some(_) => Err(SettingError::new(
            "--drain-timeout",
            format!("`{text}` is longer than a day: give at most `24h`"),
        )),
        None => Err(SettingError::new(
            "--drain-timeout",
            format!("`{text}` is no duration: write a number and `ms`, `s`, `m` or `h`, such as `10m`"),
        )),
    }
}

fn body_limit(text: &str) -> Result<usize, SettingError> {
    match size::parse(text) {
        Some(bytes) if BODY_LIMITS.contains(&bytes) => Ok(bytes),
        Some(_) => Err(SettingError::new(
            "--body-limit",
            format!("`{text}` is out of bounds: give 1KiB to 4GiB"),
        )),
        None => Err(SettingError::new("--body-limit", size::expected(text))),
    }
}

#[cfg(test)]
mod tests;
