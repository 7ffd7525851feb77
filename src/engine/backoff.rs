//! How long to wait before the same target is tried again.

use chrono::{DateTime, NaiveDateTime};
use http::HeaderMap;
use std::time::{Duration, SystemTime};

/// Most of the wait before the first repeat; it doubles with each further one.
const BASE: Duration = Duration::from_millis(250);

/// Most of the wait before any repeat.
const CAP: Duration = Duration::from_secs(5);

/// A provider that asks for a longer wait than this is left at once, where there is another.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A wait with full jitter: anything from nothing to a bound that doubles with each repeat made before.
pub(super) fn jittered(repeats: u32, random: &mut fastrand::Rng) -> Duration {
    let bound = BASE.saturating_mul(1u32.checked_shl(repeats).unwrap_or(u32::MAX));
    bound.min(CAP).mul_f64(random.f64())
}

/// The wait that a provider asks for: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let seconds = |text: &str, unit: f64| {
        let number = text.parse::<f64>().ok().filter(|number| *number >= 0.0)?;
        Duration::try_from_secs_f64(number * unit).ok()
    };
    if let Some(wait) = text("retry-after-ms").and_then(|text| seconds(text, 1e-3)) {
        return Some(wait);
    }
    let text = text("retry-after")?;
    seconds(text, 1.0).or_else(|| until(text, now))
}

/// Until a date in one of the three forms that HTTP knows: today's, and two older ones.
fn until(date: &str, now: SystemTime) -> Option<Duration> {
    let older = |form| NaiveDateTime::parse_from_str(date, form).ok();
    let moment = DateTime::parse_from_rfc2822(date)
        .map(|moment| moment.timestamp())
        .ok()
        .or_else(|| {
            older("%A, %d-%b-%y %H:%M:%S GMT")
                .or_else(|| older("%a %b %e %H:%M:%S %Y"))
                .map(|moment| moment.and_utc().timestamp())
        })?;
    let moment = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(moment).ok()?))?;
    Some(moment.duration_since(now).unwrap_or_default())
}
