//! What stands in brackets: on one line where it fits, else one piece a line.

use super::comments::Trail;
use super::layout::Layout;

/// How a kind of brackets is written.
#[derive(Clone, Copy)]
pub(super) struct Brackets {
    open: &'static str,
    close: &'static str,
    /// Nothing in them.
    empty: &'static str,
    /// A blank behind the opening and before the closing bracket.
    airy: bool,
    /// Commas between the pieces.
    commas: bool,
    /// A comma behind the last piece where it has a line of its own.
    last_comma: bool,
}

/// `[a, b]`.
pub(super) const LIST: Brackets = Brackets {
    open: "[",
    close: "]",
    empty: "[]",
    airy: false,
    commas: true,
    last_comma: true,
};

/// `{key: value, key: value}`.
pub(super) const MAP: Brackets = Brackets {
    open: "{",
    close: "}",
    empty: "{}",
    ..LIST
};

/// `(a, b)`.
pub(super) const ARGUMENTS: Brackets = Brackets {
    open: "(",
    close: ")",
    empty: "()",
    last_comma: false,
    ..LIST
};

/// `{ a 90% b 10% }`.
pub(super) const BRACES: Brackets = Brackets {
    open: "{",
    close: "}",
    empty: "{}",
    airy: true,
    commas: false,
    last_comma: false,
};

impl Brackets {
    fn edge<'t>(self) -> Layout<'t> {
        if self.airy { Layout::Blank } else { Layout::Cut }
    }

    /// Writes brackets that end at `end`. Of each piece `start` says where its first word stands, and `put` writes it.
    pub(super) fn around<'t, P: Copy>(
        self,
        trail: &mut Trail<'t>,
        end: u32,
        pieces: impl ExactSizeIterator<Item = P>,
        start: impl Fn(&Trail<'t>, P) -> u32,
        mut put: impl FnMut(&mut Trail<'t>, P) -> Layout<'t>,
    ) -> Layout<'t> {
        let close = end.saturating_sub(1);
        let count = pieces.len();
        let mut inner = Vec::new();
        for (index, piece) in pieces.enumerate() {
            let line = if index == 0 { self.edge() } else { Layout::Blank };
            inner.push(trail.gap(start(trail, piece), line));
            inner.push(put(trail, piece));
            if self.commas && index + 1 < count {
                inner.push(Layout::text(","));
            }
        }
        if self.last_comma && count > 0 {
            inner.push(Layout::WhereBroken(","));
        }
        let last = trail.before(close);
        trail.pass(end);
        if count == 0 && last.is_empty() {
            return Layout::text(self.empty);
        }
        inner.extend(last.trailing.map(Layout::Trailing));
        inner.extend(last.own.into_iter().map(Layout::Comment));
        Layout::group(vec![
            Layout::text(self.open),
            Layout::nest(inner),
            self.edge(),
            Layout::text(self.close),
        ])
    }
}
