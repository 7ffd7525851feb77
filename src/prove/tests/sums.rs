//! Sums of numbers.

use super::said;
use insta::assert_snapshot;

#[test]
fn sums_that_exclude_each_other_leave_nothing() {
    let rules = r#"
route chased { when tokens > max_tokens && max_tokens > tokens target eu }
route odd    { when tokens + max_tokens < 10 && tokens - max_tokens > 20 target eu }
route three  { when tools < images && images < turns && turns < tools target eu }
route rest   { target us }
assert never { when tokens > max_tokens + 1 && max_tokens >= tokens that target.region == "eu" }
"#;
    assert_snapshot!(said(rules), @"
P602 this condition is always false
P602 this condition is always false
P602 this condition is always false
P602 this condition is always false
");
}
