//! A virtual environment with the official SDKs, made once for a set of requirements and kept under `target/`.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Runs a script of `tests/sdk/` with the environment's Python; fails with its output where it does not end well.
pub(crate) fn run(script: &str, arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/sdk")
        .join(script);
    let output = Command::new(interpreter())
        .arg(script)
        .args(arguments)
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .output()
        .unwrap();
    checked("the SDK's script", output)
}

/// The environment's interpreter; the environment is made at the first call.
fn interpreter() -> &'static Path {
    static INTERPRETER: OnceLock<PathBuf> = OnceLock::new();
    INTERPRETER.get_or_init(|| {
        let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/requirements.txt");
        let mut hasher = DefaultHasher::new();
        fs::read(&requirements).unwrap().hash(&mut hasher);
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
            let output = Command::new(&python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "-r",
                ])
                .arg(&requirements)
                .output()
                .unwrap();
            checked("installing the SDKs", output);
            fs::write(ready, "").unwrap();
        }
        python
    })
}

fn checked(what: &str, output: Output) -> String {
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{what} failed\n{shown}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    shown
}
