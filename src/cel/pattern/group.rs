//! Parentheses of patterns: groups, names, flags.

use super::{Last, PatternError, Translation};

impl Translation<'_> {
    /// Behind `(`.
    pub(super) fn open_group(&mut self) -> Result<(), PatternError> {
        let offset = self.reader.previous();
        if self.reader.take_text("?P<") || self.named_without_p() {
            self.group_name(offset)?;
            self.output.push_str("(?:");
        } else if self.reader.take('?') {
            return self.flags(offset);
        } else {
            self.output.push_str("(?:");
        }
        self.open.push(offset);
        self.last = Last::Nothing;
        Ok(())
    }

    /// Reads `?<` where a name follows, not `=` or `!` of a look-behind.
    fn named_without_p(&mut self) -> bool {
        let rest = self.reader.rest();
        !rest.starts_with("?<=") && !rest.starts_with("?<!") && self.reader.take_text("?<")
    }

    fn group_name(&mut self, offset: usize) -> Result<(), PatternError> {
        let refuse = |reason: &str| PatternError {
            offset,
            reason: reason.to_owned(),
        };
        let name = self
            .reader
            .until(">")
            .ok_or_else(|| refuse("a group name that is not closed"))?;
        let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
        if name.is_empty() || !name.chars().all(is_word) {
            return Err(refuse("a group name may hold only letters, digits and `_`"));
        }
        if self.names.contains(&name) {
            return Err(refuse("a group name that stands twice"));
        }
        self.names.push(name);
        Ok(())
    }

    /// Behind `(?`: flags `i`, `m`, `s`, `U`, taken back behind `-`, then `:` or `)`.
    fn flags(&mut self, offset: usize) -> Result<(), PatternError> {
        let refuse = |reason: &str| PatternError {
            offset,
            reason: reason.to_owned(),
        };
        let mut text = String::from("(?");
        while let Some(character) = self.reader.next() {
            let has_flag = text.ends_with(['i', 'm', 's', 'U']);
            match character {
                'i' | 'm' | 's' | 'U' if text.contains(character) => {
                    return Err(refuse("a flag that stands twice"));
                }
                'i' | 'm' | 's' | 'U' => text.push(character),
                '-' if !text.contains('-') => text.push('-'),
                ':' if has_flag || text == "(?" => {
                    self.output.push_str(&text);
                    self.output.push(':');
                    self.open.push(offset);
                    self.last = Last::Nothing;
                    return Ok(());
                }
                ')' if has_flag => {
                    self.output.push_str(&text);
                    self.output.push(')');
                    self.last = Last::Nothing;
                    return Ok(());
                }
                '=' | '!' | '<' => {
                    return Err(refuse("look-around is not of RE2, which runs in linear time"));
                }
                _ => {
                    return Err(refuse(
                        "a group that RE2 does not know; its flags are `i`, `m`, `s`, `U`",
                    ));
                }
            }
        }
        Err(refuse("a parenthesis that is not closed"))
    }

    /// Behind `)`.
    pub(super) fn close_group(&mut self) -> Result<(), PatternError> {
        if self.open.pop().is_none() {
            return Err(self.reader.error("a parenthesis that nothing opens"));
        }
        self.output.push(')');
        self.last = Last::Atom;
        Ok(())
    }
}
