//! Statements and the cutting of clauses.

use super::show;

#[test]
fn the_example_of_the_language() {
    insta::assert_snapshot!(show(include_str!("example.policy")));
}

#[test]
fn clauses_end_where_the_next_begins() {
    insta::assert_snapshot!(show(
        r#"
provider azure { timeout total 60s first-token 5s headers 10s key env "K" in header "api-key" header "n" "v" forward ["x-a"] check "GET /health" every 10s region "eu" }
provider sim { protocol simulated latency 20ms first-token 120ms rate 80 tokens per second fault rate-limit 5% fault truncated 1% }
provider both { timeout first-token 2s first-token 120ms latency 1ms }
tenant a { key ci sha256 "00" until 2027-01-31 key env sha256 "11" key b env "X" team "x" tier gold tags ["a", "b",] region "eu" }
model m { price input $1 cached $0.5 cache-write $1 output $2 context 128k max-output 4k can [] provider timeout timeout idle 3s breaker off }
pool p { pick least-busy members [a 3, b 1] serves x }
guard g { deny 403 "text" when a == b set max_tokens at most 1000 require target.region == "eu" limit 10 per minute when c }
route r {
  target split by user { a 90% "b c" 10.5% } fallback [A, B] on [x] fallback on [y] fallback small
  retry 1 on [connect, timeout.total] timeout total 1m commit after 2s attempts 3 when a == b
}
route s { target timeout fallback when when stream retry 2 }
route t { target fallback fallback target commit complete shadow m 5% }
route u { target hedge [a, b] after 800ms commit first-content }
defaults { fallback on [connect] retry 1 on server breaker 5 in 30s open 10s hold 8M tokenizer estimate timeout connect 5s }
"#
    ));
}

#[test]
fn promises_and_tests() {
    insta::assert_snapshot!(show(
        r#"
assert a { when region == "eu" that target.region == "eu" }
assert b { that target.region in ["eu"] when tier == "free" } assume c { that tokens < 100 }
test "of all kinds" {
  given { tier "free" tokens 900 stream true tags ["a", "b"] headers { "x-team" "a" } model expect }
  failing [a, b] failing provider openai failing given failing expect
  expect { route given target in [a, b] target is x target not in [y] fallback [] fallback when
    cost at most $0.01 deny 403 skipped [x] }
}
test bare { given {} failing [gpt-mini] failing provider provider expect { route failing } }
route that { target that fallback that }
"#
    ));
}

#[test]
fn facts_lets_uses_and_tables() {
    insta::assert_snapshot!(show(
        r#"
use "a.policy" tenants from 'b.csv'
fact a string from header "x-a" default ""
fact b list ( string ) default ["x", "y"] from metadata "k"
fact c one of ["a", "b",] from tenant default a fact d int from claim "n" default -1
fact fact string from tenant default "model"
let x = a == b
model gpt { provider p }
let y = x ? 1 : 2 let z = model
route in { when x target gpt }
let w = route in {"a": 1}
defaults { attempts 1 }
model "odd name" { provider r"p" }
"#
    ));
}

#[test]
fn unknown_clauses_stay_clauses() {
    insta::assert_snapshot!(show(
        r#"
model m { contxt 128k prce input $1 region "eu" }
route r { whn "x" target a fallbak b }
tenant t { team x cost_centre "y" key k env "K" }
"#
    ));
}

#[test]
fn comments_stand_anywhere() {
    let text = "# one\nlet a = 1 # two\n  + 2 # \"three\n# four { [\nroute r { # five\n when a # six }\n == 3 target x }#seven";
    let (document, errors) = super::parse(super::only_file(), text);
    assert_eq!(errors, []);
    let comments: Vec<&str> = document.comments.iter().map(|span| &text[span.range()]).collect();
    assert_eq!(
        comments,
        [
            "# one",
            "# two",
            "# \"three",
            "# four { [",
            "# five",
            "# six }",
            "#seven"
        ]
    );
}
