//! Durations as policies write them: a whole number and one of `ms`, `s`, `m`, `h`.

use std::time::Duration;

/// Units from the largest, with their length in milliseconds.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Longest duration that a policy may write: 30 days.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// Reads a duration such as `20ms`, `5s`, `10m` or `1h`; `None` for anything else or above 30 days.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = UNITS.iter().find(|(name, _)| *name == unit)?.1;
    let milliseconds = number.parse::<u64>().ok()?.checked_mul(factor)?;
    let duration = Duration::from_millis(milliseconds);
    (duration <= LONGEST).then_some(duration)
}

/// Writes a duration in the largest unit that holds it whole; parts of a millisecond are cut.
pub fn format_duration(duration: Duration) -> String {
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if milliseconds == 0 {
        return "0s".to_owned();
    }
    UNITS
        .iter()
        .find(|(_, factor)| milliseconds.is_multiple_of(*factor))
        .map_or_else(
            || format!("{milliseconds}ms"),
            |(unit, factor)| format!("{}{unit}", milliseconds / factor),
        )
}
