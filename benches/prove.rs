//! How long all proofs of a policy take: every lint, and 20 asserts over every attempt. The ratio to look at is that to
//! compiling the same policy, in the same run.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "benches stand in the world"
)]

use divan::Bencher;
use pointsman::compile::{Texts, compile};
use pointsman::diagnostic::has_errors;
use pointsman::prove::{Unlimited, prove};
use std::fmt::Write;

fn main() {
    divan::main();
}

/// What a rule asks for beside its tenant.
const ASKED: [&str; 7] = [
    "tokens < 9000",
    "tokens >= 20000 && stream",
    "tools > 2",
    "\"batch\" in tags",
    "model.startsWith(\"gpt-\")",
    "user in [\"ci\", \"cron\"]",
    "now.getHours(\"Europe/Berlin\") >= 8 && now.getHours(\"Europe/Berlin\") < 18",
];

/// Asserts: of residency, of the context window, of a price, of the place in the plan.
const ASSERTS: [&str; 4] = [
    "when region == \"eu\" && tokens > {n} that target.region == \"eu\"",
    "when tools == {n} && region == \"us\" that target.region == \"us\"",
    "when tokens > 13000{n} that target.context >= 130000",
    "when tenant == \"t{n}\" that position < 6 && size(fallbacks) < 6",
];

/// A policy of so many rules over half as many tenants in a table, with models in two regions, guards that keep each
/// region's requests there, and 20 asserts that hold.
fn policy(rules: usize) -> Texts {
    let mut text = String::from(
        "fact tier one of [\"free\", \"gold\"] from tenant default \"free\"\ntenants from \"tenants.csv\"\n\
         guard eu { when region == \"eu\" require target.region == \"eu\" }\n\
         guard us { when region == \"us\" require target.region == \"us\" }\n",
    );
    for region in ["eu", "us"] {
        let _ = writeln!(
            text,
            "provider one-{region} {{ protocol simulated region \"{region}\" }}\n\
             provider two-{region} {{ protocol simulated region \"{region}\" }}\n\
             model small-{region} {{ provider one-{region} context 200k price input $0.1 output $1 }}\n\
             model large-{region} {{ provider two-{region} context 1M price input $1 output $4 }}\n"
        );
    }
    text.push_str("pool small { pick least-busy members [small-eu, small-us] }\n");
    text.push_str("pool large { pick random members [large-eu, large-us] }\n");
    let tenants = (rules / 2).max(4);
    for rule in 0..rules {
        let (tenant, asked) = (rule % tenants, ASKED[(rule / tenants + rule) % ASKED.len()]);
        let (target, fallback) = [("small", "large"), ("large", "small")][(rule / tenants) % 2];
        let _ = writeln!(
            text,
            "route customer-{rule} {{ when tenant == \"t{tenant}\" && {asked} target {target} fallback {fallback} }}"
        );
    }
    text.push_str("route rest { target small fallback large retry 0 }\n");
    for number in 0..20 {
        let assert = ASSERTS[number % ASSERTS.len()].replace("{n}", &(number % 4).to_string());
        let _ = writeln!(text, "assert promise-{number} {{ {assert} }}");
    }
    let mut table = String::from("tenant,key,tier,region,tags\n");
    for tenant in 0..tenants {
        let (tier, region) = (["free", "gold"][tenant % 2], ["eu", "us"][tenant / 2 % 2]);
        let _ = writeln!(table, "t{tenant},{tenant:064x},{tier},{region},vip");
    }
    Texts::new([("policy", text)]).with("tenants.csv", table)
}

#[divan::bench(args = [1_000, 10_000], sample_count = 5, sample_size = 1)]
fn text_to_tree(bencher: Bencher<'_, '_>, rules: usize) {
    bencher
        .with_inputs(|| policy(rules))
        .bench_values(|mut files| compile(&mut files).ok());
}

#[divan::bench(args = [1_000, 10_000], sample_count = 5, sample_size = 1)]
fn tree_to_proofs(bencher: Bencher<'_, '_>, rules: usize) {
    let compiled = compile(&mut policy(rules)).expect("the policy compiles");
    let proofs = prove(&compiled.tree, &compiled.diagnostics, &Unlimited);
    assert!(!has_errors(&proofs.diagnostics), "all asserts hold");
    bencher.bench(|| prove(&compiled.tree, &compiled.diagnostics, &Unlimited));
}
