//! Open texts over a real disk.

use super::super::analysis::Analysis;
use super::super::buffers::Buffers;
use super::super::home::Home;
use super::super::overlay::Overlay;
use super::super::places::uri_of;
use super::super::policies::Policies;
use super::super::positions::Encoding;
use crate::compile::Files;
use std::fs;
use std::path::Path;

fn names(directory: &Path, buffers: &Buffers) -> Vec<String> {
    let home = Home::at(vec![directory.to_owned()]);
    let roots = Overlay::new(&home, buffers).roots().unwrap();
    let file = |name: &String| {
        Path::new(name)
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    roots.iter().map(file).collect()
}

fn open(buffers: &mut Buffers, path: &Path, text: &str) -> String {
    buffers.open(uri_of(&path.to_string_lossy()).unwrap(), 1, text.to_owned())
}

#[test]
fn unsaved_texts_stand_over_files_and_beside_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = |file: &str| directory.path().join(file);
    fs::write(path("b.policy"), "model b { provider p }").unwrap();
    let mut buffers = Buffers::default();
    open(
        &mut buffers,
        &path("a.policy"),
        "provider p { protocol simulated }",
    );
    open(&mut buffers, &path("b.policy"), "model c { provider p }");
    open(&mut buffers, &path(".hidden.policy"), "x");
    open(&mut buffers, &path("notes.txt"), "x");
    assert_eq!(names(directory.path(), &buffers), ["a.policy", "b.policy"]);
    let home = Home::of(&path("a.policy").to_string_lossy());
    let analysis = Analysis::new(&home, &buffers, None);
    assert_eq!(
        analysis.text(&path("b.policy").to_string_lossy()),
        Some("model c { provider p }")
    );
}

#[cfg(unix)]
#[test]
fn a_file_is_the_same_under_every_path() {
    let directory = tempfile::tempdir().unwrap();
    let (real, link) = (directory.path().join("real"), directory.path().join("link"));
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    fs::write(real.join("a.policy"), "let a = 1").unwrap();
    let mut buffers = Buffers::default();
    let name = open(&mut buffers, &link.join("a.policy"), "let b = 1");
    let home = Home::at(vec![real.clone()]);
    let analysis = Analysis::new(&home, &buffers, None);
    let known = analysis.known_as(&name).unwrap();
    assert_eq!(known, real.join("a.policy").to_string_lossy());
    assert_eq!(analysis.text(known), Some("let b = 1"));
}

#[test]
fn a_used_file_belongs_to_the_policy_that_uses_it() {
    let directory = tempfile::tempdir().unwrap();
    let (policy, shared) = (directory.path().join("policy"), directory.path().join("shared"));
    fs::create_dir_all(&policy).unwrap();
    fs::create_dir_all(&shared).unwrap();
    fs::write(policy.join("a.policy"), "use \"../shared/b.policy\"\nlet a = b").unwrap();
    let mut buffers = Buffers::default();
    let mut policies = Policies::new(None);
    let name = open(
        &mut buffers,
        &policy.join("a.policy"),
        "use \"../shared/b.policy\"\nlet a = b",
    );
    policies.touch(&name);
    let (shown, _) = policies.refresh(&buffers, Encoding::Utf16, None);
    assert!(shown.iter().any(|shown| {
        shown
            .findings
            .iter()
            .any(|found| found.message.contains("cannot read"))
    }));
    // The file is written in the editor, and never saved.
    let used = open(&mut buffers, &shared.join("b.policy"), "let b = 1");
    policies.touch(&used);
    policies.touch_all();
    policies.refresh(&buffers, Encoding::Utf16, None);
    let state = policies.of(&used).unwrap();
    assert!(state.analysis().unwrap().known_as(&name).is_some());
}

#[test]
fn findings_are_taken_back_when_mended_and_when_closed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.policy");
    let uri = uri_of(&path.to_string_lossy()).unwrap();
    let mut buffers = Buffers::default();
    let mut policies = Policies::new(None);
    let name = open(&mut buffers, &path, "let a = nowhere");
    policies.touch(&name);
    let (shown, _) = policies.refresh(&buffers, Encoding::Utf16, None);
    assert!(
        shown[0]
            .findings
            .iter()
            .any(|found| found.message.contains("nowhere"))
    );
    let name = open(&mut buffers, &path, "let a = 1");
    policies.touch(&name);
    let (shown, _) = policies.refresh(&buffers, Encoding::Utf16, None);
    assert!(
        !shown[0]
            .findings
            .iter()
            .any(|found| found.message.contains("nowhere"))
    );
    assert!(!shown[0].findings.is_empty(), "a policy needs a route");
    let name = buffers.close(&uri);
    policies.touch(&name);
    let taken_back = policies.sweep(&buffers);
    assert_eq!(taken_back.len(), 1);
    assert!(taken_back[0].findings.is_empty());
}

#[test]
fn what_a_closer_look_finds_is_shown_unless_the_text_has_changed() {
    let test = "test \"t\" { given { tier \"gold\" } expect { route free } }";
    let desk = super::Desk::beside_example(test);
    let mut policies = Policies::new(None);
    policies.touch(&desk.name);
    let (_, jobs) = policies.refresh(&desk.buffers, Encoding::Utf16, None);
    let job = &jobs[0];
    let more = crate::scenario::diagnostics(&job.tree);
    assert_eq!(more.len(), 1);
    let state = policies.at(&job.home).unwrap();
    assert!(!state.found(job.generation + 1, more.clone()));
    assert!(state.found(job.generation, more.clone()));
    let shown = state.changes(&desk.buffers, Encoding::Utf16);
    let own = shown
        .iter()
        .find(|shown| shown.name.ends_with("90-own.policy"))
        .unwrap();
    assert!(
        own.findings.iter().any(|found| found.message.contains("route")),
        "{own:?}"
    );
    // Another keystroke: what was found is no longer said, and what is still being looked at is given up.
    policies.touch(&desk.name);
    let (shown, later) = policies.refresh(&desk.buffers, Encoding::Utf16, None);
    assert!(job.stale.load(std::sync::atomic::Ordering::Relaxed));
    assert!(!later[0].stale.load(std::sync::atomic::Ordering::Relaxed));
    assert!(!policies.at(&job.home).unwrap().found(job.generation, more));
    let own = shown
        .iter()
        .find(|shown| shown.name.ends_with("90-own.policy"))
        .unwrap();
    assert!(own.findings.is_empty(), "{own:?}");
}
