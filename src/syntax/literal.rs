//! CEL's literals decoded: strings and bytes with their escapes, integers, doubles.

use crate::cel::Literal;

/// What is wrong with a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadLiteral {
    /// Range of bytes within the literal.
    pub(super) range: std::ops::Range<usize>,
    /// What is wrong, in a few words.
    pub(super) message: &'static str,
    /// What to do.
    pub(super) help: &'static str,
}

/// Decodes a string or bytes literal, as the grammar matched it.
pub(super) fn string(text: &str) -> Result<Literal, BadLiteral> {
    let bytes = text.starts_with(['b', 'B']);
    let unprefixed = text.get(usize::from(bytes)..).unwrap_or_default();
    let raw = unprefixed.starts_with(['r', 'R']);
    let quoted = unprefixed.get(usize::from(raw)..).unwrap_or_default();
    let triple = quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''"));
    let quotes = if triple { 3 } else { 1 };
    let start = text.len() - quoted.len() + quotes;
    let body = text
        .get(start..text.len().saturating_sub(quotes))
        .unwrap_or_default();
    if raw || !body.contains('\\') {
        return Ok(if bytes {
            Literal::Bytes(body.as_bytes().to_vec())
        } else {
            Literal::String(body.to_owned())
        });
    }
    if bytes {
        let mut out = Vec::with_capacity(body.len());
        unescape(body, start, true, |unit| match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Char(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            Unit::Text(text) => out.extend_from_slice(text.as_bytes()),
        })?;
        Ok(Literal::Bytes(out))
    } else {
        let mut out = String::with_capacity(body.len());
        unescape(body, start, false, |unit| match unit {
            Unit::Byte(byte) => out.push(char::from(byte)),
            Unit::Char(char) => out.push(char),
            Unit::Text(text) => out.push_str(text),
        })?;
        Ok(Literal::String(out))
    }
}

/// A decoded piece of a string.
enum Unit<'a> {
    /// Text without an escape.
    Text(&'a str),
    /// An escaped character.
    Char(char),
    /// A number of two hex or three octal digits: a byte in bytes, a code point in strings.
    Byte(u8),
}

fn unescape<'a>(
    body: &'a str,
    offset: usize,
    bytes: bool,
    mut put: impl FnMut(Unit<'a>),
) -> Result<(), BadLiteral> {
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        put(Unit::Text(rest.get(..at).unwrap_or_default()));
        let escape = rest.get(at + 1..).unwrap_or_default();
        let start = offset + (body.len() - escape.len()) - 1;
        let (unit, length) = one_escape(escape, bytes).map_err(|(length, message, help)| BadLiteral {
            range: start..start + 1 + length,
            message,
            help,
        })?;
        put(unit);
        rest = escape.get(length..).unwrap_or_default();
    }
    put(Unit::Text(rest));
    Ok(())
}

type BadEscape = (usize, &'static str, &'static str);

/// Decodes the escape whose text behind the `\` is given; returns how many bytes it has.
fn one_escape(escape: &str, bytes: bool) -> Result<(Unit<'static>, usize), BadEscape> {
    let Some(first) = escape.chars().next() else {
        return Err((0, "an escape is not complete", "write `\\\\` for a backslash"));
    };
    let plain = match first {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '"' | '\'' | '\\' | '?' | '`' => first,
        'x' | 'X' => {
            let value = digits(escape, 1, 2, 16).ok_or((
                first.len_utf8(),
                "`\\x` needs two hex digits",
                "write `\\x` and two hex digits",
            ))?;
            return Ok((Unit::Byte(u8::try_from(value).unwrap_or(0)), 3));
        }
        'u' | 'U' if !bytes => return unicode(escape, if first == 'u' { 4 } else { 8 }),
        '0'..='3' => {
            let value = digits(escape, 0, 3, 8).ok_or((
                1,
                "an octal escape needs three digits",
                "write three octal digits, `\\000` to `\\377`",
            ))?;
            return Ok((Unit::Byte(u8::try_from(value).unwrap_or(0)), 3));
        }
        _ => {
            return Err((
                first.len_utf8(),
                "an escape that CEL does not have",
                "write `\\\\` for a backslash, or a raw string: `r\"…\"`",
            ));
        }
    };
    Ok((Unit::Char(plain), 1))
}

fn unicode(escape: &str, length: usize) -> Result<(Unit<'static>, usize), BadEscape> {
    let value = digits(escape, 1, length, 16).ok_or((
        1,
        "a Unicode escape without enough hex digits",
        "write four hex digits behind `\\u`, eight behind `\\U`",
    ))?;
    if let Some(char) = surrogate_pair(escape, length, value) {
        return Ok((Unit::Char(char), 11));
    }
    let char = char::from_u32(value).ok_or((
        1 + length,
        "no Unicode character has this number",
        "write a code point up to 10ffff, other than d800 to dfff",
    ))?;
    Ok((Unit::Char(char), 1 + length))
}

/// The character that two `\u` escapes stand for together, as in UTF-16; the first has this value.
fn surrogate_pair(escape: &str, length: usize, first: u32) -> Option<char> {
    if length != 4 || escape.get(5..7) != Some("\\u") {
        return None;
    }
    let units = [first, digits(escape, 7, 4, 16)?].map(|unit| u16::try_from(unit).unwrap_or_default());
    let mut characters = char::decode_utf16(units);
    let character = characters.next()?.ok()?;
    characters.next().is_none().then_some(character)
}

/// The value of exactly `length` digits from `start` on.
fn digits(text: &str, start: usize, length: usize, radix: u32) -> Option<u32> {
    let digits = text.get(start..start + length)?;
    if !digits.bytes().all(|digit| char::from(digit).is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

/// Decodes a number, as the grammar matched it, without its sign.
pub(super) fn number(text: &str, negative: bool) -> Result<Literal, BadLiteral> {
    let bad = |message, help| BadLiteral {
        range: 0..text.len(),
        message,
        help,
    };
    let hex = text.starts_with("0x");
    let unsigned = text.ends_with(['u', 'U']);
    if !hex && text.contains(['.', 'e', 'E']) {
        if unsigned {
            return Err(bad("an unsigned number has no fraction", "leave out the `u`"));
        }
        let value: f64 = text.parse().unwrap_or(f64::INFINITY);
        if !value.is_finite() {
            return Err(bad(
                "a number too great for a double",
                "doubles end at about 1.8e308",
            ));
        }
        return Ok(Literal::Double(if negative { -value } else { value }));
    }
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let digits = digits.strip_suffix(['u', 'U']).unwrap_or(digits);
    let magnitude = u64::from_str_radix(digits, if hex { 16 } else { 10 });
    if unsigned {
        return magnitude.map(Literal::Uint).map_err(|_| {
            bad(
                "a number beyond 64 bits",
                "unsigned numbers end at 18446744073709551615u",
            )
        });
    }
    let value = magnitude.ok().and_then(|magnitude| {
        if negative {
            0i64.checked_sub_unsigned(magnitude)
        } else {
            i64::try_from(magnitude).ok()
        }
    });
    value.map(Literal::Int).ok_or_else(|| {
        bad(
            "a number beyond 64 bits",
            "ints go from -9223372036854775808 to 9223372036854775807",
        )
    })
}
