//! Bytes turned into choices: the same bytes draw the same. Without bytes left the first choice is taken.

/// Choices still to be made.
pub(crate) struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Choices<'a> {
    /// Choices from these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Choices { bytes: bytes.iter() }
    }

    /// A number below `of`.
    pub(crate) fn pick(&mut self, of: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % of
    }

    /// Whether something with so many chances in a hundred comes up; it does not without bytes left.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.pick(100) + percent >= 100
    }

    /// One of these.
    pub(crate) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.pick(items.len())]
    }
}
