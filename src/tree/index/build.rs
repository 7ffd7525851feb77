//! Rules to their partition, part by part.

use super::bits::Bits;
use super::children::{Children, NodeId};
use super::need::{Member, Need};
use super::node::{Node, Partition};
use super::split::{self, Frequencies, Split};

/// Most places of the partition in which one rule stands.
pub(super) const MOST_PLACES: usize = 16;

/// So many rules are checked one by one.
const FEW: usize = 4;

/// Most splits on the way to a part.
const MOST_SPLITS: usize = 64;

/// A rule on its way through the partition.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) rule: u32,
    pub(super) need: &'a Need,
    /// In how many more places it may be put.
    pub(super) places: usize,
    /// The string facts that led here, a bit each.
    pub(super) used_texts: u32,
    /// How many of the literals that it asks for led here, and which; few of them.
    used_members: Vec<Member>,
}

impl<'a> Entry<'a> {
    fn new(rule: u32, need: &'a Need) -> Self {
        Entry {
            rule,
            need,
            places: MOST_PLACES,
            used_texts: 0,
            used_members: Vec::new(),
        }
    }

    /// The literals of a list that the rule asks for, those that led here left out.
    pub(super) fn open_members(&self, list: u8) -> impl Iterator<Item = Member> {
        let holds = self.need.holds.iter().copied();
        holds.filter(move |member| member.0 == list && !self.used_members.contains(member))
    }
}

/// The partition of rules that need this; those that need what nothing fulfils stand in no part.
pub(super) fn partition(needs: &[Need]) -> Partition {
    let mut partition = Partition {
        nodes: Vec::new(),
        least: Vec::new(),
        root: None,
    };
    let entries: Vec<Entry<'_>> = (0u32..)
        .zip(needs)
        .filter(|(_, need)| !need.never)
        .map(|(rule, need)| Entry::new(rule, need))
        .collect();
    partition.root = partition.add(entries, 0);
    partition
}

impl Partition {
    /// Adds a part; `None` for one without rules.
    fn add(&mut self, entries: Vec<Entry<'_>>, splits: usize) -> Option<NodeId> {
        let least = entries.first()?.rule;
        let node = match split::best(&entries).filter(|_| entries.len() > FEW && splits < MOST_SPLITS) {
            Some(Split::Text(slot)) => self.by_text(entries, slot, splits + 1),
            Some(Split::Member(list)) => self.by_member(entries, list, splits + 1),
            None => Bits::new(&entries).map_or_else(
                || Node::Scan(entries.iter().map(|entry| entry.rule).collect()),
                |bits| Node::Bits(Box::new(bits)),
            ),
        };
        let id = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.push(node);
        self.least.push(least);
        Some(id)
    }

    fn by_text(&mut self, entries: Vec<Entry<'_>>, slot: u8, splits: usize) -> Node {
        let mut rest = Vec::new();
        let mut placed = Vec::new();
        for entry in entries {
            match split::places(&entry, slot) {
                None => rest.push(entry),
                Some(values) => placed.extend(values.iter().map(|value| {
                    let mut entry = entry.clone();
                    entry.places /= values.len().max(1);
                    entry.used_texts |= 1 << slot;
                    (*value, entry)
                })),
            }
        }
        Node::Text {
            slot,
            children: self.children(placed, splits),
            rest: self.add(rest, splits),
        }
    }

    fn by_member(&mut self, entries: Vec<Entry<'_>>, list: u8, splits: usize) -> Node {
        let frequencies = Frequencies::of(&entries, list);
        let mut rest = Vec::new();
        let mut placed = Vec::new();
        for mut entry in entries {
            match frequencies.rarest(&entry, list) {
                None => rest.push(entry),
                Some(member) => {
                    entry.used_members.push(member);
                    placed.push((member.1, entry));
                }
            }
        }
        Node::Member {
            list,
            children: self.children(placed, splits),
            rest: self.add(rest, splits),
        }
    }

    /// The parts of rules by values.
    fn children(&mut self, mut placed: Vec<(u32, Entry<'_>)>, splits: usize) -> Children {
        placed.sort_by_key(|(value, entry)| (*value, entry.rule));
        let mut pairs = Vec::new();
        let mut part: Vec<Entry<'_>> = Vec::new();
        let mut placed = placed.into_iter().peekable();
        while let Some((value, entry)) = placed.next() {
            part.push(entry);
            if placed.peek().is_none_or(|(next, _)| *next != value) {
                let part = std::mem::take(&mut part);
                pairs.extend(self.add(part, splits).map(|node| (value, node)));
            }
        }
        Children::new(pairs)
    }
}
