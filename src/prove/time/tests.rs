//! The theory of the moment, held against hours walked one by one and against evaluation.

use super::{FieldChoice, Moment, solve};
use crate::facts::Timestamp;
use crate::model::Function;
use proptest::prelude::*;

fn field(function: Function, zone: &str, least: i64, most: i64) -> FieldChoice {
    FieldChoice {
        function,
        zone: (!zone.is_empty()).then(|| zone.to_owned()),
        least,
        most,
    }
}

fn milliseconds(text: &str) -> i64 {
    let moment = Timestamp::parse(text).unwrap();
    moment.seconds() * 1000 + i64::from(moment.nanoseconds() / 1_000_000)
}

#[track_caller]
fn finds(expected: &str, fields: &[FieldChoice], instant: Option<(&str, &str)>) {
    let instant = instant.map(|(first, last)| (milliseconds(first), milliseconds(last)));
    assert_eq!(
        solve(fields, instant),
        Moment::At(Timestamp::parse(expected).unwrap())
    );
}

#[track_caller]
fn refutes(expected: &[usize], fields: &[FieldChoice], instant: Option<(&str, &str)>) {
    let instant = instant.map(|(first, last)| (milliseconds(first), milliseconds(last)));
    assert_eq!(solve(fields, instant), Moment::Contradiction(expected.to_vec()));
}

use Function::{
    GetDate, GetDayOfMonth, GetDayOfWeek, GetDayOfYear, GetFullYear, GetHours, GetMilliseconds, GetMinutes,
    GetMonth, GetSeconds,
};

#[test]
fn moments_are_near_and_read_well() {
    finds("2026-01-01T12:00:00Z", &[], None);
    finds(
        "2026-01-01T12:00:00Z",
        &[
            field(GetHours, "Europe/Paris", 9, 17),
            field(GetDayOfWeek, "Europe/Paris", 1, 5),
        ],
        None,
    );
    finds("2026-01-03T12:00:00Z", &[field(GetDayOfWeek, "", 6, 6)], None);
    finds("2026-07-01T12:00:00Z", &[field(GetMonth, "", 6, 6)], None);
    finds(
        "2028-02-29T12:00:00Z",
        &[field(GetMonth, "", 1, 1), field(GetDate, "", 29, 29)],
        None,
    );
    finds(
        "2044-02-29T12:00:00Z",
        &[
            field(GetMonth, "", 1, 1),
            field(GetDayOfMonth, "", 28, 28),
            field(GetDayOfWeek, "", 1, 1),
        ],
        None,
    );
    finds("2028-12-31T12:00:00Z", &[field(GetDayOfYear, "", 365, 365)], None);
    finds("1970-01-01T12:00:00Z", &[field(GetFullYear, "", 0, 1970)], None);
    finds(
        "2026-01-01T21:30:45.500Z",
        &[
            field(GetHours, "+05:30", 3, 3),
            field(GetMinutes, "", 30, 31),
            field(GetSeconds, "", 45, 45),
            field(GetMilliseconds, "Asia/Kathmandu", 500, 999),
        ],
        None,
    );
    finds(
        "2031-05-05T05:05:05.005Z",
        &[field(GetFullYear, "", 2020, 3000)],
        Some(("2031-05-05T05:05:05.005Z", "2031-05-05T05:05:05.005Z")),
    );
    finds(
        "1999-12-31T23:00:00Z",
        &[field(GetFullYear, "Europe/Paris", 2000, 2000)],
        Some(("1990-01-01T00:00:00Z", "1999-12-31T23:30:00Z")),
    );
    // Only while one of the two has moved its clocks already.
    finds(
        "2026-03-08T12:00:00Z",
        &[
            field(GetHours, "Europe/Paris", 13, 13),
            field(GetHours, "America/New_York", 8, 8),
        ],
        None,
    );
}

