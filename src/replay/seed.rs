//! The seed of a record that has none: a hash of its bytes, so that neither threads nor the split into files bear on
//! it.

/// Start and factor of FNV-1a with 64 bits.
const START: u64 = 0xcbf2_9ce4_8422_2325;
const FACTOR: u64 = 0x0000_0100_0000_01b3;

/// The factor of a word: 2⁶⁴ by the golden ratio, odd.
const WORD_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The seed of a record with these bytes, without blanks and line end around them. Records that differ in one digit have
/// seeds that differ everywhere.
pub(super) fn seed_of(record: &[u8]) -> u64 {
    let (words, rest) = record.as_chunks::<8>();
    let mut last = [0; 8];
    for (own, byte) in last.iter_mut().zip(rest) {
        *own = *byte;
    }
    let hash = words
        .iter()
        .fold(START, |hash, word| folded(hash, u64::from_le_bytes(*word)));
    // The length tells zeros at the end from none.
    mixed(folded(hash, u64::from_le_bytes(last)) ^ record.len() as u64)
}

/// A number that depends on both: the two halves of their product as one, as wyhash has it.
fn folded(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * u128::from(WORD_FACTOR);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A hash of a text by FNV-1a, its bits mixed: the groups of users and the seeds of rows of columns go by it.
pub(super) fn hash_of(text: &str) -> u64 {
    mixed(
        text.bytes()
            .fold(START, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FACTOR)),
    )
}

/// A number all of whose bits depend on all bits of this one: the last step of MurmurHash3 with 64 bits.
pub(super) fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}
