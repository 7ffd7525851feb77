//! The served policy follows its files, whichever way they are written; a bad edit changes nothing.

use crate::support::eventually;
use pointsman::diagnostic::Diagnostic;
use pointsman::reload::{Attempt, Handle, Holder, Pace, Prepare, Source, watch};
use pointsman::settings::Proving;
use pointsman::tree::Tree;
use pointsman::verify::Unproved;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Waits until a condition holds.
async fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    eventually(what, || {
        let held = holds();
        async move { held.then_some(()) }
    })
    .await;
}

/// Builds nothing beside the tree.
struct Nothing;

impl Prepare for Nothing {
    type Prepared = ();

    fn prepare(&self, _: &Arc<Tree>) -> Result<(), Vec<Diagnostic>> {
        Ok(())
    }
}

struct Served {
    holder: Arc<Holder<()>>,
    handle: Handle<()>,
}

impl Served {
    fn start(policy: &[PathBuf]) -> Self {
        Self::start_at(policy, Pace::default())
    }

    fn start_at(policy: &[PathBuf], pace: Pace) -> Self {
        Self::start_proving(policy, pace, Proving::default())
    }

    fn start_proving(policy: &[PathBuf], pace: Pace, proving: Proving) -> Self {
        let source = Source::new(policy.to_vec(), proving, Nothing);
        let Attempt { result, state } = source.load();
        let ready = result.unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics));
        let holder = Arc::new(Holder::new(ready));
        let handle = watch(source, Arc::clone(&holder), state, pace);
        Served { holder, handle }
    }

    /// The name of the first route: it tells the versions of a policy apart.
    fn version(&self) -> String {
        self.holder.current().tree.policy().routes[0].name.clone()
    }

    async fn becomes(&self, version: &str) {
        soon(version, || self.version() == version).await;
    }

    /// Waits for one more failed load.
    async fn refuses(&self, failures: u64) {
        soon("a failed load", || self.holder.counts().1 >= failures).await;
        let failure = self.holder.last_failure().unwrap();
        assert!(failure.current);
    }
}

fn policy(version: &str) -> String {
    format!("provider p {{ protocol simulated }}\nmodel m {{ provider p }}\nroute {version} {{ target m }}\n")
}