#[test]
fn contradictions_are_small() {
    refutes(
        &[0, 2],
        &[
            field(GetMonth, "", 1, 1),
            field(GetHours, "", 3, 3),
            field(GetDate, "", 30, 31),
        ],
        None,
    );
    refutes(
        &[0],
        &[field(GetHours, "Europe/Paris", 24, 30), field(GetHours, "", 3, 3)],
        None,
    );
    refutes(
        &[0, 1],
        &[field(GetHours, "", 0, 3), field(GetHours, "", 5, 9)],
        None,
    );
    refutes(
        &[0, 1],
        &[field(GetHours, "", 3, 3), field(GetHours, "+02:00", 6, 6)],
        None,
    );
    refutes(
        &[0, 1, 2],
        &[
            field(GetDayOfWeek, "", 1, 1),
            field(GetHours, "", 3, 9),
            field(GetDayOfWeek, "-02:00", 0, 0),
            field(GetMinutes, "", 0, 0),
        ],
        None,
    );
    refutes(
        &[0, 1],
        &[field(GetDayOfWeek, "", 1, 1)],
        Some(("2026-01-01T00:00:00Z", "2026-01-04T23:59:59.999Z")),
    );
    refutes(
        &[1],
        &[field(GetDayOfWeek, "", 1, 1)],
        Some(("2026-01-05T00:00:00Z", "2026-01-04T23:59:59.999Z")),
    );
    refutes(
        &[0, 1],
        &[field(GetFullYear, "Europe/Paris", 2026, 2026)],
        Some(("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z")),
    );
    refutes(
        &[0, 1],
        &[field(GetMonth, "", 1, 1), field(GetMonth, "Europe/Paris", 3, 3)],
        None,
    );
    // The hour that clocks skip.
    refutes(
        &[0, 1],
        &[field(GetHours, "Europe/Paris", 2, 2)],
        Some(("2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z")),
    );
    refutes(
        &[0, 1],
        &[field(GetMonth, "", 1, 1), field(GetMonth, "+02:00", 3, 3)],
        None,
    );
}

/// The field of a moment as conditions see it.
fn evaluated(field: &FieldChoice, moment: Timestamp) -> i64 {
    let zone = field
        .zone
        .as_ref()
        .map(|zone| format!("'{zone}'"))
        .unwrap_or_default();
    let text = format!("timestamp('{moment}').{}({zone})", field.function.name());
    let file = crate::source::SourceMap::default().add("t", text.as_str());
    let expression = crate::syntax::parse_expression(file, &text).unwrap();
    match crate::tree::eval::evaluate(&expression, &[]) {
        Ok(crate::tree::eval::EvalValue::Int(value)) => value,
        other => panic!("{text}: {other:?}"),
    }
}

/// The field of a moment by the calendar alone.
fn seen(field: &FieldChoice, moment: chrono::DateTime<chrono::Utc>) -> i64 {
    use chrono::{Datelike, Timelike};
    let local = match field.zone.as_deref() {
        None => moment.naive_utc(),
        Some(zone) => match crate::cel::time::TimeZone::parse(zone).unwrap() {
            crate::cel::time::TimeZone::Named(zone) => moment.with_timezone(&zone).naive_local(),
            crate::cel::time::TimeZone::Fixed(zone) => moment.with_timezone(&zone).naive_local(),
        },
    };
    i64::from(match field.function {
        GetFullYear => local.year().cast_unsigned(),
        GetMonth => local.month0(),
        GetDate => local.day(),
        GetDayOfMonth => local.day0(),
        GetDayOfWeek => local.weekday().num_days_from_sunday(),
        GetDayOfYear => local.ordinal0(),
        GetHours => local.hour(),
        GetMinutes => local.minute(),
        GetSeconds => local.second(),
        _ => local.and_utc().timestamp_subsec_millis(),
    })
}

fn utc(moment: Timestamp) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(moment.seconds(), moment.nanoseconds()).unwrap()
}

#[test]
fn fields_are_as_conditions_see_them() {
    let functions = [
        GetFullYear,
        GetMonth,
        GetDate,
        GetDayOfMonth,
        GetDayOfWeek,
        GetDayOfYear,
        GetHours,
        GetMinutes,
        GetSeconds,
        GetMilliseconds,
    ];
    for text in [
        "2026-03-29T01:00:00Z",
        "1999-12-31T23:59:59.999Z",
        "0001-01-01T00:00:00Z",
    ] {
        let moment = Timestamp::parse(text).unwrap();
        for (function, zone) in functions
            .into_iter()
            .flat_map(|function| ["", "Asia/Kathmandu", "-08:00"].map(|zone| (function, zone)))
        {
            let asked = field(function, zone, 0, 0);
            let value = evaluated(&asked, moment);
            assert_eq!(value, seen(&asked, utc(moment)), "{function:?} {zone} {text}");
            let milliseconds = milliseconds(text);
            let exact = solve(
                &[field(function, zone, value, value)],
                Some((milliseconds, milliseconds)),
            );
            assert_eq!(exact, Moment::At(moment), "{function:?} {zone} {text}");
        }
    }
}

