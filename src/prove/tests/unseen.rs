//! Parts that proofs do not look into.

use super::said;
use insta::assert_snapshot;

#[test]
fn a_place_in_the_plan_that_rests_on_them_is_unknown_and_not_a_matter_of_time() {
    let rules = r#"
let listed = user in ["a", "b", "aa", "ab", "ba", "bb", "abb", "bab", "c"]
guard even { when !(size(user) % 2 == 1) require target.region == "us" }
guard long { when !listed require target.region == "eu" }
route rest { target us fallback eu }
assert one { that position < 1 || listed == (target.model != "us") }
"#;
    assert_snapshot!(said(rules), @"
P508 whether the assert `one` holds is not known
P603 guards may leave the route `rest` without any target
");
}
