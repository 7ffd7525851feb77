//! How long to wait before the same target is tried again.

use chrono::{DateTime, NaiveDateTime};
use http::{HeaderMap, StatusCode};
use std::time::{Duration, SystemTime};

/// Most of the wait before the first repeat; it doubles with each further one.
const BASE: Duration = Duration::from_millis(250);

/// Most of the wait before any repeat.
const CAP: Duration = Duration::from_secs(5);

/// A provider that asks for a longer wait than this is left at once, where there is another.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// No wait that a provider asks for is taken to be longer: a year.
const MAX_ASKED: Duration = Duration::from_secs(365 * 24 * 3600);

/// A number above this counts the seconds since 1970, not from now; above a thousand times this, the milliseconds.
const SINCE_EPOCH: f64 = 1e9;

/// Where providers say when a rate limit ends, and how much is left of it.
const RESETS: [(&str, &str); 8] = [
    ("x-ratelimit-reset-requests", "x-ratelimit-remaining-requests"),
    ("x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"),
    ("x-ratelimit-reset", "x-ratelimit-remaining"),
    ("ratelimit-reset", "ratelimit-remaining"),
    (
        "anthropic-ratelimit-requests-reset",
        "anthropic-ratelimit-requests-remaining",
    ),
    (
        "anthropic-ratelimit-tokens-reset",
        "anthropic-ratelimit-tokens-remaining",
    ),
    (
        "anthropic-ratelimit-input-tokens-reset",
        "anthropic-ratelimit-input-tokens-remaining",
    ),
    (
        "anthropic-ratelimit-output-tokens-reset",
        "anthropic-ratelimit-output-tokens-remaining",
    ),
];

/// A wait with full jitter: anything from nothing to a bound that doubles with each repeat made before.
pub(super) fn jittered(repeats: u32, random: &mut fastrand::Rng) -> Duration {
    let bound = BASE.saturating_mul(1u32.checked_shl(repeats).unwrap_or(u32::MAX));
    bound.min(CAP).mul_f64(random.f64())
}

/// The wait that a provider asks for: `retry-after-ms`, else `retry-after` in seconds, as a duration or as an HTTP date;
/// for a rate limit that says neither, the longest reset of those that are used up. What cannot be read, a negative
/// number among it, asks for nothing.
pub(super) fn retry_after(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text("retry-after-ms")
        .and_then(|text| number(text).map(|milliseconds| bounded(milliseconds / 1e3)))
        .or_else(|| text("retry-after").and_then(|text| wait(text, now)));
    if asked.is_some() || status != StatusCode::TOO_MANY_REQUESTS {
        return asked;
    }
    RESETS
        .into_iter()
        .filter(|(_, remaining)| text(remaining).and_then(number).is_none_or(|left| left < 1.0))
        .filter_map(|(reset, _)| wait(text(reset)?, now))
        .max()
}

/// The wait that an error's body asks for, with units as in `34s`.
pub(super) fn asked_within(delay: &str) -> Option<Duration> {
    units(delay)
}

fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    match number(text) {
        Some(number) if number > SINCE_EPOCH * 1e3 => Some(from(number / 1e3, now)),
        Some(number) if number > SINCE_EPOCH => Some(from(number, now)),
        Some(seconds) => Some(bounded(seconds)),
        None => units(text).or_else(|| date(text, now)),
    }
}

/// Digits, with a point among them at most: no sign, no exponent, no word.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| plain)
}

fn bounded(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).map_or(MAX_ASKED, |asked| asked.min(MAX_ASKED))
}

/// From now to a moment in seconds since 1970; nothing where it has passed.
fn from(seconds: f64, now: SystemTime) -> Duration {
    let moment = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    moment.saturating_sub(now).min(MAX_ASKED)
}

/// Numbers with units, as in `1m30s`, `2m59.56s` or `120ms`.
fn units(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let unit_at = rest.find(|letter: char| letter.is_ascii_alphabetic())?;
        let (digits, behind) = rest.split_at(unit_at);
        let next = behind
            .find(|letter: char| !letter.is_ascii_alphabetic())
            .unwrap_or(behind.len());
        let (unit, after) = behind.split_at(next);
        let seconds = match unit {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        sum += number(digits)? * seconds;
        rest = after;
    }
    (!text.is_empty()).then(|| bounded(sum))
}

/// Until a date in one of the three forms that HTTP knows, today's and two older ones, or in that of RFC 3339.
fn date(date: &str, now: SystemTime) -> Option<Duration> {
    let older = |form| NaiveDateTime::parse_from_str(date, form).ok();
    let moment = DateTime::parse_from_rfc2822(date)
        .or_else(|_| DateTime::parse_from_rfc3339(date))
        .map(|moment| moment.timestamp())
        .ok()
        .or_else(|| {
            older("%A, %d-%b-%y %H:%M:%S GMT")
                .or_else(|| older("%a %b %e %H:%M:%S %Y"))
                .map(|moment| moment.and_utc().timestamp())
        })?;
    Some(from(moment as f64, now))
}
