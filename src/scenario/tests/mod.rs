//! Tests of policies' tests: what they expect, how they are drawn, what they reach.

mod laws;
mod verdicts;

use super::*;
use crate::compile::compile_text;
use crate::diagnostic::render_human;
use crate::tree::Tree;

/// The tree of a policy of one file.
fn tree(text: &str) -> Tree {
    match compile_text(text) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => panic!(
            "{}",
            render_human(&rejected.diagnostics, &rejected.sources, false)
        ),
    }
}

/// Models in two regions, pools that pick, a split, guards.
const POLICY: &str = r#"
provider us { protocol simulated region "us" }
provider eu { protocol simulated region "eu" }
model mini { provider us serves ["gpt-mini", "gpt-mini-*"] context 1k price input $0.15 output $0.60 max-output 1k }
model llama { provider eu price input $0.30 output $0.30 }
model large { provider us max-output 2k }
model spare { provider eu price input $1 output $2 max-output 4k }
pool busy { pick least-busy members [mini, llama] }
pool dice { pick random members [mini, llama, spare] }
pool fixed { members [spare, large] }
fact tier one of ["free", "pro", "gold"] from tenant default "free"
fact team string from header "x-team" default "none"
fact grade int from metadata "grade" default 0
tenant acme { key a sha256 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" tier "gold" region "eu" tags ["vip"] }
tenant globex { key b sha256 "0f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" tier "pro" }
guard residency { when region == "eu" && tier != "pro" require target.region == "eu" }
guard short { when tier == "free" set max_tokens at most 500 }
guard closed { when team == "red" deny 451 "no" }
guard also-closed { when team == "red" deny 403 "no" }
route named { when requested != "" target requested }
route split { when api == "responses" target split by user { mini 70% dice 20% llama 10% } fallback fixed }
route locked { when grade == 1 deny 402 "pay first" }
route busy { when tier == "pro" target busy fallback [large, spare] }
route limits { when grade == 2 target mini fallback llama on [rate-limit] fallback large on [server] }
route gold { when tier == "gold" target dice fallback fixed }
route default { target mini fallback busy fallback spare }
"#;

/// The policy with one test of these clauses, run: what is expected and what is found instead, line by line, with the
/// draw; `ok` where the test holds.
fn outcome(clauses: &str) -> String {
    let text = format!("{POLICY}\ntest \"it\" {{ {clauses} }}\n");
    let report = run(&tree(&text), Options::default());
    let test = report.tests.first().unwrap();
    if test.passed() {
        return "ok".to_owned();
    }
    let line = |failure: &Failure| {
        let draw = failure.draw.as_ref().map(|draw| format!(", where {draw}"));
        format!(
            "{} <> {}{}",
            failure.expected,
            failure.found,
            draw.unwrap_or_default()
        )
    };
    test.failures.iter().map(line).collect::<Vec<_>>().join("; ")
}
