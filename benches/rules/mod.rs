//! The policy that both benches are about: rules `tenant == "t17" && tokens < 9000 && "a" in tags`, each on its tenant.

use std::fmt::Write;

/// A policy of so many rules of about 180 bytes, and a last one that takes the rest.
pub(crate) fn policy(rules: usize) -> String {
    let mut text = String::from(
        "provider main {\n  protocol simulated\n}\n\nmodel small {\n  provider main\n  context  128k\n}\n\n\
         model large {\n  provider main\n  context  1M\n}\n\n",
    );
    for rule in 0..rules {
        let _ = write!(
            text,
            "# the rule of customer number {rule}\nroute customer-{rule} {{\n  when     tenant == \"t{rule}\" && tokens < \
             9000 && \"a\" in tags\n  target   small\n  fallback large on [context-length, rate-limit]\n  retry    1 on \
             [connect]\n}}\n\n"
        );
    }
    text.push_str("route default {\n  target small\n}\n");
    text
}
