//! Colours of a terminal.

/// Paints words, or leaves them as they are.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    color: bool,
}

impl Style {
    /// Paints only where `color` says so.
    pub(crate) fn new(color: bool) -> Self {
        Style { color }
    }

    /// A heading.
    pub(crate) fn heading(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What matters less.
    pub(crate) fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// What went wrong for the client.
    pub(crate) fn refusal(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// An outcome, green or red, faint where it was not looked at.
    pub(crate) fn outcome(self, outcome: Option<bool>, text: &str) -> String {
        match outcome {
            Some(true) => self.paint("32", text),
            Some(false) => self.paint("31", text),
            None => self.faint(text),
        }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
