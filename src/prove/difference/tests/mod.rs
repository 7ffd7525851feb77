//! Two policies in, their difference out; the laws of it.

mod drawn;
mod embeddings;
mod open;
mod picks;
mod regions;
mod shadows;

use super::{Difference, difference};
use crate::compile::compile_text;
use crate::prove::Unlimited;
use crate::tree::Tree;

/// Models and a pool that the tests' routes lead to.
const CATALOG: &str = r#"
provider sim { protocol simulated }
model mini  { provider sim region "us" context 128k can [tools, vision, json] }
model llama { provider sim region "eu" context 32k can [tools] }
model large { provider sim region "eu" }
pool small { pick least-busy members [mini, llama] }
fact tier one of ["free", "pro", "gold"] from tenant default "free"
"#;

/// The tree of the catalog and some rules.
fn tree(rules: &str) -> Tree {
    match compile_text(&format!("{CATALOG}{rules}")) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => panic!("{:#?}", rejected.diagnostics),
    }
}

/// The difference of two sets of rules over the catalog.
fn differ(old: &str, new: &str) -> Difference {
    difference(&tree(old), &tree(new), &Unlimited)
}

/// The difference as people read it, without the last line.
fn told(old: &str, new: &str) -> String {
    let difference = differ(old, new);
    let text = difference.to_text(false);
    let lines: Vec<&str> = text.lines().collect();
    lines[..lines.len() - 1].join("\n")
}
