//! Numbers of payment cards among digits: 13 to 19 of them whose check digit is right.

use std::ops::Range;

/// How many digits a card's number has.
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// The numbers in a run of digits, blanks and dashes. One begins and ends where a group of digits does, so that what
/// stands beside it, such as a date, does not hide it; of those that begin at a group the longest counts.
pub(super) fn numbers(run: &str) -> Vec<Range<usize>> {
    let groups = groups(run);
    let mut found = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        match longest(run, groups.get(first..).unwrap_or_default()) {
            Some((taken, range)) => {
                found.push(range);
                first += taken;
            }
            None => first += 1,
        }
    }
    found
}

/// The groups of digits of a run.
fn groups(run: &str) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let mut begun = None;
    for (at, byte) in run.bytes().chain([b' ']).enumerate() {
        match (byte.is_ascii_digit(), begun) {
            (true, None) => begun = Some(at),
            (false, Some(start)) => {
                groups.push(start..at);
                begun = None;
            }
            _ => {}
        }
    }
    groups
}

/// The longest number that begins with the first of these groups: how many of them it takes, and where it stands.
fn longest(run: &str, groups: &[Range<usize>]) -> Option<(usize, Range<usize>)> {
    let start = groups.first()?.start;
    let mut digits = 0;
    let mut longest = None;
    for (taken, group) in (1..).zip(groups) {
        digits += group.len();
        if digits > *DIGITS.end() {
            break;
        }
        let range = start..group.end;
        if DIGITS.contains(&digits) && run.get(range.clone()).is_some_and(is_card) {
            longest = Some((taken, range));
        }
    }
    longest
}

/// Whether the check digit is right (Luhn, ISO/IEC 7812-1), and the first digit is one that cards begin with.
fn is_card(text: &str) -> bool {
    let digits = || {
        text.bytes()
            .filter(u8::is_ascii_digit)
            .map(|digit| u32::from(digit - b'0'))
    };
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let all: Vec<u32> = digits().collect();
    let sum: u32 = all
        .iter()
        .rev()
        .zip(0..)
        .map(|(digit, place)| if place % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10) && digits().next().is_some_and(|first| (2..=6).contains(&first))
}
