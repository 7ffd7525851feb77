//! The hash that names a policy: SHA-256 over its files' lengths and bytes in load order, tables included.

use sha2::{Digest, Sha256};
use std::fmt;

/// The hexadecimal digits.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A policy's hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyHash([u8; 32]);

impl PolicyHash {
    /// The hash of files in load order: for each its length in bytes as 8 bytes big endian, then its bytes.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Sha256::new();
        for file in files {
            hasher.update((file.len() as u64).to_be_bytes());
            hasher.update(file);
        }
        PolicyHash(hasher.finalize().into())
    }

    /// The first 12 hex digits, as in `x-pointsman-policy`.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for PolicyHash {
    /// All 64 hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
        let digits = self.0.map(|byte| [digit(byte >> 4), digit(byte & 0xf)]);
        // In one piece: it stands in every record.
        f.write_str(std::str::from_utf8(digits.as_flattened()).unwrap_or_default())
    }
}

impl fmt::Debug for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
