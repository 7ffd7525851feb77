//! The canonical form of a text, as the change that leads to it.

use crate::format::{FormatError, format};
use crate::source::SourceMap;
use std::ops::Range;

/// The bytes to replace and what comes in their place; `None` where the text is in that form already, or does not
/// parse: its findings say so. An error says in one line why the text is left as it is.
pub(super) fn change(text: &str) -> Result<Option<(Range<usize>, String)>, String> {
    let file = SourceMap::new().add("", "");
    let formatted = match format(file, text) {
        Ok(formatted) => formatted,
        Err(FormatError::Syntax(_)) => return Ok(None),
        Err(error) => return Err(format!("not formatted: {error}")),
    };
    Ok((formatted != text).then(|| difference(text, &formatted)))
}

/// The smallest change of whole lines that leads from one text to another.
fn difference(old: &str, new: &str) -> (Range<usize>, String) {
    let same = |pairs: &mut dyn Iterator<Item = (&str, &str)>| {
        pairs
            .take_while(|(old, new)| old == new)
            .map(|(line, _)| line.len())
            .sum::<usize>()
    };
    let (olds, news) = (old.split_inclusive('\n'), new.split_inclusive('\n'));
    let start = same(&mut olds.zip(news));
    let (old_rest, new_rest) = (
        old.get(start..).unwrap_or_default(),
        new.get(start..).unwrap_or_default(),
    );
    let (olds, news) = (old_rest.split_inclusive('\n'), new_rest.split_inclusive('\n'));
    let end = same(&mut olds.rev().zip(news.rev()));
    let kept = new_rest.len().saturating_sub(end);
    (
        start..old.len().saturating_sub(end),
        new_rest.get(..kept).unwrap_or_default().to_owned(),
    )
}
