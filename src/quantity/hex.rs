//! Numbers as hex digits.

/// A number of 64 bits as text: 16 hex digits in lower case, as seeds stand in records.
#[derive(Clone, Copy, Debug)]
pub struct HexDigits([u8; 16]);

impl HexDigits {
    /// The digits of a number.
    pub fn of(number: u64) -> Self {
        let mut digits = *b"0123456789abcdef";
        let all = digits;
        for (place, digit) in (0..16).rev().zip(&mut digits) {
            let value = (number >> (4 * place)) & 0xf;
            *digit = all.get(value as usize).copied().unwrap_or_default();
        }
        HexDigits(digits)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}
