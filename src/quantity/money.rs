//! Money without rounding: a token's price is a whole number of 10⁻¹² dollars, sums have 128 bits.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// Picodollars (10⁻¹² US dollars) in a dollar.
const PICODOLLARS_PER_DOLLAR: i128 = 1_000_000_000_000;

/// Most digits of a number that fits into 64 bits, whatever the digits.
const MOST_SMALL_DIGITS: usize = 18;

/// Digits behind the point of a price in dollars per million tokens.
const PRICE_DIGITS: usize = 6;

/// Price of one token in picodollars. A price of $1 per million tokens is 1,000,000 picodollars a token, so the six
/// decimals that a policy may write are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenPrice(u64);

impl TokenPrice {
    /// Reads dollars per million tokens, such as `0.15`: digits, at most six of them behind the point. `None` where
    /// the text is anything else or the price is above about 18 trillion dollars.
    pub fn parse_dollars_per_million(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > PRICE_DIGITS {
            return None;
        }
        if text.ends_with('.') {
            return None;
        }
        let digits = format!("{whole}{fraction:0<PRICE_DIGITS$}");
        digits.parse().ok().map(TokenPrice)
    }

    /// The price of one token in picodollars.
    pub fn picodollars(self) -> u64 {
        self.0
    }

    /// The price in US dollars per million tokens, as conditions read it (`target.price.input`).
    pub fn dollars_per_million(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// What `tokens` tokens cost; beyond 128 bits, the greatest sum that there is.
    pub fn times(self, tokens: u64) -> Cost {
        // The product of two numbers of 64 bits is one multiplication, that of two of 128 bits a function.
        let product = u128::from(self.0) * u128::from(tokens);
        Cost(i128::try_from(product).unwrap_or(i128::MAX))
    }
}

/// An exact sum of money, signed, in picodollars. Printed as a decimal string of dollars with no rounding and no
/// trailing zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost(i128);

impl Cost {
    /// Length of the longest sum in words: a sign, 27 digits, a point and 12 digits.
    pub const LONGEST: usize = 41;

    /// No money.
    pub const ZERO: Cost = Cost(0);

    /// A sum of picodollars.
    pub fn from_picodollars(picodollars: i128) -> Self {
        Cost(picodollars)
    }

    /// The sum in picodollars.
    pub fn picodollars(self) -> i128 {
        self.0
    }

    /// The sum in US dollars, as near as 64 bits come, for conditions over reports.
    pub fn dollars(self) -> f64 {
        self.0 as f64 / PICODOLLARS_PER_DOLLAR as f64
    }

    /// A decimal string of dollars with no rounding and no trailing zeros.
    pub fn write(self, text: &mut [u8; Cost::LONGEST]) -> &str {
        let amount = self.0.unsigned_abs();
        let per_dollar = PICODOLLARS_PER_DOLLAR as u64;
        let mut digits = itoa::Buffer::new();
        // What a request costs fits into 64 bits, whose division is much faster.
        let (whole, fraction) = match u64::try_from(amount) {
            Ok(amount) => (digits.format(amount / per_dollar), amount % per_dollar),
            Err(_) => {
                let per_dollar = u128::from(per_dollar);
                (digits.format(amount / per_dollar), (amount % per_dollar) as u64)
            }
        };
        let sign = if self.0 < 0 { "-" } else { "" };
        let mut behind = [0; 13];
        let behind = match fraction {
            0 => "",
            fraction => point_and_digits(fraction, &mut behind),
        };
        let mut length = 0;
        for part in [sign, whole, behind] {
            if let Some(place) = text.get_mut(length..length + part.len()) {
                place.copy_from_slice(part.as_bytes());
                length += part.len();
            }
        }
        let text = text.get(..length).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// Reads a decimal string of dollars as [`Cost`] prints it, or with an exponent (`7.5E-7`), as decimal libraries print
    /// small sums; `None` for anything else, beyond 128 bits, or below a picodollar.
    pub fn parse_dollars(text: &str) -> Option<Self> {
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i8>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let units = digits_to_number(whole, fraction)?;
        // Of one unit in picodollars.
        let power = 12 + i32::from(exponent) - i32::try_from(fraction.len()).ok()?;
        let scale = power_of_ten(power.unsigned_abs());
        let amount = match scale {
            _ if units == 0 => 0,
            Some(scale) if power >= 0 => units.checked_mul(scale)?,
            Some(scale) if units % scale == 0 => units / scale,
            _ => return None,
        };
        Some(Cost(if negative { -amount } else { amount }))
    }
}

/// The number that the digits of both parts make together; `None` beyond 128 bits.
fn digits_to_number(whole: &str, fraction: &str) -> Option<i128> {
    let mut digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0');
    if whole.len() + fraction.len() <= MOST_SMALL_DIGITS {
        let number = digits.fold(0_u64, |number, digit| number * 10 + u64::from(digit));
        return Some(number.into());
    }
    digits.try_fold(0_i128, |number, digit| {
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

fn power_of_ten(power: u32) -> Option<i128> {
    match 10_u64.checked_pow(power) {
        Some(small) => Some(small.into()),
        None => 10_i128.checked_pow(power),
    }
}

impl fmt::Display for Cost {
    /// As [`Cost::write`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write(&mut [0; _]))
    }
}

/// The digits behind the point of so many picodollars below a dollar, without zeros at their end, and the point.
fn point_and_digits(mut fraction: u64, text: &mut [u8; 13]) -> &str {
    let mut length = text.len();
    for (at, place) in text.iter_mut().enumerate().skip(1).rev() {
        let digit = (fraction % 10) as u8;
        fraction /= 10;
        *place = b'0' + digit;
        if digit == 0 && length == at + 1 {
            length = at;
        }
    }
    text[0] = b'.';
    std::str::from_utf8(&text[..length]).unwrap_or_default()
}

impl Add for Cost {
    type Output = Cost;
    fn add(self, other: Cost) -> Cost {
        // Sums that fit are all that there are in practice: they cost a branch that is never taken.
        match self.0.checked_add(other.0) {
            Some(sum) => Cost(sum),
            None => Cost(self.0.saturating_add(other.0)),
        }
    }
}

impl Sub for Cost {
    type Output = Cost;
    fn sub(self, other: Cost) -> Cost {
        Cost(self.0.saturating_sub(other.0))
    }
}

impl Neg for Cost {
    type Output = Cost;
    fn neg(self) -> Cost {
        Cost(self.0.saturating_neg())
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        *self = *self + other;
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost::ZERO, Add::add)
    }
}