fn any_field() -> impl Strategy<Value = FieldChoice> {
    let zone = prop::sample::select(vec![
        "",
        "",
        "Europe/Paris",
        "America/New_York",
        "+05:30",
        "-08:00",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
    ]);
    let choice = prop_oneof![
        (Just(GetFullYear), 2024i64..2029, 0i64..3),
        (Just(GetMonth), 0i64..12, 0i64..6),
        (Just(GetDate), 1i64..32, 0i64..10),
        (Just(GetDayOfMonth), 0i64..31, 0i64..10),
        (Just(GetDayOfWeek), 0i64..7, 0i64..5),
        (Just(GetDayOfYear), 0i64..366, 0i64..200),
        (Just(GetHours), 0i64..24, 0i64..6),
        (Just(GetHours), 0i64..24, 0i64..6),
        (Just(GetMinutes), 0i64..60, 0i64..30),
    ];
    (choice, zone).prop_map(|((function, least, more), zone)| field(function, zone, least, least + more))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn verdicts_agree_with_all_minutes_of_a_few_days(
        fields in prop::collection::vec(any_field(), 1..5),
        // Around the days on which clocks are moved.
        from in prop::sample::select(vec!["2026-03-28T10:00:00Z", "2026-10-24T22:30:00Z", "2027-12-30T00:00:00Z", "2028-02-28T07:07:00Z"]),
        minutes in 1i64..1800,
    ) {
        let from = milliseconds(from);
        let to = from + minutes * 60_000 - 1;
        let expected = (0..minutes).find(|minute| {
            let moment = chrono::DateTime::from_timestamp_millis(from + minute * 60_000).unwrap();
            fields.iter().all(|field| (field.least..=field.most).contains(&seen(field, moment)))
        });
        match solve(&fields, Some((from, to))) {
            Moment::At(moment) => {
                prop_assert!(expected.is_some());
                for field in &fields {
                    prop_assert!((field.least..=field.most).contains(&seen(field, utc(moment))), "{:?} at {}", field, moment);
                }
            }
            Moment::Contradiction(core) => {
                prop_assert_eq!(expected, None);
                let kept: Vec<_> = core.iter().filter_map(|at| fields.get(*at).cloned()).collect();
                let instant = core.contains(&fields.len()).then_some((from, to));
                prop_assert!(matches!(solve(&kept, instant), Moment::Contradiction(_)));
            }
            Moment::Unknown => prop_assert!(false, "unknown"),
        }
    }

    #[test]
    fn moments_anywhere_are_as_conditions_see_them(fields in prop::collection::vec(any_field(), 1..4)) {
        match solve(&fields, None) {
            Moment::At(moment) => {
                for field in &fields {
                    prop_assert!((field.least..=field.most).contains(&seen(field, utc(moment))), "{:?} at {}", field, moment);
                }
            }
            Moment::Contradiction(core) => {
                let core: Vec<_> = core.iter().filter_map(|at| fields.get(*at)).collect();
                let hours = (0..3 * 365 * 4).map(|step| milliseconds("2026-01-01T00:30:00Z") + step * 7 * 3_600_000);
                let fitting = hours.map(|moment| chrono::DateTime::from_timestamp_millis(moment).unwrap()).find(|moment| {
                    core.iter().all(|field| (field.least..=field.most).contains(&seen(field, *moment)))
                });
                prop_assert_eq!(fitting, None);
            }
            Moment::Unknown => {}
        }
    }
}

#[test]
fn clocks_of_two_zones_that_never_show_this_together_are_refuted() {
    // New York is five to seven hours behind Berlin.
    refutes(
        &[0, 1],
        &[
            field(GetHours, "Europe/Berlin", 0, 2),
            field(GetHours, "America/New_York", 22, 23),
        ],
        None,
    );
    // Tokyo is no day behind New York.
    refutes(
        &[0, 1],
        &[
            field(GetDayOfWeek, "Asia/Tokyo", 1, 1),
            field(GetDayOfWeek, "America/New_York", 2, 2),
        ],
        None,
    );
}

#[test]
fn a_distance_that_zones_have_for_few_weeks_only_is_found() {
    // Between their changes to summer time New York is but five hours from Berlin.
    let fields = [
        field(GetHours, "Europe/Berlin", 12, 12),
        field(GetHours, "America/New_York", 7, 7),
    ];
    let Moment::At(moment) = solve(&fields, None) else {
        panic!("there are such days each year");
    };
    let text = moment.to_string();
    assert!(
        text.starts_with("2026-03-") || text.starts_with("2026-10-"),
        "{text}"
    );
}
