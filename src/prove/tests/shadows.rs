//! Copies of requests are attempts like others.

use super::said;

#[test]
fn a_guard_that_removes_the_target_removes_the_copy() {
    let rules = |guard: &str| {
        format!(
            "{guard} route all {{ target eu shadow us 1% }} \
             assert eu {{ when tokens > 100 that target.region == \"eu\" }}"
        )
    };
    assert_eq!(
        said(&rules("")),
        "P507 the assert `eu` does not hold of the target `us`"
    );
    assert_eq!(
        said(&rules(
            "guard eu { when tokens > 50 require target.region == \"eu\" }"
        )),
        ""
    );
}

#[test]
fn a_copy_stands_behind_the_plan_and_nothing_follows_it() {
    let rules = |that: &str| {
        format!(
            "route all {{ target eu fallback us shadow us 50% }} assert place {{ when api == \"chat\" that {that} }}"
        )
    };
    assert_eq!(said(&rules("position <= 2")), "");
    assert_eq!(said(&rules("position > 0 || size(fallbacks) == 1")), "");
    assert_eq!(
        said(&rules("position < 2")),
        "P507 the assert `place` does not hold of the target `us`"
    );
}

#[test]
fn a_share_of_nothing_is_no_attempt() {
    let rules = "route all { target eu shadow us 0% } assert eu { that target.region == \"eu\" }";
    assert_eq!(said(rules), "");
}
