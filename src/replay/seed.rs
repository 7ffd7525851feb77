//! The seed of a record that has none: a hash of its bytes, so that neither threads nor the split into files bear on
//! it.

/// Start and factor of FNV-1a with 64 bits.
const START: u64 = 0xcbf2_9ce4_8422_2325;
const FACTOR: u64 = 0x0000_0100_0000_01b3;

/// The seed of a record with these bytes, without blanks and line end around them: FNV-1a, its bits mixed so that
/// records that differ in one digit have seeds that differ everywhere.
pub(super) fn seed_of(record: &[u8]) -> u64 {
    let hash = record
        .iter()
        .fold(START, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FACTOR));
    mixed(hash)
}

/// A number all of whose bits depend on all bits of this one: the last step of MurmurHash3 with 64 bits.
pub(super) fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}
