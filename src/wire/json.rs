//! A reader of JSON text that builds nothing: it checks the grammar as it walks, and hands out strings and numbers as
//! slices of the text. Bodies of many megabytes are read once, with no allocation but for escapes.

use memchr::memchr2;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// How deep arrays and objects may nest.
pub const MAX_DEPTH: usize = 128;

/// What kind of value stands next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number.
    Number,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

impl Kind {
    /// The kind with its article, for messages.
    pub fn described(self) -> &'static str {
        match self {
            Kind::Object => "an object",
            Kind::Array => "an array",
            Kind::String => "a string",
            Kind::Number => "a number",
            Kind::True => "`true`",
            Kind::False => "`false`",
            Kind::Null => "`null`",
        }
    }
}

/// Text that is not JSON, or too deep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Offset of the byte that does not fit; the text's length where it ends too early.
    pub offset: usize,
    /// What does not fit.
    pub fault: JsonFault,
}

/// Why text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// The text ends within a value.
    Ends,
    /// Something else was expected.
    Expected(&'static str),
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
    /// Not UTF-8.
    NotUtf8,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonFault::Ends => f.write_str("the text ends within a value"),
            JsonFault::Expected(what) => write!(f, "expected {what}"),
            JsonFault::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels"),
            JsonFault::NotUtf8 => f.write_str("not UTF-8"),
        }
    }
}

/// A string of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// What stands between the quotes, escapes as written.
    pub raw: &'a str,
    /// Whether there are escapes.
    pub escaped: bool,
    /// Where the string stands, quotes included.
    pub span: Range<usize>,
}

impl<'a> Text<'a> {
    /// The decoded text. Half of a surrogate pair alone becomes U+FFFD.
    pub fn decode(&self) -> Cow<'a, str> {
        if self.escaped {
            Cow::Owned(self.chars().collect())
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// The decoded characters.
    pub fn chars(&self) -> Decoded<'a> {
        Decoded {
            rest: self.raw.chars(),
        }
    }

    /// Shows the decoded text to `each` in pieces: what stands between escapes, and what each of them stands for.
    pub fn pieces(&self, mut each: impl FnMut(&str)) {
        let mut rest = self.raw;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            each(rest.get(..at).unwrap_or_default());
            let mut decoded = Decoded {
                rest: rest.get(at..).unwrap_or_default().chars(),
            };
            if let Some(character) = decoded.next() {
                each(character.encode_utf8(&mut [0; 4]));
            }
            rest = decoded.rest.as_str();
        }
        each(rest);
    }

    /// Whether the decoded text is empty.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
}

/// Characters of a string, escapes decoded; see [`Text::chars`].
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    rest: std::str::Chars<'a>,
}

impl<'a> Decoded<'a> {
    /// What is not decoded yet.
    pub(super) fn rest(&self) -> &'a str {
        self.rest.as_str()
    }

    fn hex4(&mut self) -> u32 {
        (0..4).fold(0, |value, _| {
            value << 4 | self.rest.next().and_then(|c| c.to_digit(16)).unwrap_or(0)
        })
    }

    fn unicode(&mut self) -> char {
        let unit = self.hex4();
        if (0xD800..0xDC00).contains(&unit) {
            let mut ahead = self.clone();
            if ahead.rest.next() == Some('\\') && ahead.rest.next() == Some('u') {
                let low = ahead.hex4();
                if (0xDC00..0xE000).contains(&low) {
                    *self = ahead;
                    let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                    return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                }
            }
        }
        char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

impl Iterator for Decoded<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self.rest.next()? {
            '\\' => Some(match self.rest.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => self.unicode(),
                other => other,
            }),
            other => Some(other),
        }
    }
}

