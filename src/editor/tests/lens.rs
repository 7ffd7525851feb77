//! Counted traffic.

use super::super::lens::{Traffic, count, lenses};
use super::super::positions::{Encoding, Lines};
use super::Desk;

#[test]
fn rules_tell_how_many_recorded_requests_reach_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("traffic.jsonl");
    let lines = ["gpt-mini", "gpt-mini", "", "nothing"]
        .map(|model| format!("{{\"m\":\"{model}\",\"region\":\"eu\",\"t\":\"gold\"}}\n"));
    std::fs::write(&path, lines.concat()).unwrap();
    let traffic = Traffic {
        paths: vec![path.display().to_string()],
        map: ["requested=m", "region=region", "tier=t"]
            .map(str::to_owned)
            .into(),
    };
    let analysis = Desk::new(&[("a.policy", super::EXAMPLE)]).analysis();
    let tree = analysis.tree.clone().unwrap();
    let counts = count(&tree, &traffic, &|| false).unwrap().unwrap();
    let file = &analysis.index().files()[0];
    let shown: Vec<String> = lenses(file, &Lines::new(&file.text, Encoding::Utf16), &counts)
        .into_iter()
        .map(|lens| format!("{}: {}", lens.range.start.line, lens.command.unwrap().title))
        .collect();
    assert_eq!(
        shown,
        [
            "41: 4 recorded requests reach this rule",
            "45: 0 recorded requests reach this rule",
            "50: 2 recorded requests reach this rule",
            "54: 2 recorded requests reach this rule",
        ]
    );
    assert_eq!(count(&tree, &traffic, &|| true), Ok(None));
    let gone = Traffic {
        paths: vec!["/no/such/file".to_owned()],
        map: Vec::new(),
    };
    assert!(count(&tree, &gone, &|| false).is_err());
}
