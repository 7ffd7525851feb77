//! How literals are written.

use super::Literal;
use std::fmt::{self, Write};

impl fmt::Display for Literal {
    /// The literal in canonical CEL: strings and bytes in double quotes, a double always with a point or an exponent.
    /// Infinities and not-a-number, which have no literal, are written as a conversion (`double("NaN")`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Null => f.write_str("null"),
            Literal::Bool(truth) => write!(f, "{truth}"),
            Literal::Int(number) => write!(f, "{number}"),
            Literal::Uint(number) => write!(f, "{number}u"),
            Literal::Double(number) if number.is_nan() => f.write_str("double(\"NaN\")"),
            Literal::Double(number) if number.is_infinite() => {
                let sign = if *number < 0.0 { "-" } else { "" };
                write!(f, "double(\"{sign}Infinity\")")
            }
            Literal::Double(number) => write!(f, "{number:?}"),
            Literal::String(text) => f.write_str(&quote(text)),
            Literal::Bytes(bytes) => write_bytes(bytes, f),
        }
    }
}

/// The text as a CEL string in double quotes; control characters are escaped, everything else stands as it is.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn write_bytes(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("b\"")?;
    for byte in bytes {
        match byte {
            b'"' => f.write_str("\\\"")?,
            b'\\' => f.write_str("\\\\")?,
            b' '..=b'~' => write!(f, "{}", char::from(*byte))?,
            _ => write!(f, "\\x{byte:02x}")?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests;
