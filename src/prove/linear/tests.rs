//! Sums of whole numbers, held against trying all small numbers.

use super::*;
use proptest::prelude::*;

/// The first numbers within the ranges that keep all bounds, by trying all.
fn tried(ranges: &[Range], bounds: &[Bound]) -> Option<Vec<i64>> {
    let mut open: Vec<Vec<i64>> = vec![Vec::new()];
    for range in ranges {
        open = open
            .into_iter()
            .flat_map(|start| {
                (range.least..=range.most).map(move |next| [start.clone(), vec![next]].concat())
            })
            .collect();
    }
    open.into_iter().find(|values| keeps(values, bounds))
}

fn bound(terms: &[(usize, i64)], most: i128) -> Bound {
    Bound {
        terms: terms.to_vec(),
        most,
    }
}

const WIDE: Range = Range {
    least: 0,
    most: 1 << 40,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_sums_come_out_as_trying_all_has_it(
        widths in prop::collection::vec(0i64..6, 3),
        drawn in prop::collection::vec((prop::collection::vec(-2i64..=2, 3), -6i128..6), 1..5),
    ) {
        let ranges: Vec<Range> = widths.iter().map(|most| Range { least: 0, most: *most }).collect();
        let bounds: Vec<Bound> = drawn
            .iter()
            .map(|(times, most)| {
                let terms = times.iter().copied().enumerate().filter(|(_, times)| *times != 0);
                Bound { terms: terms.collect(), most: *most }
            })
            .collect();
        match solve(&ranges, &bounds) {
            Solved::Values(values) => {
                prop_assert!(keeps(&values, &bounds));
                prop_assert!(values.iter().zip(&ranges).all(|(value, range)| (range.least..=range.most).contains(value)));
            }
            Solved::None => prop_assert_eq!(tried(&ranges, &bounds), None),
            Solved::Unknown => prop_assert!(false, "small numbers are told"),
        }
    }
}

#[test]
fn sums_that_chase_each_other_upwards_leave_nothing() {
    // a > b and b > a, over ranges too wide to be walked through.
    let bounds = [bound(&[(0, -1), (1, 1)], -1), bound(&[(0, 1), (1, -1)], -1)];
    assert_eq!(solve(&[WIDE, WIDE], &bounds), Solved::None);
}

#[test]
fn a_sum_far_from_the_ends_of_the_ranges_is_found() {
    // 3a - 5b = 1 and a + b >= 10^9.
    let bounds = [
        bound(&[(0, 3), (1, -5)], 1),
        bound(&[(0, -3), (1, 5)], -1),
        bound(&[(0, -1), (1, -1)], -1_000_000_000),
    ];
    let Solved::Values(values) = solve(&[WIDE, WIDE], &bounds) else {
        panic!("there are such numbers");
    };
    assert!(keeps(&values, &bounds));
}
