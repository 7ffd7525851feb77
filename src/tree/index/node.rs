//! The partition's nodes, and the walk through them.

use super::bits::Bits;
use super::children::{Children, NodeId};
use super::request::Request;

/// Rules that a request has not been told apart from yet.
#[derive(Debug)]
pub(super) enum Node {
    /// Few: checked one by one, in order.
    Scan(Box<[u32]>),
    /// Apart by the value of a string fact; `rest` holds those that allow many values or all.
    Text {
        slot: u8,
        children: Children,
        rest: Option<NodeId>,
    },
    /// Apart by a literal that a list must hold; `rest` holds those that ask for none.
    Member {
        list: u8,
        children: Children,
        rest: Option<NodeId>,
    },
    /// Many: candidates are found by bit vectors.
    Bits(Box<Bits>),
}

/// A partition of rules.
#[derive(Debug)]
pub(super) struct Partition {
    pub(super) nodes: Vec<Node>,
    /// For each node its first rule.
    pub(super) least: Vec<u32>,
    pub(super) root: Option<NodeId>,
}

/// What is done with a candidate.
pub(super) trait Visitor<'a> {
    /// Whether the walk may leave out rules from this one on.
    fn bound(&self) -> u32;
    /// A candidate, below the bound; each comes once, those of a node in order.
    fn visit(&mut self, rule: u32, request: &Request<'a>);
}

impl Partition {
    /// Shows every candidate to the visitor, as long as it is below the visitor's bound.
    pub(super) fn walk<'a>(&self, request: &Request<'a>, visitor: &mut impl Visitor<'a>) {
        if let Some(root) = self.root {
            self.node(root, request, visitor);
        }
    }

    fn node<'a>(&self, id: NodeId, request: &Request<'a>, visitor: &mut impl Visitor<'a>) {
        if self.least_of(id) >= visitor.bound() {
            return;
        }
        match self.nodes.get(id as usize) {
            Some(Node::Scan(rules)) => scan(rules, request, visitor),
            Some(Node::Text { slot, children, rest }) => {
                let child = children.get(request.text(*slot));
                // What can lower the bound most comes first.
                let (first, second) = if child.map(|id| self.least_of(id)) < rest.map(|id| self.least_of(id))
                {
                    (child, *rest)
                } else {
                    (*rest, child)
                };
                for node in first.into_iter().chain(second) {
                    self.node(node, request, visitor);
                }
            }
            Some(Node::Member { list, children, rest }) => {
                let members = request.members(*list).numbers().iter();
                let children = members.filter_map(|number| children.get(*number));
                for node in children.chain(*rest) {
                    self.node(node, request, visitor);
                }
            }
            Some(Node::Bits(bits)) => bits.candidates(request, visitor),
            None => {}
        }
    }

    fn least_of(&self, id: NodeId) -> u32 {
        self.least.get(id as usize).copied().unwrap_or(u32::MAX)
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let inner = self.nodes.iter().map(|node| match node {
            Node::Scan(rules) => size_of_val(&**rules),
            Node::Text { children, .. } | Node::Member { children, .. } => children.bytes(),
            Node::Bits(bits) => bits.bytes(),
        });
        inner.sum::<usize>() + self.nodes.len() * (size_of::<Node>() + size_of::<u32>())
    }
}

fn scan<'a>(rules: &[u32], request: &Request<'a>, visitor: &mut impl Visitor<'a>) {
    for rule in rules {
        if *rule >= visitor.bound() {
            return;
        }
        visitor.visit(*rule, request);
    }
}
