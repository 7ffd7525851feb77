//! Parity: whatever a client calls, a fault leads to the same chain of attempts as for chat completions.

use std::collections::BTreeMap;

/// The table of chat completions.
const CHAT: &str = include_str!("snapshots/it__fault_table__every_fault_is_met_as_the_table_says.snap");

/// By fault and way: the calls upstream and the record, which name no protocol.
fn chains(table: &str) -> BTreeMap<(&str, &str), (&str, &str)> {
    let mut fault = "";
    let mut chains = BTreeMap::new();
    for line in table.lines() {
        let Some(row) = line.strip_prefix("  ") else {
            fault = line;
            continue;
        };
        let columns: Vec<&str> = row.split(" | ").collect();
        let way = row.split(' ').next().unwrap();
        // The body may hold anything.
        chains.insert(
            (fault, way),
            (columns[columns.len() - 3], columns[columns.len() - 1]),
        );
    }
    chains
}

/// Holds a table against that of chat completions, but for these faults.
pub(super) fn holds(table: &str, but: &[&str]) {
    let (chat, own) = (chains(CHAT), chains(table));
    assert!(own.len() >= 80, "{}", own.len());
    let others: Vec<_> = own
        .iter()
        .filter(|(key, chain)| !but.contains(&key.0) && chat[key] != **chain)
        .map(|(key, chain)| (key, chat[key], chain))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}
