//! A layout to lines of text.

use super::layout::Layout;

/// Columns of a line, its trailing comment not counted; what cannot be broken may be longer.
pub(super) const WIDTH: usize = 120;

/// The column, from 0, in which a trailing comment begins where the line leaves room.
const COMMENT_COLUMN: usize = 57;

/// Blanks between a line that is too long for that column and its comment.
const COMMENT_GAP: usize = 2;

/// Blanks of one step of indentation.
pub(super) const STEP: usize = 2;

/// Writes a layout, without a line end behind it.
pub(super) fn render(layout: &Layout<'_>) -> String {
    let mut page = Page::default();
    let mut todo = vec![Task {
        indent: 0,
        broken: true,
        layout,
    }];
    while let Some(Task {
        indent,
        broken,
        layout,
    }) = todo.pop()
    {
        match layout {
            Layout::Nothing => {}
            Layout::Text(text) => page.text(text, indent),
            Layout::WhereBroken(text) if broken => page.text(text, indent),
            Layout::Blank if !broken => page.text(" ", indent),
            Layout::WhereBroken(_) => {}
            Layout::Cut if !broken => {}
            Layout::Blank | Layout::Cut | Layout::End => page.end(indent),
            Layout::Trailing(comment) if page.has_room_for_comment() => page.trailing = Some(comment),
            Layout::Trailing(comment) | Layout::Comment(comment) => {
                page.end(indent);
                page.text(comment, indent);
                page.end(indent);
            }
            Layout::All(parts) => todo.extend(parts.iter().rev().map(|layout| Task {
                indent,
                broken,
                layout,
            })),
            Layout::Group { inner, breaks } => {
                let flat = Task {
                    indent,
                    broken: false,
                    layout: inner,
                };
                let broken = *breaks || !fits(flat, &todo, WIDTH.saturating_sub(page.column));
                todo.push(Task { broken, ..flat });
            }
            Layout::Nest(inner) => todo.push(Task {
                indent: indent + STEP,
                broken,
                layout: inner,
            }),
            Layout::Align(inner) => todo.push(Task {
                indent: page.column,
                broken,
                layout: inner,
            }),
        }
    }
    page.finish()
}

/// A layout that waits to be written.
#[derive(Clone, Copy)]
struct Task<'l, 't> {
    /// Blanks before its lines.
    indent: usize,
    /// The group that it stands in breaks.
    broken: bool,
    layout: &'l Layout<'t>,
}

/// Whether a task and what follows it up to the next line end fit into the room that is left.
fn fits(task: Task<'_, '_>, after: &[Task<'_, '_>], mut room: usize) -> bool {
    let mut todo = vec![task];
    let mut after = after.iter().rev();
    loop {
        let Some(task) = todo.pop().or_else(|| after.next().copied()) else {
            return true;
        };
        let width = match task.layout {
            Layout::Text(text) => match text.find('\n') {
                Some(end) => return text.get(..end).is_some_and(|line| width(line) <= room),
                None => width(text),
            },
            Layout::Blank | Layout::Cut if task.broken => return true,
            Layout::End | Layout::Trailing(_) | Layout::Comment(_) => return true,
            Layout::Blank => 1,
            Layout::WhereBroken(text) if task.broken => width(text),
            Layout::Nothing | Layout::Cut | Layout::WhereBroken(_) => 0,
            Layout::All(parts) => {
                todo.extend(parts.iter().rev().map(|layout| Task { layout, ..task }));
                0
            }
            Layout::Group { inner, breaks } => {
                todo.push(Task {
                    broken: *breaks,
                    layout: inner,
                    ..task
                });
                0
            }
            Layout::Nest(inner) | Layout::Align(inner) => {
                todo.push(Task {
                    layout: inner,
                    ..task
                });
                0
            }
        };
        match room.checked_sub(width) {
            Some(left) => room = left,
            None => return false,
        }
    }
}

/// Columns of a text of one line.
fn width(text: &str) -> usize {
    text.chars().count()
}

/// The text so far, and what waits for the line's end.
#[derive(Default)]
struct Page<'t> {
    text: String,
    /// The column, from 0, of what comes next.
    column: usize,
    /// Blanks that the line begins with wait to be written, since nothing else stands on it yet.
    fresh: bool,
    /// The comment at the line's end.
    trailing: Option<&'t str>,
}

impl Page<'_> {
    /// Writes text; behind a comment it begins a line.
    fn text(&mut self, text: &str, indent: usize) {
        if self.trailing.is_some() {
            self.end(indent);
        }
        if std::mem::take(&mut self.fresh) {
            self.text.extend(std::iter::repeat_n(' ', self.column));
        }
        self.text.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => width(last),
            None => self.column + width(text),
        };
    }

    /// Ends the line, unless nothing stands on it.
    fn end(&mut self, indent: usize) {
        if !self.fresh {
            self.close();
            if !self.text.is_empty() {
                self.text.push('\n');
            }
        }
        self.fresh = true;
        self.column = indent;
    }

    /// Whether a comment can stand behind what stands on the line.
    fn has_room_for_comment(&self) -> bool {
        !self.fresh && self.trailing.is_none() && !self.text.is_empty()
    }

    /// Writes the comment at the line's end.
    fn close(&mut self) {
        let written = self.text.len();
        self.text.truncate(self.text.trim_end_matches(' ').len());
        if let Some(comment) = self.trailing.take() {
            let column = self.column.saturating_sub(written - self.text.len());
            let gap = COMMENT_COLUMN.saturating_sub(column).max(COMMENT_GAP);
            self.text.extend(std::iter::repeat_n(' ', gap));
            self.text.push_str(comment);
        }
    }

    fn finish(mut self) -> String {
        if !self.fresh {
            self.close();
        }
        let end = self.text.trim_end_matches(['\n', ' ']).len();
        self.text.truncate(end);
        self.text
    }
}
