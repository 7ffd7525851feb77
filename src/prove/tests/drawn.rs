//! Arms of splits that lead where an assert does not hold: who draws them.

use super::said_at_length;
use insta::assert_snapshot;

#[test]
fn another_arm_is_drawn_by_a_tenant_that_there_is() {
    let rules = r#"
tenant t0 {}
tenant t1 {}
tenant t2 {}
tenant t3 {}
tenant t4 {}
route rest { target split by tenant { eu 70% us 30% } }
assert eu  { that target.region == "eu" }
"#;
    assert_snapshot!(said_at_length(rules), @r#"
P507 the assert `eu` does not hold of the target `us`
  a request that leads there: {"tenant":"t3"}
  its way: route rest; plan us
  the attempt: 1 of 1, us; there target.region is "us"
  let a guard remove the target for these requests, change the route, or correct the assert
"#);
}

#[test]
fn the_plan_of_an_arm_that_nobody_draws_is_shown() {
    let rules = r#"
model eu-2 { provider sim region "eu" }
tenant only {}
route rest {
  target   split by tenant { eu 99% us 1% }
  fallback eu-2
}
assert eu  { that target.region == "eu" && fallbacks == ["eu-2"] || target.model != "us" }
assert eu-alone  { that target.region == "eu" }
"#;
    assert_snapshot!(said_at_length(rules), @r#"
P507 the assert `eu` does not hold of the target `us`
  a request that leads there: {"tenant":"only"}
  where that arm of the split is drawn; no caller was found who draws it
  its way: route rest; plan us, eu-2
  the attempt: 1 of 2, us; there target.region is "us", target.model is "us"
  let a guard remove the target for these requests, change the route, or correct the assert
P507 the assert `eu-alone` does not hold of the target `us`
  a request that leads there: {"tenant":"only"}
  where that arm of the split is drawn; no caller was found who draws it
  its way: route rest; plan us, eu-2
  the attempt: 1 of 2, us; there target.region is "us"
  let a guard remove the target for these requests, change the route, or correct the assert
"#);
}

#[test]
fn who_draws_another_arm_still_meets_the_route() {
    let rules = r#"
route ends { when user.endsWith("@x") target split by user { eu 70% us 30% } }
route rest { target eu }
assert eu  { that target.region == "eu" }
"#;
    assert_snapshot!(said_at_length(rules), @r#"
P507 the assert `eu` does not hold of the target `us`
  a request that leads there: {"user":"1-@x"}
  its way: route ends; plan us
  the attempt: 1 of 1, us; there target.region is "us"
  let a guard remove the target for these requests, change the route, or correct the assert
"#);
}
