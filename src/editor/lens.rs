//! How many recorded requests reach each rule: counted from traffic, shown above guards and routes.

use super::names::SourceText;
use super::positions::Lines;
use crate::replay::{Replay, Worker};
use crate::syntax::ast::{Block, BlockKind, StatementKind};
use crate::traffic::{Pieces, sources};
use crate::tree::Tree;
use lsp_types::{CodeLens, Command};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Most bytes of traffic that are read, decompressed.
const MAX_BYTES: u64 = 256 << 20;

/// Recorded traffic, and how lines of other origin become facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Traffic {
    /// Files and directories.
    pub(super) paths: Vec<String>,
    /// What `pointsman replay --map` takes.
    pub(super) map: Vec<String>,
}

/// Requests that each rule matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    guards: BTreeMap<String, u64>,
    routes: BTreeMap<String, u64>,
    /// Whether only the beginning of the traffic was read.
    cut: bool,
}

/// Counts; `None` where it is given up since `is_stale`. An error says in one line what is wrong with the traffic.
pub(super) fn count(
    tree: &Tree,
    traffic: &Traffic,
    is_stale: &dyn Fn() -> bool,
) -> Result<Option<Counts>, String> {
    // Against itself, so that records of any origin count, whether or not they tell a decision.
    let replay = Replay::new(tree, Some(tree), &traffic.map).map_err(|errors| errors.join("; "))?;
    let sources = sources(&traffic.paths).map_err(|error| error.to_string())?;
    let mut worker = Worker::new(&replay);
    let mut left = MAX_BYTES;
    let mut cut = false;
    for piece in Pieces::new(&replay, &sources, Arc::new(AtomicU64::new(0))) {
        if is_stale() {
            return Ok(None);
        }
        let piece = piece.map_err(|errors| errors.join("; "))?;
        left = left.saturating_sub(piece.bytes());
        piece.decide(&mut worker);
        if left == 0 {
            cut = true;
            break;
        }
    }
    let tally = worker.into_tally();
    let policy = tree.policy();
    let named = |names: Vec<&String>, counts: Vec<u64>| {
        let names = names.into_iter().cloned();
        names.zip(counts).collect()
    };
    Ok(Some(Counts {
        guards: named(
            policy.guards.iter().map(|guard| &guard.name).collect(),
            tally.guard_records().collect(),
        ),
        routes: named(
            policy.routes.iter().map(|route| &route.name).collect(),
            tally.route_records().collect(),
        ),
        cut,
    }))
}

/// The lenses of a file.
pub(super) fn lenses(file: &SourceText, lines: &Lines<'_>, counts: &Counts) -> Vec<CodeLens> {
    let blocks = file.document.statements.iter().filter_map(|statement| {
        let StatementKind::Block(block) = &statement.kind else {
            return None;
        };
        Some((block, counts.of(block)?))
    });
    blocks
        .map(|(block, records)| CodeLens {
            range: lines.range(block.keyword.range()),
            command: Some(Command {
                title: title(records, counts.cut),
                command: String::new(),
                arguments: None,
            }),
            data: None,
        })
        .collect()
}

impl Counts {
    fn of(&self, block: &Block) -> Option<u64> {
        let counts = match block.kind {
            BlockKind::Guard => &self.guards,
            BlockKind::Route => &self.routes,
            _ => return None,
        };
        counts.get(&block.name.as_ref()?.text).copied()
    }
}

fn title(records: u64, cut: bool) -> String {
    let of = match cut {
        true => format!(" (of the first {} MiB)", MAX_BYTES >> 20),
        false => String::new(),
    };
    match records {
        1 => format!("1 recorded request reaches this rule{of}"),
        _ => format!("{records} recorded requests reach this rule{of}"),
    }
}
