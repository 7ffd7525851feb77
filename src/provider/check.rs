//! Asking a provider whether it is well.

use super::http::{HttpProvider, set_key};
use ::http::header::HeaderMap;
use std::time::Duration;

/// The bound on the connection alone; a check's own limit is never longer.
const CONNECT: Duration = Duration::from_secs(5);

impl HttpProvider {
    /// Whether the path at the provider's host is answered with success within the limit; with the provider's key, for
    /// servers that ask for it everywhere.
    pub(super) async fn probe(&self, path: &str, limit: Duration) -> bool {
        let Ok(url) = self.places.address.at_host(path) else {
            return false;
        };
        let mut headers = HeaderMap::new();
        for (name, value) in self.own.iter() {
            headers.insert(name.clone(), value.clone());
        }
        if let Some(key) = &self.key
            && set_key(&mut headers, key, &key.secret.current().await).is_err()
        {
            return false;
        }
        // A connection of its own says that new ones open, and none that lay idle is in the way.
        let Ok(client) = self.clients.fresh(CONNECT) else {
            return false;
        };
        let call = client.get(url).headers(headers).timeout(limit).send();
        call.await.is_ok_and(|answer| answer.status().is_success())
    }
}
