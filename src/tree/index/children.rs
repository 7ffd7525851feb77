//! Parts of a partition by the number of the value that leads to them.

/// A node's place among the index's nodes.
pub(super) type NodeId = u32;

/// No node: there are never so many.
const NONE: NodeId = NodeId::MAX;

/// Nodes by values.
#[derive(Debug)]
pub(super) enum Children {
    /// One place for each value from `first` on.
    Dense { first: u32, nodes: Box<[NodeId]> },
    /// Pairs, by ascending value.
    Sparse(Box<[(u32, NodeId)]>),
}

impl Children {
    /// Values, ascending, and their nodes.
    pub(super) fn new(pairs: Vec<(u32, NodeId)>) -> Children {
        let (Some((first, _)), Some((last, _))) = (pairs.first(), pairs.last()) else {
            return Children::Sparse(Box::default());
        };
        let (first, places) = (*first, (*last - *first) as usize + 1);
        if places > 4 * pairs.len() + 16 {
            return Children::Sparse(pairs.into());
        }
        let mut nodes = vec![NONE; places];
        for (value, node) in pairs {
            if let Some(place) = nodes.get_mut((value - first) as usize) {
                *place = node;
            }
        }
        Children::Dense {
            first,
            nodes: nodes.into(),
        }
    }

    /// The node of a value.
    #[inline]
    pub(super) fn get(&self, value: u32) -> Option<NodeId> {
        match self {
            Children::Dense { first, nodes } => {
                let node = nodes.get(value.checked_sub(*first)? as usize)?;
                (*node != NONE).then_some(*node)
            }
            Children::Sparse(pairs) => {
                let at = pairs.binary_search_by_key(&value, |(value, _)| *value).ok()?;
                pairs.get(at).map(|(_, node)| *node)
            }
        }
    }

    /// How many values lead to a node.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        match self {
            Children::Dense { nodes, .. } => nodes.iter().filter(|node| **node != NONE).count(),
            Children::Sparse(pairs) => pairs.len(),
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Children::Dense { nodes, .. } => size_of_val(&**nodes),
            Children::Sparse(pairs) => size_of_val(&**pairs),
        }
    }
}
