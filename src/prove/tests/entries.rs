//! Facts that are read from headers, and the headers themselves.

use super::said;
use insta::assert_snapshot;

const FACTS: &str = r#"
fact group one of ["g", "h"] from header "x-group" default "g"
fact level int from metadata "level" default 3
"#;

fn of(rules: &str) -> String {
    said(&format!("{FACTS}{rules}"))
}

#[test]
fn a_fact_is_what_its_entry_says() {
    let rules = r#"
route other { when "x-group" in headers && headers["x-group"] == "g" && group == "h" target us }
route read { when "level" in metadata && metadata["level"] == "5" && level != 5 target us }
route none { when !("level" in metadata) && level > 3 target us }
route unfit { when "x-group" in headers && headers["x-group"] == "i" target us }
route rest { target eu }
"#;
    assert_snapshot!(of(rules), @"
P602 this condition is always false
P602 this condition is always false
P602 this condition is always false
P602 this condition is always false
");
}

#[test]
fn blanks_around_an_entry_are_no_part_of_its_fact() {
    let rules = r#"
route blank { when "x-group" in headers && headers["x-group"] != "h" && group == "h" target us }
route more { when "x-group" in headers && headers["x-group"] == " h" && group != "h" target us }
route rest { target eu }
"#;
    assert_snapshot!(of(rules), @"P602 this condition is always false");
}

#[test]
fn a_fact_is_its_default_where_nothing_is_sent() {
    let rules = r#"
route sent { when "x-group" in headers target us }
route absent { when group == "h" target us }
route rest { target eu }
"#;
    assert_snapshot!(of(rules), @"");
}
