//! The official clients for Node, installed once for a lock file and kept under `target/`.

use super::python::checked;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Runs `tests/node/client.mjs` with the official OpenAI client; fails with its output where it does not end well.
pub(crate) fn run(url: &str, calls: &str) -> String {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    let home = HOME.get_or_init(install);
    let output = Command::new("node")
        .arg(folder().join("client.mjs"))
        .arg(home)
        .args([url, calls])
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .output()
        .unwrap();
    checked("the script", output)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node")
}

/// Installs what the lock file says, unless that is there already.
fn install() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    let files = ["package.json", "package-lock.json"];
    for file in files {
        fs::read(folder().join(file)).unwrap().hash(&mut hasher);
    }
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("node-{:016x}", hasher.finish()));
    let ready = home.join("ready");
    if !ready.exists() {
        fs::create_dir_all(&home).unwrap();
        for file in files {
            fs::copy(folder().join(file), home.join(file)).unwrap();
        }
        let output = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&home)
            .output()
            .unwrap();
        checked("installing what the scripts need", output);
        fs::write(ready, "").unwrap();
    }
    home
}
