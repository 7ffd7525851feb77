//! Layouts: text whose line ends are not settled yet. A group stands on one line where it fits, and breaks all its
//! lines where it does not; a comment breaks every group that holds it.

use std::borrow::Cow;

/// Text with places where a line may end.
#[derive(Debug)]
pub(super) enum Layout<'t> {
    /// Nothing at all.
    Nothing,
    /// Text as it is; it may hold line ends of its own (strings in triple quotes).
    Text(Cow<'t, str>),
    /// A blank, or a line end where the group breaks.
    Blank,
    /// Nothing, or a line end where the group breaks.
    Cut,
    /// A line end in any case.
    End,
    /// A comment at the end of the line that is being written.
    Trailing(&'t str),
    /// A comment on a line of its own.
    Comment(&'t str),
    /// Text that stands only where the group breaks.
    WhereBroken(&'static str),
    /// One after the other.
    All(Vec<Layout<'t>>),
    /// Stands on one line, or breaks.
    Group {
        /// What stands in it.
        inner: Box<Layout<'t>>,
        /// It breaks in any case.
        breaks: bool,
    },
    /// Its lines are indented by one more step.
    Nest(Box<Layout<'t>>),
    /// Its lines begin in the column in which it begins.
    Align(Box<Layout<'t>>),
}

impl<'t> Layout<'t> {
    /// Text that is borrowed.
    pub(super) fn text(text: &'t str) -> Self {
        Layout::Text(Cow::Borrowed(text))
    }

    /// Text that was made.
    pub(super) fn made(text: String) -> Self {
        Layout::Text(Cow::Owned(text))
    }

    /// A group of parts.
    pub(super) fn group(parts: Vec<Layout<'t>>) -> Self {
        let breaks = parts.iter().any(Layout::breaks);
        Layout::Group {
            inner: Box::new(Layout::All(parts)),
            breaks,
        }
    }

    /// Parts that are indented.
    pub(super) fn nest(parts: Vec<Layout<'t>>) -> Self {
        Layout::Nest(Box::new(Layout::All(parts)))
    }

    /// Parts that are aligned.
    pub(super) fn align(parts: Vec<Layout<'t>>) -> Self {
        Layout::Align(Box::new(Layout::All(parts)))
    }

    /// Whether a line ends in it whatever the width. Groups know it, so that nothing is looked at twice.
    fn breaks(&self) -> bool {
        match self {
            Layout::End | Layout::Trailing(_) | Layout::Comment(_) => true,
            Layout::All(parts) => parts.iter().any(Layout::breaks),
            Layout::Group { breaks, .. } => *breaks,
            Layout::Nest(inner) | Layout::Align(inner) => inner.breaks(),
            Layout::Nothing | Layout::Text(_) | Layout::Blank | Layout::Cut | Layout::WhereBroken(_) => false,
        }
    }
}
