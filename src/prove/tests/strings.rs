//! Strings held against each other, and the model asked for beside what serves it.

use super::said;
use insta::assert_snapshot;

#[test]
fn two_strings_of_one_value_do_not_differ() {
    let rules = r#"
fact plan one of ["a", "b"] from header "x-plan" default "a"
fact tier one of ["a", "b"] from tenant default "a"
route three { when plan != tier && tier != user && user != plan && user in ["a", "b"] target eu }
route two   { when plan != tier && user in ["a", "b"] target eu }
route rest  { target us }
"#;
    assert_snapshot!(said(rules), @"P602 this condition is always false");
}

#[test]
fn a_string_that_is_the_model_leads_to_what_serves_it() {
    let rules = r#"
route same   { when user == model && user == "eu" && requested != "eu" target eu }
route served { when user == requested && user.startsWith("u") && model != "us" target eu }
route asked  { when model == requested && requested != "" target eu }
route rest   { target us }
"#;
    assert_snapshot!(said(rules), @"
P602 this condition is always false
P602 this condition is always false
P602 this part of the condition is always true
");
}
