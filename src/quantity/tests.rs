//! Exactness of money, shares and durations.

use super::*;
use proptest::prelude::*;
use std::time::Duration;

#[test]
fn a_price_keeps_six_decimals() {
    let price = TokenPrice::parse_dollars_per_million("0.15").unwrap();
    assert_eq!(price.picodollars(), 150_000);
    assert_eq!(price.times(812).to_string(), "0.0001218");
    let dearest = TokenPrice::parse_dollars_per_million("18446744073709.551615").unwrap();
    assert_eq!(dearest.times(u64::MAX).picodollars(), i128::MAX);
    assert_eq!(
        TokenPrice::parse_dollars_per_million("0.000001")
            .unwrap()
            .picodollars(),
        1
    );
    for wrong in ["", ".5", "1.", "0.0000001", "-1", "1e3", "1,5"] {
        assert_eq!(TokenPrice::parse_dollars_per_million(wrong), None, "{wrong}");
    }
}

#[test]
fn shares_have_two_decimals() {
    assert_eq!(Share::parse_percent("99.99").unwrap().basis_points(), 9_999);
    assert_eq!(Share::parse_percent("5").unwrap().to_string(), "5%");
    assert_eq!(Share::parse_percent("0.5").unwrap().to_string(), "0.5%");
    for wrong in ["100.01", "101", "1.234", "", ".", "1."] {
        assert_eq!(Share::parse_percent(wrong), None, "{wrong}");
    }
}

#[test]
fn durations_name_their_unit() {
    assert_eq!(parse_duration("20ms"), Some(Duration::from_millis(20)));
    assert_eq!(parse_duration("2m"), Some(Duration::from_secs(120)));
    for wrong in ["5", "5d", "-1s", "1.5s", "s", "", "99999999999999999999s", "721h"] {
        assert_eq!(parse_duration(wrong), None, "{wrong}");
    }
}

#[test]
fn sums_of_other_writers_are_read_exactly_or_not_at_all() {
    let read = |text| Cost::parse_dollars(text).map(Cost::picodollars);
    let cases = [
        ("7.5E-7", Some(750_000)),
        ("1.20e+1", Some(12_000_000_000_000)),
        ("-3e-12", Some(-3)),
        ("0.00030450000000000000", Some(304_500_000)),
        ("0E-20", Some(0)),
        ("1e-13", None),
        ("0.0000000000001", None),
        ("1e99", None),
        ("1e999", None),
        ("e1", None),
        ("1e", None),
        ("1.e", None),
        (".5", None),
        ("", None),
    ];
    for (text, amount) in cases {
        assert_eq!(read(text), amount, "{text}");
    }
}

#[test]
fn probabilities_are_exact_fractions() {
    let shown = |text| Probability::parse(text).map(|probability| probability.to_string());
    let cases = [
        ("1/4", Some("1/4")),
        ("25/100", Some("1/4")),
        ("0.25", Some("1/4")),
        ("1", Some("1")),
        ("1.000", Some("1")),
        ("0", Some("0")),
        ("0.3333", Some("3333/10000")),
        ("3/2", None),
        ("1.01", None),
        ("1/0", None),
        ("-1/2", None),
        ("1e-1", None),
        (".5", None),
        ("1/", None),
        ("", None),
        ("0.00000000000000000001", None),
        ("99999999999999999999/1", None),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text).as_deref(), expected, "{text}");
    }
    let of = |part, whole| Probability::new(part, whole).unwrap();
    assert_eq!(of(1, 2).and(of(2, 3)), Some(of(1, 3)));
    assert_eq!(of(1, 6).or(of(1, 3)), Some(of(1, 2)));
    assert_eq!(of(2, 3).or(of(1, 2)), None, "more than 1");
    let fine = of(1, u64::MAX);
    assert_eq!((fine.and(fine), fine.or(of(1, u64::MAX - 1))), (None, None));
}

proptest! {
    #[test]
    fn a_probability_reads_back_what_it_prints(part in any::<u64>(), whole in any::<u64>()) {
        if let Some(probability) = Probability::new(part, whole) {
            prop_assert_eq!(Probability::parse(&probability.to_string()), Some(probability));
        }
    }

    #[test]
    fn a_cost_reads_back_what_it_prints(picodollars in any::<i64>()) {
        let cost = Cost::from_picodollars(i128::from(picodollars));
        prop_assert_eq!(Cost::parse_dollars(&cost.to_string()), Some(cost));
    }

    #[test]
    fn any_cost_is_written_as_its_dollars(picodollars in any::<i128>(), digits in 0u32..=127) {
        let picodollars = picodollars >> digits;
        let (whole, part) = (picodollars.unsigned_abs() / 10_u128.pow(12), picodollars.unsigned_abs() % 10_u128.pow(12));
        let sign = if picodollars < 0 { "-" } else { "" };
        let all = format!("{sign}{whole}.{part:012}");
        let shortest = all.trim_end_matches('0').trim_end_matches('.');
        let cost = Cost::from_picodollars(picodollars);
        prop_assert_eq!(cost.to_string(), shortest);
    }

    #[test]
    fn hex_digits_are_those_of_the_number(number in any::<u64>()) {
        let digits = HexDigits::of(number);
        prop_assert_eq!(digits.as_str(), format!("{number:016x}"));
    }

    #[test]
    fn a_duration_reads_back_what_it_prints(milliseconds in 0u64..2_000_000_000) {
        let duration = Duration::from_millis(milliseconds);
        prop_assert_eq!(parse_duration(&format_duration(duration)), Some(duration));
    }
}
