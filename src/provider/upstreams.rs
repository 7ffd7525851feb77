//! The backends of one policy's providers.

use super::backend::Backend;
use crate::model::ProviderId;
use std::fmt;
use std::sync::Arc;

/// The backends of one policy's providers, by id.
#[derive(Default)]
pub struct Upstreams {
    backends: Vec<Arc<dyn Backend>>,
}

impl Upstreams {
    /// Backends in the order of the policy's providers.
    pub fn from_backends(backends: Vec<Arc<dyn Backend>>) -> Self {
        Upstreams { backends }
    }

    /// The backend of a provider; `None` for an id of another policy.
    pub fn get(&self, provider: ProviderId) -> Option<&Arc<dyn Backend>> {
        self.backends.get(provider.0 as usize)
    }
}

impl fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upstreams({})", self.backends.len())
    }
}
