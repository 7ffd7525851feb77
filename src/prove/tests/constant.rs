//! Parts of conditions that never change where they stand.

use super::said;
use insta::assert_snapshot;

#[test]
fn a_key_that_is_asked_for_lets_its_entry_be_read() {
    let rules = r#"
route one  { when ("k" in metadata && metadata["k"].contains("a")) || !("k" in metadata && metadata["k"].endsWith("b")) target eu }
route rest { target us }
"#;
    assert_snapshot!(said(rules), @"");
}
