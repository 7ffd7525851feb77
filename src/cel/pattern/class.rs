//! Bracketed classes of patterns, as RE2 reads them: no nesting, no set operations.

use super::escape::{Escaped, perl_class, unicode_class};
use super::{Last, PatternError, Translation, push_plain};

/// The classes that may stand as `[:name:]` within brackets; in both tongues ASCII alone.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

impl Translation<'_> {
    /// Behind `[`.
    pub(super) fn bracketed(&mut self) -> Result<(), PatternError> {
        let open = self.reader.previous();
        let mut class = String::from(if self.reader.take('^') { "[^" } else { "[" });
        let mut first = true;
        loop {
            let Some(character) = self.reader.next() else {
                return Err(PatternError {
                    offset: open,
                    reason: "a bracket that is not closed".to_owned(),
                });
            };
            match character {
                ']' if !first => break,
                '[' if self.reader.take(':') => class.push_str(&self.posix()?),
                other => self.member(other, &mut class)?,
            }
            first = false;
        }
        class.push(']');
        self.output.push_str(&class);
        self.last = Last::Atom;
        Ok(())
    }

    /// Behind `[:`, within brackets.
    fn posix(&mut self) -> Result<String, PatternError> {
        let error = self
            .reader
            .error("a class that is none of `[:alnum:]`, `[:alpha:]`, …");
        let name = self.reader.until(":]").ok_or_else(|| error.clone())?;
        match name.strip_prefix('^').unwrap_or(name) {
            plain if POSIX.contains(&plain) => Ok(format!("[:{name}:]")),
            _ => Err(error),
        }
    }

    /// One member of a class: a character, a range, or a class of its own.
    fn member(&mut self, character: char, class: &mut String) -> Result<(), PatternError> {
        if character == '\\' {
            match self.reader.peek() {
                Some(letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
                    self.reader.next();
                    class.push_str(perl_class(letter));
                    return Ok(());
                }
                Some(letter @ ('p' | 'P')) => {
                    self.reader.next();
                    class.push_str(&unicode_class(&mut self.reader, letter == 'P')?);
                    return Ok(());
                }
                _ => {}
            }
        }
        let low = self.member_character(character)?;
        push_plain(class, low);
        let rest = self.reader.rest();
        if rest.starts_with('-') && !rest.starts_with("-]") && rest.len() > 1 {
            self.reader.next();
            let at = self.reader.previous();
            let next = self.reader.next().unwrap_or('-');
            let high = self.member_character(next)?;
            if high < low {
                return Err(PatternError {
                    offset: at,
                    reason: format!("a range from `{low}` down to `{high}`"),
                });
            }
            class.push('-');
            push_plain(class, high);
        }
        Ok(())
    }

    /// The character that a member of a class stands for, escapes read.
    fn member_character(&mut self, character: char) -> Result<char, PatternError> {
        if character != '\\' {
            return Ok(character);
        }
        match self.character_escape()? {
            Escaped::Character(character) => Ok(character),
            Escaped::Other(_) => Err(self.reader.error("an escape that RE2 does not know in brackets")),
        }
    }
}
