//! Copies of requests: where they go, how many, and which requests guards keep from being copied.

use super::{differ, told};

const PLAIN: &str = "route all { target large }";

#[test]
fn a_shadow_that_comes_goes_or_grows_is_told() {
    let five = "route all { target large shadow mini 5% }";
    assert!(differ(five, five).is_clean());
    insta::assert_snapshot!(told(PLAIN, five));
    insta::assert_snapshot!(told(five, "route all { target large shadow mini 7.5% }"));
    assert!(!differ(five, "route all { target large shadow llama 5% }").is_clean());
    assert!(!differ(five, PLAIN).is_clean());
}

#[test]
fn a_share_of_nothing_is_no_shadow() {
    assert!(differ(PLAIN, "route all { target large shadow mini 0% }").is_clean());
}

#[test]
fn a_guard_that_keeps_copies_back_is_told_for_those_requests_alone() {
    let copied = "route all { target large shadow mini 100% }";
    let guarded = format!("guard eu {{ when tier == \"gold\" require target.region == \"eu\" }} {copied}");
    insta::assert_snapshot!(told(copied, &guarded));
}

#[test]
fn whether_a_target_is_left_is_nothing_of_the_copys() {
    let narrow = "guard eu { when tier == \"gold\" require target.model == \"mini\" } route all { target requested shadow mini 5% }";
    assert!(differ(narrow, narrow).is_clean());
}
