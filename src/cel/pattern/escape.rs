//! What follows a backslash in patterns.

use super::reader::Reader;
use super::{PatternError, Translation};

/// What an escape stands for.
pub(super) enum Escaped {
    /// One character.
    Character(char),
    /// Something else; the letter behind the backslash.
    Other(char),
}

/// General categories that RE2 knows, but for `C` and `Cs`, of which the crate thinks otherwise.
const CATEGORIES: [&str; 34] = [
    "Cc", "Cf", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// The class behind `\d` and its like, fit to stand alone and within brackets. Written out, so that letter case is
/// folded as in RE2.
pub(super) fn perl_class(letter: char) -> &'static str {
    match letter {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => r"[\t\n\x0C\r\x20]",
        'S' => r"[^\t\n\x0C\r\x20]",
        'w' => "[0-9A-Za-z_]",
        _ => "[^0-9A-Za-z_]",
    }
}

/// Behind `\p` or `\P`: a category or a script, fit to stand alone and within brackets.
pub(super) fn unicode_class(reader: &mut Reader<'_>, mut negated: bool) -> Result<String, PatternError> {
    let error = reader
        .error("a class that RE2 does not know: use a general category or a script, as in `\\p{Greek}`");
    let mut letter = [0; 4];
    let mut name: &str = if reader.take('{') {
        reader.until("}").ok_or_else(|| error.clone())?
    } else {
        reader
            .next()
            .ok_or_else(|| error.clone())?
            .encode_utf8(&mut letter)
    };
    if let Some(rest) = name.strip_prefix('^') {
        negated = !negated;
        name = rest;
    }
    let mark = if negated { "^" } else { "" };
    let is_script = name.len() > 2
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name
            .chars()
            .all(|character| character.is_ascii_alphabetic() || character == '_');
    match name {
        "Any" => Ok(format!(r"[{mark}\x00-\x{{10FFFF}}]")),
        "C" => Ok(format!(r"[{mark}\p{{Cc}}\p{{Cf}}\p{{Co}}]")),
        _ if CATEGORIES.contains(&name) => Ok(format!(r"[{mark}\p{{{name}}}]")),
        _ if is_script => {
            let class = format!(r"\p{{sc={name}}}");
            regex::Regex::new(&class).map_err(|_| error)?;
            Ok(format!("[{mark}{class}]"))
        }
        _ => Err(error),
    }
}

impl Translation<'_> {
    /// Behind `\`, outside of brackets.
    pub(super) fn escape(&mut self) -> Result<(), PatternError> {
        let at = self.reader.previous();
        match self.character_escape()? {
            Escaped::Character(character) => self.literal(character)?,
            Escaped::Other(letter) => match letter {
                'd' | 'D' | 's' | 'S' | 'w' | 'W' => self.atom(perl_class(letter)),
                'p' | 'P' => {
                    let class = unicode_class(&mut self.reader, letter == 'P')?;
                    self.atom(&class);
                }
                'b' => self.atom(r"(?-u:\b)"),
                'B' => self.atom(r"(?-u:\B)"),
                'A' => self.atom(r"\A"),
                'z' => self.atom(r"\z"),
                'Q' => self.quoted()?,
                _ => return Err(refused(at, letter)),
            },
        }
        Ok(())
    }

    /// Behind `\Q`: plain text up to `\E` or the end.
    fn quoted(&mut self) -> Result<(), PatternError> {
        let text = match self.reader.until(r"\E") {
            Some(text) => text,
            None => self.reader.remainder(),
        };
        text.chars().try_for_each(|character| self.literal(character))
    }

    /// Behind `\`: an escape that stands for one character, or the letter of another one.
    pub(super) fn character_escape(&mut self) -> Result<Escaped, PatternError> {
        let Some(character) = self.reader.next() else {
            return Err(self.reader.error("a backslash at the end"));
        };
        Ok(match character {
            'a' => Escaped::Character('\u{7}'),
            'f' => Escaped::Character('\u{c}'),
            't' => Escaped::Character('\t'),
            'n' => Escaped::Character('\n'),
            'r' => Escaped::Character('\r'),
            'v' => Escaped::Character('\u{b}'),
            'x' => Escaped::Character(self.hexadecimal()?),
            '0'..='7' => Escaped::Character(self.octal(character)?),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => Escaped::Character(other),
            other => Escaped::Other(other),
        })
    }

    /// Behind `\x`: two digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Result<char, PatternError> {
        let error = self
            .reader
            .error("`\\x` wants two hex digits, or a character's number in braces");
        let digits = if self.reader.take('{') {
            self.reader.until("}")
        } else {
            let digits = self.reader.rest().get(..2);
            digits.inspect(|digits| {
                self.reader.take_text(digits);
            })
        };
        digits
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32)
            .ok_or(error)
    }

    /// Behind `\0` to `\7`: up to three octal digits; one digit alone but 0 would be a reference to a group.
    fn octal(&mut self, first: char) -> Result<char, PatternError> {
        let error = self
            .reader
            .error("references to groups are not of RE2, which runs in linear time");
        let mut code = first.to_digit(8).unwrap_or_default();
        let mut digits = 1;
        while digits < 3
            && let Some(digit) = self.reader.peek().and_then(|next| next.to_digit(8))
        {
            self.reader.next();
            code = code * 8 + digit;
            digits += 1;
        }
        if first != '0' && digits == 1 {
            return Err(error);
        }
        char::from_u32(code).ok_or(error)
    }
}

/// Why the escape of a letter or digit is refused.
fn refused(offset: usize, letter: char) -> PatternError {
    let reason = match letter {
        '8' | '9' => "references to groups are not of RE2, which runs in linear time".to_owned(),
        'C' => "`\\C` would match half a character".to_owned(),
        'Z' => "RE2 has no `\\Z`: write `\\z` for the end of the text".to_owned(),
        other => format!("RE2 has no escape `\\{other}`"),
    };
    PatternError { offset, reason }
}
