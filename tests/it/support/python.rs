//! Virtual environments with what clients are written with, each made once for a set of requirements and kept under
//! `target/`.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

/// Runs a script of `tests/sdk/` with the official SDKs; fails with its output where it does not end well.
pub(crate) fn run(script: &str, arguments: &[&str]) -> String {
    run_in("sdk", script, arguments)
}

/// Runs a script of a folder of `tests/` in the environment of the folder's requirements; fails with its output where
/// it does not end well.
pub(crate) fn run_in(folder: &str, script: &str, arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let output = Command::new(interpreter(&folder))
        .arg(folder.join(script))
        .args(arguments)
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    checked("the script", output)
}

/// The interpreter of a folder's environment; the environment is made at the first call.
pub(crate) fn interpreter(folder: &Path) -> PathBuf {
    static INTERPRETERS: Mutex<BTreeMap<PathBuf, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut interpreters = INTERPRETERS.lock().unwrap_or_else(|broken| broken.into_inner());
    let made = interpreters.entry(folder.to_owned());
    made.or_insert_with(|| make(&folder.join("requirements.txt")))
        .clone()
}

/// Makes an environment, unless there is one for these requirements.
fn make(requirements: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    fs::read(requirements).unwrap().hash(&mut hasher);
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("venv-{:016x}", hasher.finish()));
    let python = home.join("bin/python");
    let ready = home.join("ready");
    if !ready.exists() {
        let _ = fs::remove_dir_all(&home);
        let output = Command::new("python3")
            .args(["-m", "venv"])
            .arg(&home)
            .output()
            .unwrap();
        checked(
            "making a virtual environment (Debian: apt-get install python3-venv)",
            output,
        );
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        let output = Command::new(&python)
            .args(pip)
            .arg(requirements)
            .output()
            .unwrap();
        checked("installing what the scripts need", output);
        fs::write(ready, "").unwrap();
    }
    python
}

/// The standard output of a command that has ended well; fails with all of its output where it has not.
pub(crate) fn checked(what: &str, output: Output) -> String {
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{what} failed\n{shown}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    shown
}
