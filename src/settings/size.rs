//! Sizes in bytes as people type them.

/// Units of a size and their bytes; `k` and `M` count in thousands, as policies do.
const UNITS: [(&str, usize); 6] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("k", 1_000),
    ("M", 1_000_000),
    ("", 1),
];

/// Reads a whole number with an optional unit; `None` for anything else, or more than the machine can count.
pub(super) fn parse(text: &str) -> Option<usize> {
    let (number, bytes) = UNITS
        .iter()
        .find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)))?;
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    plain
        .then(|| number.parse::<usize>().ok()?.checked_mul(bytes))
        .flatten()
}

/// What is wrong with a text that is no size.
pub(super) fn expected(text: &str) -> String {
    format!("`{text}` is no size: write a number of bytes, or one with `KiB`, `MiB`, `GiB`, `k` or `M`")
}
