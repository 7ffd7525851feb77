//! Pointsman routes LLM requests by policy: a small declarative language, compiled into an evaluation tree that is
//! swapped whole while requests run, and dry-run over recorded traffic before it goes live.
//!
//! Text flows down the list of modules below; a module imports only from those above it. See
//! `docs/architecture.md` for the map and for what must never be.

pub mod source;

pub mod quantity;

pub mod cel;

pub mod diagnostic;

pub mod facts;

pub mod syntax;

pub mod format;

pub mod model;

pub mod check;

pub mod tree;

pub mod compile;

pub mod decide;

pub mod explain;

pub mod prove;

pub mod scenario;

pub mod verify;

pub mod record;

pub mod replay;

pub mod wire;

#[cfg(feature = "serve")]
pub mod settings;

#[cfg(feature = "disk")]
pub mod reload;

#[cfg(feature = "files")]
pub mod traffic;

#[cfg(feature = "serve")]
pub mod targets;

#[cfg(feature = "serve")]
pub mod provider;

#[cfg(feature = "serve")]
pub mod engine;

#[cfg(feature = "serve")]
pub mod gateway;

#[cfg(feature = "cli")]
pub mod editor;

#[cfg(feature = "cli")]
pub mod cli;
