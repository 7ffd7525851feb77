//! Lines as most logs have them, read in one pass: an object of plain texts, whole numbers and truths. What is written in
//! any other way (escapes, fractions where a value is wanted) is left to the thorough reader, which also says what is wrong
//! with a line; the two agree on every line that this one reads.

use super::cell::Cell;
use crate::record::Scan;

/// Reads a whole line. `wanted` says which values are taken, by their keys: `take` gets these with what it said of the
/// key. `None` where the line has to be read by another reader; what was taken until then does not count.
pub(super) fn object<K>(
    line: &[u8],
    wanted: impl Fn(&str) -> Option<K>,
    mut take: impl FnMut(K, Cell),
) -> Option<()> {
    let mut scan = Scan::new(line)?;
    scan.items(b'{', b'}', |scan| {
        let key = scan.text()?;
        scan.expect(b':')?;
        match wanted(key) {
            Some(kind) => {
                if let Some(cell) = cell(scan)? {
                    take(kind, cell);
                }
                Some(())
            }
            None => scan.skip(),
        }
    })?;
    scan.end()
}

/// A value that is wanted; `Some(None)` for `null`, which is absent.
fn cell(scan: &mut Scan<'_>) -> Option<Option<Cell>> {
    scan.blanks();
    let cell = match scan.peek()? {
        b'"' => Cell::Text(scan.text()?.to_owned()),
        b'0'..=b'9' => Cell::Uint(scan.whole()?),
        b't' | b'f' => Cell::Bool(scan.truth()?),
        b'n' => return scan.word(b"null").map(|()| None),
        _ => return None,
    };
    Some(Some(cell))
}
