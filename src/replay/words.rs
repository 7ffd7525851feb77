//! The numbers of a report as people read them.

use super::end::End;
use crate::quantity::Cost;

/// Records that are explained to people.
pub(super) const SHOWN_EXAMPLES: usize = 10;

/// What makes a record count as estimated.
pub(super) const ESTIMATED: &str =
    "a pool's order was not recorded, or a target was not asked, so that its rate of failures stands in";

/// What lines are that are passed over.
pub(super) const OTHER_KIND: &str = "of another kind, which no policy decides";

/// Tenants shown to people; the JSON report has them all.
pub(super) const SHOWN_TENANTS: usize = 10;

/// Transitions shown to people; the JSON report has them all.
pub(super) const SHOWN_TRANSITIONS: usize = 20;

impl End {
    /// The place in few words.
    pub(super) fn in_words(&self) -> String {
        match (&self.route, &self.target) {
            (_, None) => match (&self.denied, &self.error) {
                (Some(rule), _) => format!("denied by {rule}"),
                (None, Some(code)) => format!("{} › {code}", self.route.as_deref().unwrap_or("?")),
                (None, None) => "unknown".to_owned(),
            },
            (Some(route), Some(target)) => format!("{route} › {target}"),
            (None, Some(target)) => target.clone(),
        }
    }
}

impl Cost {
    /// The sum with its currency, at least to the cent, exact.
    pub(super) fn in_dollars(self) -> String {
        let text = self.to_string();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        format!("{sign}${}.{fraction:0<2}", grouped(whole))
    }
}

pub(super) fn signed(cost: Cost) -> String {
    let sign = if cost > Cost::ZERO { "+" } else { "" };
    format!("{sign}{}", cost.in_dollars())
}

pub(super) fn unknown() -> String {
    "unknown".to_owned()
}

/// The difference in percent, in brackets; nothing where it says nothing.
pub(super) fn relative(delta: Cost, baseline: Cost) -> String {
    if baseline == Cost::ZERO || delta == Cost::ZERO {
        return String::new();
    }
    let percent = delta.picodollars() as f64 / baseline.picodollars() as f64 * 100.0;
    format!(" ({percent:+.2} %)")
}

/// A share in percent, cut to two decimals: only the whole is called 100 %, and only nothing 0 %.
pub(super) fn share(part: u64, whole: u64) -> String {
    let basis_points = u128::from(part) * 10_000 / u128::from(whole.max(1));
    match basis_points {
        _ if part == 0 => "0 %".to_owned(),
        _ if part == whole => "100 %".to_owned(),
        0 => "< 0.01 %".to_owned(),
        _ => format!("{}.{:02} %", basis_points / 100, basis_points % 100),
    }
}

/// As [`share`]; where there are no records, all of them agree.
pub(super) fn agreement_share(same: u64, records: u64) -> String {
    if records == 0 {
        share(1, 1)
    } else {
        share(same, records)
    }
}

pub(super) fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// Digits in groups of three.
pub(super) fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
