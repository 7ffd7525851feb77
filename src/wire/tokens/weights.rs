//! What pairs of neighbouring bytes weigh, by their classes.
//!
//! Fitted by least squares of the relative error, with weights not below zero, to the geometric mean of what
//! `o200k_base` and `cl100k_base` count, on prose of forty languages, source code, JSON, tables of numbers and random
//! text.

/// Number of classes of bytes.
const CLASSES: usize = 23;

/// What weights are a fraction of: one token.
pub(super) const TOKEN: u64 = 1024;

/// A row of [`WEIGHTS`] in bits.
const ROW_BITS: u32 = 5;

/// The class of what stands before a text.
pub(super) const START: u8 = 0;

/// The class of each byte.
pub(super) static CLASS_OF: [u8; 256] = classes();

/// The weight of each pair of classes, by [`place`].
pub(super) static WEIGHTS: [u16; CLASSES << ROW_BITS] = spread();

/// Where the weight of a pair of classes stands.
#[inline]
pub(super) fn place(before: u8, class: u8) -> usize {
    usize::from(before) << ROW_BITS | usize::from(class)
}

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = class_of(byte as u8);
        byte += 1;
    }
    classes
}

const fn class_of(byte: u8) -> u8 {
    match byte {
        b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        b'0'..=b'9' => 4,
        b' ' => 5,
        b'\n' | b'\r' => 6,
        b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'"' => 8,
        b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' => 9,
        0x00..=0x1f | 0x7f => 7,
        0x21..=0x7e => 10,
        // Of a character outside of ASCII, the bytes behind the first.
        0x80..=0xbf => 11,
        // First bytes: signs of Latin-1, Latin letters, Greek and its neighbours, Cyrillic, Hebrew to Thaana.
        0xc0..=0xc2 => 12,
        0xc3..=0xc9 => 13,
        0xca..=0xcf => 14,
        0xd0..=0xd1 => 15,
        0xd2..=0xdf => 16,
        // Signs and dashes, kana, Chinese characters, Hangul, the rest of the first plane, pictographs.
        0xe2 => 17,
        0xe3 => 18,
        0xe4..=0xe9 => 19,
        0xea..=0xed => 20,
        0xe0..=0xe1 | 0xee..=0xef => 21,
        0xf0.. => 22,
    }
}

/// The weights with their rows at places that a shift finds.
const fn spread() -> [u16; CLASSES << ROW_BITS] {
    let mut spread = [0; CLASSES << ROW_BITS];
    let mut place = 0;
    while place < CLASSES * CLASSES {
        let (before, class) = (place / CLASSES, place % CLASSES);
        spread[before << ROW_BITS | class] = TABLE[before][class];
        place += 1;
    }
    spread
}

/// Rows: the class of the byte before; columns: the class of the byte itself.
#[rustfmt::skip]
const TABLE: [[u16; CLASSES]; CLASSES] = [
    [0, 877, 878, 653, 855, 415, 443, 395, 633, 646, 326, 102, 512, 476, 520, 0, 512, 717, 796, 1180, 948, 1474, 1843],
    [0, 72, 0, 223, 836, 548, 1039, 454, 1212, 283, 693, 102, 450, 2335, 512, 256, 512, 651, 815, 819, 722, 0, 1843],
    [0, 119, 183, 973, 963, 482, 174, 310, 1306, 162, 758, 102, 780, 1185, 508, 256, 512, 672, 772, 961, 693, 0, 1843],
    [0, 310, 127, 191, 2353, 0, 1644, 392, 566, 1248, 879, 102, 576, 1351, 501, 256, 512, 701, 518, 767, 680, 611, 1843],
    [0, 1121, 1316, 2323, 174, 755, 1190, 410, 764, 1065, 563, 102, 496, 500, 512, 256, 512, 680, 772, 879, 398, 1465, 1843],
    [0, 0, 380, 408, 2070, 13, 1451, 549, 1126, 528, 953, 102, 174, 738, 384, 777, 512, 1293, 0, 1061, 1099, 1746, 1856],
    [0, 0, 499, 1163, 1185, 860, 464, 210, 1795, 849, 257, 102, 571, 639, 526, 327, 512, 764, 99, 435, 324, 1536, 1860],
    [0, 857, 827, 340, 888, 694, 413, 312, 742, 726, 660, 102, 512, 396, 517, 205, 512, 717, 810, 864, 717, 1536, 1843],
    [0, 0, 25, 0, 1233, 563, 257, 694, 0, 241, 173, 102, 512, 0, 520, 0, 515, 700, 766, 994, 684, 1539, 1845],
    [0, 957, 746, 643, 906, 584, 0, 574, 579, 373, 1238, 102, 645, 345, 543, 552, 512, 877, 541, 852, 571, 1530, 1843],
    [0, 233, 435, 464, 1171, 8, 1157, 479, 357, 432, 271, 102, 512, 524, 516, 37, 512, 1117, 755, 1045, 706, 1066, 1843],
    [0, 0, 115, 590, 401, 670, 0, 383, 0, 862, 758, 0, 509, 0, 579, 212, 531, 0, 932, 521, 768, 0, 1844],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 208, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 479, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 96, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 47, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 124, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 264, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 0, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 575, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 0, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 0, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
    [0, 717, 717, 819, 819, 51, 410, 410, 717, 717, 717, 135, 512, 512, 512, 256, 512, 717, 819, 819, 717, 1536, 1843],
];
