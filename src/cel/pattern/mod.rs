//! Regular expressions as CEL has them: RE2's syntax, run by the linear-time `regex` crate.
//!
//! The two read most patterns alike, but not all: in RE2 `\d`, `\s`, `\w` and `\b` are ASCII, `[a&&b]` and `[[a]b]`
//! hold plain characters, `\<` is a less-than sign and `x{,2}` is text. So a pattern is read here by RE2's rules and
//! written anew in a form that leaves the crate nothing to read otherwise; what only one of the two has is refused.

mod class;
mod escape;
mod group;
mod reader;

use reader::Reader;
use std::fmt;

/// Longest pattern, in bytes.
pub const LONGEST_PATTERN: usize = 4096;

/// Largest compiled pattern, in bytes.
pub const LARGEST_PROGRAM: usize = 1 << 20;

/// Most repetitions that `{n,m}` may ask for, as in RE2.
const MOST_REPETITIONS: u32 = 1000;

/// Why a pattern is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The byte of the pattern that is not taken.
    pub offset: usize,
    /// Why, in a few words.
    pub reason: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for PatternError {}

/// Compiles a pattern of RE2's syntax, bounded in length and compiled size.
pub fn compile(pattern: &str) -> Result<regex::Regex, PatternError> {
    regex::RegexBuilder::new(&translate(pattern)?)
        .size_limit(LARGEST_PROGRAM)
        .build()
        .map_err(|error| PatternError {
            offset: 0,
            reason: reason(&error),
        })
}

/// Why the crate refuses what was translated, in one line.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too large once compiled: repeat less".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

/// Writes a pattern of RE2's syntax as an equivalent one for the `regex` crate. Groups capture nothing: conditions
/// ask only whether a pattern matches.
pub fn translate(pattern: &str) -> Result<String, PatternError> {
    if pattern.len() > LONGEST_PATTERN {
        return Err(PatternError {
            offset: LONGEST_PATTERN,
            reason: format!("it is longer than {LONGEST_PATTERN} bytes"),
        });
    }
    let mut translation = Translation {
        reader: Reader::new(pattern),
        output: String::with_capacity(pattern.len() * 2),
        names: Vec::new(),
        open: Vec::new(),
        last: Last::Nothing,
    };
    while let Some(character) = translation.reader.next() {
        translation.step(character)?;
    }
    match translation.open.last() {
        Some(offset) => Err(PatternError {
            offset: *offset,
            reason: "a parenthesis that is not closed".to_owned(),
        }),
        None => Ok(translation.output),
    }
}

/// What stands just before, as far as a repetition cares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing that can be repeated.
    Nothing,
    /// Something that can be repeated.
    Atom,
    /// A repetition.
    Repetition,
}

/// A translation under way.
struct Translation<'a> {
    reader: Reader<'a>,
    output: String,
    names: Vec<&'a str>,
    /// Offsets of the parentheses that are open.
    open: Vec<usize>,
    last: Last,
}

impl Translation<'_> {
    /// Translates what begins with `character`, which is read already.
    fn step(&mut self, character: char) -> Result<(), PatternError> {
        match character {
            '\\' => return self.escape(),
            '[' => return self.bracketed(),
            '(' => return self.open_group(),
            ')' => return self.close_group(),
            '*' | '+' | '?' => return self.repetition(character.to_string()),
            '{' => {
                return match self.reader.counted()? {
                    Some(counts) => self.repetition(counts),
                    None => self.literal('{'),
                };
            }
            '|' => {
                self.output.push('|');
                self.last = Last::Nothing;
            }
            '^' | '$' | '.' => self.atom(&character.to_string()),
            other => return self.literal(other),
        }
        Ok(())
    }

    /// Writes something that can be repeated.
    fn atom(&mut self, text: &str) {
        self.output.push_str(text);
        self.last = Last::Atom;
    }

    /// Writes one plain character.
    fn literal(&mut self, character: char) -> Result<(), PatternError> {
        push_plain(&mut self.output, character);
        self.last = Last::Atom;
        Ok(())
    }

    /// Writes a repetition and the `?` that makes it lazy.
    fn repetition(&mut self, mut text: String) -> Result<(), PatternError> {
        match self.last {
            Last::Atom => {}
            Last::Nothing => return Err(self.reader.error("a repetition of nothing")),
            Last::Repetition => return Err(self.reader.error("a repetition of a repetition: use a group")),
        }
        if self.reader.take('?') {
            text.push('?');
        }
        self.output.push_str(&text);
        self.last = Last::Repetition;
        Ok(())
    }
}

/// Writes a character so that it stands for itself, within and without brackets.
fn push_plain(output: &mut String, character: char) {
    if character.is_ascii() && !character.is_ascii_alphanumeric() {
        output.push_str(&format!("\\x{{{:x}}}", u32::from(character)));
    } else {
        output.push(character);
    }
}

#[cfg(test)]
mod tests;
