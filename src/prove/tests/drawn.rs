//! Arms of splits that lead where an assert does not hold: who draws them.

use super::{proved, said_at_length};
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
fn an_arm_that_nobody_draws_is_shown_by_no_request() {
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
P508 whether the assert `eu` holds is not known
  an assert speaks of all that can be drawn, since callers come and go: let a guard remove the target for these requests, change the route, or correct the assert
P508 whether the assert `eu-alone` holds is not known
  an assert speaks of all that can be drawn, since callers come and go: let a guard remove the target for these requests, change the route, or correct the assert
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

/// Two models, of which the first is the cheaper up to a thousand tokens of a prompt whose answer has no cap.
const PRICED: &str = r#"
model brief { provider sim region "eu" price input $3 output $1 }
model wordy { provider sim region "us" price input $1 output $3 }
pool both { pick cheapest members [brief, wordy] }
"#;

#[test]
fn the_cheapest_stands_first_where_its_request_costs_the_least() {
    let of = |rules: &str| said_at_length(&format!("{PRICED}{rules}"));
    let short = r#"
route short { when tokens < 1000 && max_tokens == 0 target both }
route rest { deny 403 "no" }
assert first-is-brief { that position != 0 || target.model == "brief" }
"#;
    assert_eq!(of(short), "");
    let longer = short.replace("tokens < 1000", "tokens < 1002");
    assert_snapshot!(of(&longer), @r#"
P507 the assert `first-is-brief` does not hold of the target `wordy`
  a request that leads there: {"tokens":1001}
  its way: route short; plan wordy, brief
  the attempt: 1 of 2, wordy; there position is 0, target.model is "wordy"
  let a guard remove the target for these requests, change the route, or correct the assert
"#);
}

#[test]
fn a_cap_counts_for_the_cheapest() {
    let rules = r#"
route capped { when max_tokens > 0 && tokens <= max_tokens target both }
route rest { deny 403 "no" }
assert first-is-brief { that position != 0 || target.model == "brief" }
"#;
    assert_eq!(said_at_length(&format!("{PRICED}{rules}")), "");
    let turned = rules.replace("tokens <= max_tokens", "tokens > max_tokens");
    let said = said_at_length(&format!("{PRICED}{turned}"));
    assert!(said.contains("plan wordy, brief"), "{said}");
}

#[test]
fn an_order_by_live_state_is_shown_with_what_hands_it_in() {
    let rules = r#"
model eu-2 { provider sim region "eu" }
pool both { pick least-busy members [eu, us] }
route rest { target both fallback eu-2 }
assert eu-first { that position != 0 || target.region == "eu" }
"#;
    let shown = said_at_length(rules);
    assert!(shown.contains("plan us, eu, eu-2"), "{shown}");
    let alone = shown.contains("`explain --orders '{\"both\":[\"us\",\"eu\"]}'` shows it");
    let request = proved(rules)[0].request().cloned().unwrap();
    assert_eq!(alone, !request.orders.is_empty(), "{shown}");
}