fn rename_over(path: &Path, text: &str) {
    let aside = path.with_extension("aside");
    fs::write(&aside, text).unwrap();
    fs::rename(&aside, path).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_to_write_a_file_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.policy");
    fs::write(&path, policy("v0")).unwrap();
    let served = Served::start(&[directory.path().to_path_buf()]);
    assert_eq!(served.version(), "v0");

    rename_over(&path, &policy("v1"));
    served.becomes("v1").await;

    fs::write(&path, policy("v2")).unwrap();
    served.becomes("v2").await;

    fs::remove_file(&path).unwrap();
    served.refuses(1).await;
    assert_eq!(served.version(), "v2");
    fs::write(&path, policy("v3")).unwrap();
    served.becomes("v3").await;

    fs::write(&path, "route {").unwrap();
    served.refuses(2).await;
    assert_eq!(served.version(), "v3");

    fs::write(&path, "").unwrap();
    served.refuses(3).await;
    assert_eq!(served.version(), "v3");

    fs::write(&path, policy("v4")).unwrap();
    served.becomes("v4").await;
    assert!(!served.holder.last_failure().unwrap().current);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swapped_symlink_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let mount = directory.path().join("mount");
    for (name, version) in [("..1", "v1"), ("..2", "v2"), ("..3", "v3")] {
        fs::create_dir_all(mount.join(name)).unwrap();
        fs::write(mount.join(name).join("a.policy"), policy(version)).unwrap();
    }
    symlink("..1", mount.join("..data")).unwrap();
    symlink("..data/a.policy", mount.join("a.policy")).unwrap();
    let served = Served::start(std::slice::from_ref(&mount));
    assert_eq!(served.version(), "v1");
    for (target, version) in [("..2", "v2"), ("..3", "v3"), ("..1", "v1")] {
        symlink(target, mount.join("..aside")).unwrap();
        fs::rename(mount.join("..aside"), mount.join("..data")).unwrap();
        served.becomes(version).await;
    }
    assert_eq!(served.holder.counts().1, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_file_outside_of_the_directory_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let used = directory.path().join("used.policy");
    fs::write(&used, policy("v0")).unwrap();
    fs::write(inner.join("a.policy"), "use \"../used.policy\"\n").unwrap();
    let served = Served::start(std::slice::from_ref(&inner));
    assert_eq!(served.version(), "v0");
    rename_over(&used, &policy("v1"));
    served.becomes("v1").await;
    fs::remove_file(&used).unwrap();
    served.refuses(1).await;
    fs::write(&used, policy("v2")).unwrap();
    served.becomes("v2").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_directory_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second, current) = (
        directory.path().join("1"),
        directory.path().join("2"),
        directory.path().join("current"),
    );
    for (path, version) in [(&first, "v1"), (&second, "v2")] {
        fs::create_dir(path).unwrap();
        fs::write(path.join("a.policy"), policy(version)).unwrap();
    }
    symlink(&first, &current).unwrap();
    let served = Served::start(std::slice::from_ref(&current));
    assert_eq!(served.version(), "v1");
    symlink(&second, directory.path().join("aside")).unwrap();
    fs::rename(directory.path().join("aside"), &current).unwrap();
    served.becomes("v2").await;
    fs::write(second.join("a.policy"), policy("v3")).unwrap();
    served.becomes("v3").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_cut_short_while_it_is_written_is_never_served() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.policy");
    let whole = |version: &str| format!("{}# {}\n", policy(version), "x".repeat(4000));
    fs::write(&path, whole("v0")).unwrap();
    // Far longer than any pause between the two writes below, however busy the machine is.
    let pace = Pace {
        settle: Duration::from_secs(2),
        ..Pace::default()
    };
    let served = Served::start_at(std::slice::from_ref(&path), pace);
    let watched = Arc::clone(&served.holder);
    let seen = tokio::spawn(async move {
        let mut seen = Vec::new();
        while seen.last().is_none_or(|last| last != "last") {
            let name = watched.current().tree.policy().routes[0].name.clone();
            if seen.last() != Some(&name) {
                seen.push(name);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        seen
    });
    for round in 0..20 {
        // What stands there for a moment is a valid policy too, and must not be served.
        fs::write(&path, policy("partial")).unwrap();
        tokio::time::sleep(Duration::from_millis(3)).await;
        fs::write(&path, whole(if round == 19 { "last" } else { "v1" })).unwrap();
    }
    served.becomes("last").await;
    let seen = seen.await.unwrap();
    assert!(!seen.contains(&"partial".to_owned()), "{seen:?}");
    assert_eq!(served.holder.counts().1, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_can_be_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.policy");
    fs::write(&path, policy("v0")).unwrap();
    let served = Served::start(std::slice::from_ref(&path));
    let again = served.handle.reload().await.unwrap().unwrap();
    assert_eq!(again.generation, 2);
    assert_eq!(served.holder.current().generation, 2);
    fs::write(&path, "model").unwrap();
    let failure = served.handle.reload().await.unwrap().unwrap_err();
    assert!(!failure.text.is_empty());
    assert_eq!(served.version(), "v0");
}

/// A policy with an assert on where its requests go.
fn asserting(version: &str, region: &str) -> String {
    let catalog =
        format!("provider p {{ protocol simulated region \"{region}\" }}\nmodel m {{ provider p }}\n");
    let assert = "assert stays-in-the-eu { that target.region == \"eu\" }\n";
    format!("{catalog}route {version} {{ target m }}\n{assert}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_that_breaks_its_assert_is_never_served() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.policy");
    fs::write(&path, asserting("v0", "eu")).unwrap();
    let served = Served::start(std::slice::from_ref(&path));
    rename_over(&path, &asserting("v1", "us"));
    served.refuses(1).await;
    assert_eq!(served.version(), "v0");
    let failure = served.holder.last_failure().unwrap();
    assert!(failure.text.contains("error[P507]"), "{}", failure.text);
    rename_over(&path, &asserting("v2", "eu"));
    served.becomes("v2").await;
    assert_eq!(served.holder.current().unproved, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_proved_in_time_is_refused_or_accepted_as_asked() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.policy");
    let no_time = |unproved| Proving {
        budget: Duration::ZERO,
        unproved,
    };
    for (unproved, serves) in [(Unproved::Refuse, "v0"), (Unproved::Accept, "v1")] {
        fs::write(&path, policy("v0")).unwrap();
        let policy = std::slice::from_ref(&path);
        let served = Served::start_proving(policy, Pace::default(), no_time(unproved));
        rename_over(&path, &asserting("v1", "eu"));
        let reloaded = served.handle.reload().await.unwrap();
        assert_eq!(served.version(), serves);
        match reloaded {
            Ok(loaded) => {
                assert_eq!(loaded.unproved, ["stays-in-the-eu"]);
                assert_eq!(loaded.warnings, 1);
            }
            Err(failure) => assert!(failure.text.contains("error[P614]"), "{}", failure.text),
        }
    }
}
