//! The policies that the benches are about: rules like `tenant == "t17" && tokens < 9000 && "a" in tags`, each on its
//! tenant, and policies that make it hard to find the rule that matches.

#![allow(dead_code, reason = "each bench takes a part of it")]

use std::fmt::Write;

/// What stands before the rules.
pub(crate) const CATALOG: &str = "provider main {\n  protocol simulated\n}\n\nprovider other {\n  protocol simulated\n}\n\n\
     model small {\n  provider main\n  context  128k\n}\n\nmodel large {\n  provider other\n  context  1M\n}\n\n";

/// A policy of so many rules of about 180 bytes, and a last one that takes the rest.
pub(crate) fn policy(rules: usize) -> String {
    of_conditions(rules, |rule| {
        format!("tenant == \"t{rule}\" && tokens < 9000 && \"a\" in tags")
    })
}

/// A policy of so many rules with these conditions, and a last one that takes the rest.
pub(crate) fn of_conditions(rules: usize, condition: impl Fn(usize) -> String) -> String {
    let mut text = String::from(CATALOG);
    for rule in 0..rules {
        let _ = write!(
            text,
            "# {rule}\nroute customer-{rule} {{\n  when     {}\n  target   small\n  \
             fallback large on [context-length, rate-limit]\n  retry    1 on [connect]\n}}\n\n",
            condition(rule)
        );
    }
    text.push_str("route default {\n  target small\n}\n");
    text
}