/// A position in JSON text. What has been passed is known to follow the grammar.
#[derive(Clone, Debug)]
pub struct Json<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Json<'a> {
    /// The start of a text, which must be UTF-8 as a whole.
    pub fn new(text: &'a [u8]) -> Result<Self, JsonError> {
        match std::str::from_utf8(text) {
            Ok(text) => Ok(Json {
                text,
                at: 0,
                depth: 0,
            }),
            Err(error) => Err(JsonError {
                offset: error.valid_up_to(),
                // A character cut at the end is an early end like any other.
                fault: match error.error_len() {
                    Some(_) => JsonFault::NotUtf8,
                    None => JsonFault::Ends,
                },
            }),
        }
    }

    /// Offset of the next value's first byte, blanks passed over.
    pub fn position(&mut self) -> usize {
        self.blanks();
        self.at
    }

    /// The kind of the next value.
    pub fn kind(&mut self) -> Result<Kind, JsonError> {
        self.blanks();
        match self.byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't') => Ok(Kind::True),
            Some(b'f') => Ok(Kind::False),
            Some(b'n') => Ok(Kind::Null),
            _ => Err(self.expected("a value")),
        }
    }

    /// Passes over the next value, whatever it is, and tells where it stood.
    pub fn skip(&mut self) -> Result<Range<usize>, JsonError> {
        let start = self.position();
        match self.kind()? {
            Kind::Object => self.object(|json, _| json.skip().map(drop))?,
            Kind::Array => self.array(|json, _| json.skip().map(drop))?,
            Kind::String => {
                self.string()?;
            }
            Kind::Number => {
                self.number()?;
            }
            Kind::True => self.word("true", "`true`")?,
            Kind::False => self.word("false", "`false`")?,
            Kind::Null => self.word("null", "`null`")?,
        }
        Ok(start..self.at)
    }

    /// Reads an object: `each` gets every key and must pass over its value.
    pub fn object<E: From<JsonError>>(
        &mut self,
        mut each: impl FnMut(&mut Self, Text<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.open(b'{', "an object")?;
        if self.closes(b'}') {
            return Ok(());
        }
        loop {
            self.blanks();
            if self.byte() != Some(b'"') {
                return Err(self.expected("a key in quotes").into());
            }
            let key = self.string()?;
            self.blanks();
            self.symbol(b':', "`:` behind the key")?;
            each(self, key)?;
            if self.closes(b'}') {
                return Ok(());
            }
            self.symbol(b',', "`,` or `}`")?;
        }
    }

    /// Reads an array: `each` gets the position of every element and must pass over it.
    pub fn array<E: From<JsonError>>(
        &mut self,
        mut each: impl FnMut(&mut Self, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        self.open(b'[', "an array")?;
        if self.closes(b']') {
            return Ok(());
        }
        for index in 0.. {
            each(self, index)?;
            if self.closes(b']') {
                break;
            }
            self.symbol(b',', "`,` or `]`")?;
        }
        Ok(())
    }

    /// Reads a string.
    pub fn string(&mut self) -> Result<Text<'a>, JsonError> {
        self.blanks();
        let start = self.at;
        self.symbol(b'"', "a string")?;
        let mut escaped = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let Some(run) = memchr2(b'"', b'\\', rest) else {
                return Err(self.ends());
            };
            let (plain, stop) = rest.split_at(run);
            // The least of all, since looking for the first one would take each byte by itself.
            if plain.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < 0x20 {
                let control = plain.iter().take_while(|byte| **byte >= 0x20).count();
                self.at += control;
                return Err(self.expected("no control character in a string"));
            }
            self.at += run + 1;
            if stop.first() == Some(&b'"') {
                break;
            }
            escaped = true;
            self.escape()?;
        }
        let raw = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        Ok(Text {
            raw,
            escaped,
            span: start..self.at,
        })
    }

    /// Reads a number and hands out its text.
    pub fn number(&mut self) -> Result<&'a str, JsonError> {
        self.blanks();
        let start = self.at;
        self.accept(b"-");
        if !self.accept(b"0") {
            self.digits()?;
        }
        if self.accept(b".") {
            self.digits()?;
        }
        if self.accept(b"eE") {
            self.accept(b"+-");
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Passes over the next value where it is `null`, and tells whether it was.
    pub fn null(&mut self) -> Result<bool, JsonError> {
        let is_null = self.kind()? == Kind::Null;
        if is_null {
            self.word("null", "`null`")?;
        }
        Ok(is_null)
    }

    /// Checks that nothing but blanks follows.
    pub fn end(&mut self) -> Result<(), JsonError> {
        self.blanks();
        match self.byte() {
            None => Ok(()),
            Some(_) => Err(self.expected("the end of the text")),
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
    }

    fn ends(&self) -> JsonError {
        JsonError {
            offset: self.text.len(),
            fault: JsonFault::Ends,
        }
    }

    fn expected(&self, what: &'static str) -> JsonError {
        if self.at >= self.text.len() {
            return self.ends();
        }
        JsonError {
            offset: self.at,
            fault: JsonFault::Expected(what),
        }
    }

    fn accept(&mut self, any_of: &[u8]) -> bool {
        let accepted = self.byte().is_some_and(|byte| any_of.contains(&byte));
        self.at += usize::from(accepted);
        accepted
    }

    fn symbol(&mut self, symbol: u8, what: &'static str) -> Result<(), JsonError> {
        if self.accept(&[symbol]) {
            return Ok(());
        }
        Err(self.expected(what))
    }

    fn word(&mut self, word: &'static str, what: &'static str) -> Result<(), JsonError> {
        for byte in word.bytes() {
            self.symbol(byte, what)?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        if !self.accept(b"0123456789") {
            return Err(self.expected("a digit"));
        }
        while self.accept(b"0123456789") {}
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        if self.accept(b"u") {
            for _ in 0..4 {
                if !self.accept(b"0123456789abcdefABCDEF") {
                    return Err(self.expected("four hexadecimal digits"));
                }
            }
            return Ok(());
        }
        if self.accept(b"\"\\/bfnrt") {
            return Ok(());
        }
        Err(self.expected("an escape of JSON"))
    }

    fn open(&mut self, symbol: u8, what: &'static str) -> Result<(), JsonError> {
        self.blanks();
        if self.depth >= MAX_DEPTH {
            return Err(JsonError {
                offset: self.at,
                fault: JsonFault::TooDeep,
            });
        }
        self.symbol(symbol, what)?;
        self.depth += 1;
        Ok(())
    }

    fn closes(&mut self, symbol: u8) -> bool {
        self.blanks();
        let closed = self.accept(&[symbol]);
        self.depth -= usize::from(closed);
        closed
    }
}
