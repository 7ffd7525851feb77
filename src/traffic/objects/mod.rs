//! Traffic in object storage that speaks S3: `s3://bucket/key`, folders and globs of objects. Where it is and who asks for it
//! is told by the environment variables that other programs for S3 read.

mod bucket;
mod ranges;
mod spool;
mod trouble;

use super::globs::{in_folder, is_glob, matched};
use bucket::Bucket;
pub(super) use bucket::Object;
use object_store::path::Path;
pub(super) use ranges::Ranges;
pub(super) use spool::Fetched;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use trouble::Trouble;

/// How the address of an object begins.
pub(super) const SCHEME: &str = "s3://";

/// Threads that wait for the network; deciding has its own.
const THREADS: usize = 2;

/// The buckets that were asked for, each with one client.
#[derive(Default)]
pub(super) struct Buckets {
    runtime: Option<Arc<Runtime>>,
    known: BTreeMap<String, Arc<Bucket>>,
}

impl Buckets {
    /// The objects that an address stands for, in byte order of their keys: an object for itself, a prefix for the traffic
    /// objects right behind it, a glob for those that it matches.
    ///
    /// # Errors
    /// It stands for none, or the storage refuses; the text says what to do.
    pub(super) fn objects(&mut self, address: &str) -> Result<Vec<Object>, String> {
        let rest = address.strip_prefix(SCHEME).unwrap_or(address);
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err("it names no bucket: `s3://BUCKET/KEY`".to_owned());
        }
        let bucket = self.bucket(bucket)?;
        let folder = key.trim_end_matches('/');
        if folder.len() < key.len() || key.is_empty() {
            return folder_of(&bucket, folder);
        }
        match bucket.object(key) {
            Ok(object) => Ok(vec![object]),
            Err(Trouble::NoObject) if is_glob(key) => matched(&bucket, key),
            Err(Trouble::NoObject) => folder_of(&bucket, key),
            // The answer to a question about one object has no text. The one to a listing has, and says why.
            Err(Trouble::Other(error)) => match bucket.object_listed(key) {
                Ok(()) => Err(error),
                Err(error) => Err(error),
            },
        }
    }

    fn bucket(&mut self, name: &str) -> Result<Arc<Bucket>, String> {
        if let Some(bucket) = self.known.get(name) {
            return Ok(Arc::clone(bucket));
        }
        let runtime = self.runtime()?;
        let bucket = Arc::new(Bucket::open(name, runtime)?);
        self.known.insert(name.to_owned(), Arc::clone(&bucket));
        Ok(bucket)
    }

    fn runtime(&mut self) -> Result<Arc<Runtime>, String> {
        if let Some(runtime) = &self.runtime {
            return Ok(Arc::clone(runtime));
        }
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(THREADS).enable_all().build();
        let runtime = Arc::new(runtime.map_err(|error| format!("the threads cannot be started: {error}"))?);
        self.runtime = Some(Arc::clone(&runtime));
        Ok(runtime)
    }
}

fn folder_of(bucket: &Arc<Bucket>, folder: &str) -> Result<Vec<Object>, String> {
    let prefix = Path::parse(folder).map_err(|error| error.to_string())?;
    let objects = in_folder(bucket, &prefix)?;
    match objects.is_empty() {
        true => Err(
            "there is no such object, and no `*.jsonl*`, `*.csv*` or `*.parquet*` object within it as a folder"
                .to_owned(),
        ),
        false => Ok(objects),
    }
}
