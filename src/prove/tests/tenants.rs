//! Declared tenants: none speaks for others whose tags, facts or names come out otherwise beside what a request adds.

use super::{said, said_at_length};
use insta::assert_snapshot;

const TAGS: &str = r#"
tenant none {}
tenant one  { tags ["a"] }
tenant two  { tags ["a", "b"] }
"#;

#[test]
fn each_tenants_tags_count_beside_those_that_are_claimed() {
    let rules = r#"
route few    { when size(tags) == 0 target eu }
route single { when size(tags) == 1 && "a" in tags deny 403 "one" }
route both   { when tags == ["a", "b"] target eu }
route rest   { target us }
assert eu    { when size(tags) < 1 that target.region == "eu" }
"#;
    assert_snapshot!(said(&format!("{TAGS}{rules}")), @"");
}

#[test]
fn a_list_that_begins_otherwise_than_every_tenants_is_none() {
    let rules = r#"
route turned { when tags == ["b", "a"] target eu }
route rest   { target us }
"#;
    assert_snapshot!(said(&format!("{TAGS}{rules}")), @"P602 this condition is always false");
}

#[test]
fn what_only_some_tenants_list_is_claimed_by_no_other() {
    let rules = r#"
route short { when tags.exists(t, t == "b") && size(tags) < 2 target eu }
route rest  { target us }
"#;
    assert_snapshot!(said(&format!("{TAGS}{rules}")), @"P602 this condition is always false");
}

#[test]
fn each_tenants_number_counts_in_sums() {
    let rules = r#"
fact seats int from tenant default 0
tenant few  { seats 3 }
tenant many { seats 90 }
let known = seats >= 0 && seats < 1000
route full { when known && tools + images < seats && tools + images > 80 target eu }
route rest { target us }
assert full-is-eu { when known && tools > 4 && tools + images > 84 && tools + images < seats that target.region == "eu" }
"#;
    assert_snapshot!(said(rules), @"");
}

#[test]
fn each_tenants_name_counts_beside_a_string_of_the_request() {
    let rules = r#"
tenant a-x {}
tenant b-y {}
route own  { when user == tenant && user.startsWith("b") target eu }
route rest { target us }
assert own { when user == tenant && user.endsWith("y") that target.region == "eu" }
"#;
    assert_snapshot!(said(rules), @"");
}

#[test]
fn an_assert_is_refuted_by_the_one_tenant_that_breaks_it() {
    let rules = r#"
route small { when size(tags) <= 1 target eu }
route rest  { target us }
assert small { when size(tags) <= 2 && !("c" in tags) that target.region == "eu" }
"#;
    let tenants = r#"
tenant none {}
tenant two  { tags ["a", "b"] }
"#;
    assert_snapshot!(said_at_length(&format!("{tenants}{rules}")), @r#"
P507 the assert `small` does not hold of the target `us`
  a request that leads there: {"tags":["a","b"],"tenant":"two"}
  its way: route rest; plan us
  the attempt: 1 of 1, us; there target.region is "us"
  let a guard remove the target for these requests, change the route, or correct the assert
"#);
}
