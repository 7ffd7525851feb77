//! How far a recording supports the conditions of the policies.

use super::super::*;
use super::whole::read;
use crate::compile::{Texts, compile};
use crate::tree::Tree;

const OLD: &str = r#"
provider p { protocol simulated }
model a { provider p region "us" }
let long = tokens > 1000
guard mine  { when tenant == "acme" require target.region == "us" }
route gold  { when tier == "gold" target a }
route long  { when long && stream target a }
route shout { when prompt.contains("!") target a }
route rest  { target a }
"#;

const NEW: &str = r#"
provider p { protocol simulated }
model a { provider p region "us" }
route gold { when tier == "gold" || user == "ann" target a }
route rest { target a }
"#;

fn tree(text: &str) -> Tree {
    match compile(&mut Texts::new([("a.policy", text)])) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => panic!("{:?}", rejected.diagnostics),
    }
}

/// A line for each condition: whose, which, how far, and why.
fn shown(report: &Report) -> String {
    let line = |line: &ConditionLine| {
        format!(
            "{:?} {}: {:?} {:?} {:?}\n",
            line.policy, line.rule, line.support, line.lacking, line.inexact
        )
    };
    report.conditions.iter().map(line).collect()
}

#[test]
fn a_condition_is_supported_as_far_as_its_facts_were_recorded() {
    let (old, new) = (tree(OLD), tree(NEW));
    let replay = Replay::new(&new, Some(&old), &[] as &[&str]).unwrap();
    let report = read(
        &replay,
        r#"{"facts":{"tenant":"acme","tier":"gold","tokens":7,"stream":true,"user":"ann"}}
{"facts":{"tenant":"acme","tier":"gold","tokens":7,"stream":false}}
{"facts":{"tenant":"acme","tokens":7}}
"#,
    );
    insta::assert_snapshot!(shown(&report) + &report.to_text());
}

#[test]
fn mapped_tokens_are_no_estimate_of_the_gateways() {
    let old = tree(OLD);
    let map = ["tenant=t", "tokens=n", "stream=true", "tier=\"gold\""];
    let replay = Replay::new(&old, Some(&old), &map).unwrap();
    let report = read(&replay, "{\"t\":\"acme\",\"n\":7}\n{\"t\":\"x\",\"n\":2000}\n");
    insta::assert_snapshot!(shown(&report));
}
