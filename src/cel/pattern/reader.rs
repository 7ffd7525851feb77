//! Goes through a pattern character by character and knows where it is.

use super::{MOST_REPETITIONS, PatternError};

/// A pattern and how far it is read.
pub(super) struct Reader<'a> {
    text: &'a str,
    offset: usize,
    /// Where the character begins that was read last.
    previous: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Reader {
            text,
            offset: 0,
            previous: 0,
        }
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    /// The offset of what was read last.
    pub(super) fn previous(&self) -> usize {
        self.previous
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.previous = self.offset;
        self.offset += character.len_utf8();
        Some(character)
    }

    /// Reads `character` where it is next.
    pub(super) fn take(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.next();
        }
        found
    }

    /// Reads `word` where it is next.
    pub(super) fn take_text(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.offset += word.len();
        }
        found
    }

    /// Reads up to `end` and over it; `None` where `end` does not come.
    pub(super) fn until(&mut self, end: &str) -> Option<&'a str> {
        let (text, _) = self.rest().split_once(end)?;
        self.offset += text.len() + end.len();
        Some(text)
    }

    /// Reads all that is left.
    pub(super) fn remainder(&mut self) -> &'a str {
        let rest = self.rest();
        self.offset = self.text.len();
        rest
    }

    /// Behind `{`: reads `n}`, `n,}` or `n,m}` and gives the repetition; `None`, with nothing read, where the brace
    /// is plain text.
    pub(super) fn counted(&mut self) -> Result<Option<String>, PatternError> {
        let Some((inner, _)) = self.rest().split_once('}') else {
            return Ok(None);
        };
        let (low, high) = match inner.split_once(',') {
            Some((low, high)) => (low, Some(high)),
            None => (inner, None),
        };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(low) || !high.is_none_or(|high| high.is_empty() || is_number(high)) {
            return Ok(None);
        }
        let most = high.filter(|high| !high.is_empty()).unwrap_or(low);
        let number = |text: &str| {
            text.parse::<u32>()
                .ok()
                .filter(|count| *count <= MOST_REPETITIONS)
        };
        match (number(low), number(most)) {
            (Some(low), Some(most)) if low <= most => {}
            (Some(_), Some(_)) => return Err(self.error("a repetition whose least is above its most")),
            _ => return Err(self.error("a repetition of more than 1000 times")),
        }
        self.offset += inner.len() + 1;
        Ok(Some(format!("{{{inner}}}")))
    }

    /// An error at what was read last.
    pub(super) fn error(&self, reason: impl Into<String>) -> PatternError {
        PatternError {
            offset: self.previous,
            reason: reason.into(),
        }
    }
}
