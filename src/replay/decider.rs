//! Rows decided under one policy, as `explain --facts` decides facts.

use super::batch::Batch;
use super::buffer::Buffer;
use super::compare::Memos;
use super::comparison::Replay;
use super::reading::Unread;
use super::rows::Rows;
use super::side::RecordedOrders;
use crate::facts::Facts;
use crate::record::RecordedDecision;
use crate::tree::Tree;

/// Decides rows of columns under one policy.
#[derive(Debug)]
pub struct Decider<'t> {
    replay: Replay<'t>,
}

impl<'t> Decider<'t> {
    /// A decider with these `--map` texts. Errors are one line each.
    pub fn new<S: AsRef<str>>(tree: &'t Tree, map: &[S]) -> Result<Self, Vec<String>> {
        let mut replay = Replay::new(tree, None, map)?;
        // What a row lacks has its default, as where a request says nothing; of a recording nobody knows what was said.
        replay.candidate.blank = Facts::empty(&tree.policy().facts);
        Ok(Decider { replay })
    }

    /// The columns that are mapped, by name.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.replay.columns().map(|(name, _)| name)
    }

    /// Decides each row in turn and hands out what comes of it: the decision, or why the row cannot be read. A row draws by
    /// the seed of its values; pools that ask for live state take their order from it.
    pub fn decide(&self, batch: &Batch, mut take: impl FnMut(Result<RecordedDecision<'_>, String>)) {
        let mut rows = Rows::new(&self.replay, batch);
        let mut buffer = Buffer::new(&self.replay);
        let mut memos = Memos::of_columns(&self.replay, &buffer);
        for row in 0..batch.rows() {
            let read = match batch.fault(row) {
                Some(reason) => Err(Unread::Fault(reason.to_owned())),
                None => rows.set_facts(&self.replay, row, &mut buffer),
            };
            take(match read {
                Ok(()) => {
                    let seed = rows.seed(row);
                    let orders = RecordedOrders::new();
                    let side = &self.replay.candidate;
                    let decision =
                        side.decide_again(&mut memos.candidate, &buffer.candidate, (seed, &orders));
                    Ok(RecordedDecision::of(side.tree, decision))
                }
                Err(Unread::Fault(reason)) => Err(reason),
                Err(Unread::OtherKind) => Err("it is of a kind that no policy decides".to_owned()),
            });
        }
    }
}
