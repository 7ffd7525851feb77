//! One bucket: its client, made from the environment, and what it lists.

use super::super::globs::{Entries, Entry, Folders, bounded};
use super::ranges::Ranges;
use super::trouble::{self, Trouble};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig,
};
use std::cmp::Ordering;
use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// How often a request that failed for no lasting reason, or whose answer broke off, is sent again.
const RETRIES: usize = 6;

/// Shortest and longest wait before that.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(3));

/// How long a request and its repetitions can last.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a connection can take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer, which is one range of an object at most, can take.
const ANSWER: Duration = Duration::from_secs(60);

/// A bucket.
pub(super) struct Bucket {
    name: String,
    store: Arc<AmazonS3>,
    runtime: Arc<Runtime>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.name)
    }
}

impl Bucket {
    /// The client of a bucket; the bucket is not asked for anything yet.
    pub(super) fn open(name: &str, runtime: Arc<Runtime>) -> Result<Self, String> {
        // Another part of the program may have chosen already; either choice will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = AmazonS3Builder::from_env();
        if trouble::has_no_credentials(&builder) {
            return Err(trouble::NO_CREDENTIALS.to_owned());
        }
        let allow_http = AmazonS3ConfigKey::Client(object_store::ClientConfigKey::AllowHttp);
        let allow_http = builder
            .get_config_value(&allow_http)
            .is_some_and(|value| value.parse() == Ok(true));
        let options = ClientOptions::new()
            .with_allow_http(allow_http)
            .with_connect_timeout(CONNECT)
            .with_timeout(ANSWER);
        let store = builder
            .with_bucket_name(name)
            .with_client_options(options)
            .with_retry(RetryConfig {
                backoff: BackoffConfig {
                    init_backoff: BACKOFF.0,
                    max_backoff: BACKOFF.1,
                    base: 2.0,
                },
                max_retries: RETRIES,
                retry_timeout: PATIENCE,
            })
            .build()
            .map_err(|error| trouble::reason(&error, name))?;
        Ok(Bucket {
            name: name.to_owned(),
            store: Arc::new(store),
            runtime,
        })
    }

    /// The object of this key.
    pub(super) fn object(self: &Arc<Self>, key: &str) -> Result<Object, Trouble> {
        let path = Path::parse(key).map_err(|error| Trouble::Other(error.to_string()))?;
        match self.wait(self.store.head(&path)) {
            Ok(meta) => Ok(Object::new(self, meta)),
            Err(object_store::Error::NotFound { .. }) => Err(Trouble::NoObject),
            Err(error) => Err(Trouble::Other(trouble::reason(&error, &self.name))),
        }
    }

    /// Whether keys that begin so can be listed at all.
    pub(super) fn object_listed(&self, key: &str) -> Result<(), String> {
        let path = Path::parse(key).map_err(|error| error.to_string())?;
        self.list(&path).map(drop)
    }

    fn list(&self, prefix: &Path) -> Result<object_store::ListResult, String> {
        self.wait(self.store.list_with_delimiter(Some(prefix)))
            .map_err(|error| trouble::reason(&error, &self.name))
    }

    fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}

impl Folders for Arc<Bucket> {
    type Folder = Path;
    type File = Object;

    fn folder(&self, path: &str) -> Path {
        // Keys have no root: a glob that begins with a slash begins where all do.
        Path::parse(path).unwrap_or_else(|_| Path::from(path))
    }

    fn entries(&self, folder: &Path) -> Result<Entries<Self>, String> {
        let listed = self.list(folder)?;
        let name = |path: &Path| path.filename().unwrap_or_default().to_owned();
        let folders = listed.common_prefixes.into_iter();
        let folders = folders.map(|path| Entry::Folder(name(&path), path));
        let objects = listed.objects.into_iter();
        let objects = objects.map(|meta| Entry::File(name(&meta.location), Object::new(self, meta)));
        Ok(folders.chain(objects).collect())
    }

    fn below(&self, folder: &Path) -> Result<Vec<(String, Object)>, String> {
        let from_here = folder.as_ref().len() + usize::from(!folder.as_ref().is_empty());
        let mut found = Vec::new();
        let mut listed = self.store.list(Some(folder));
        loop {
            let next = self.wait(listed.try_next());
            let Some(meta) = next.map_err(|error| trouble::reason(&error, &self.name))? else {
                return Ok(found);
            };
            let path = meta
                .location
                .as_ref()
                .get(from_here..)
                .unwrap_or_default()
                .to_owned();
            found.push((path, Object::new(self, meta)));
            bounded(&found)?;
        }
    }
}

/// An object as it was listed.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    bucket: Arc<Bucket>,
    meta: ObjectMeta,
}

impl Object {
    fn new(bucket: &Arc<Bucket>, meta: ObjectMeta) -> Self {
        Object {
            bucket: Arc::clone(bucket),
            meta,
        }
    }

    /// Its address.
    pub(in super::super) fn name(&self) -> String {
        format!("{:?}/{}", self.bucket, self.meta.location)
    }

    /// Its bytes.
    pub(in super::super) fn size(&self) -> u64 {
        self.meta.size
    }

    /// Begins to read it: its bytes one after another, the first of which are on their way.
    pub(in super::super) fn begin(&self) -> Ranges {
        Ranges::begun(self.clone())
    }

    /// Begins to fetch a part of it, of the object that was listed and no later one.
    pub(super) fn fetch(&self, range: Range<u64>) -> JoinHandle<object_store::Result<Bytes>> {
        let (store, path) = (Arc::clone(&self.bucket.store), self.meta.location.clone());
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: self.meta.e_tag.clone(),
            ..GetOptions::default()
        };
        let fetch = async move { store.get_opts(&path, options).await?.bytes().await };
        self.bucket.runtime.spawn(fetch)
    }

    /// Waits for a part that is being fetched.
    pub(super) fn wait(&self, part: JoinHandle<object_store::Result<Bytes>>) -> Result<Bytes, String> {
        match self.bucket.wait(part) {
            Ok(fetched) => fetched.map_err(|error| trouble::reason(&error, &self.bucket.name)),
            Err(_) => Err("the request was given up".to_owned()),
        }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Object {}

impl PartialOrd for Object {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Object {
    /// By bucket and key, byte by byte.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |object: &Object| (object.bucket.name.clone(), object.meta.location.clone());
        key(self).cmp(&key(other))
    }
}
