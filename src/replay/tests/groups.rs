//! Records by tenant and over time: bounded, whatever there is.

use super::super::group::{Member, Tenants, Timeline};
use super::super::sums::Paid;
use crate::facts::Timestamp;
use crate::quantity::Cost;

fn member() -> Member {
    Member {
        changed: true,
        paid: Paid::new(Some(Cost::from_picodollars(3)), None),
    }
}

fn timeline(seconds: &[i64]) -> Timeline {
    let mut timeline = Timeline::default();
    for second in seconds {
        timeline.add(Timestamp::new(*second, 0).unwrap(), member());
    }
    timeline
}

#[test]
fn spans_are_as_narrow_as_there_are_not_too_many() {
    let widths = |last: i64| timeline(&[0, last]).seconds();
    assert_eq!(widths(0), 60);
    assert_eq!(widths(199 * 60), 60);
    assert_eq!(widths(200 * 60), 300);
    assert_eq!(widths(3 * 86_400), 3_600);
    assert_eq!(widths(30 * 86_400), 21_600);
    let all = timeline(&[-62_135_596_800, 253_402_300_799]);
    assert_eq!(all.spans().count(), 2, "every time there is has a span");
    let spans: Vec<(i64, u64)> = timeline(&[-1, 0, 59, 60, 90])
        .spans()
        .map(|(from, group)| (from, group.records))
        .collect();
    assert_eq!(spans, [(-60, 1), (0, 2), (60, 2)]);
}

#[test]
fn too_many_tenants_are_none_in_whatever_order_they_come() {
    let tenants = |range: std::ops::Range<u32>| {
        let mut tenants = Tenants::default();
        for at in range {
            tenants.add(&at.to_string(), member());
        }
        tenants
    };
    let most = 65_536;
    assert_eq!(tenants(0..most).groups.len(), most as usize);
    let all = tenants(0..most + 1);
    assert!(all.too_many && all.groups.len() == 0);
    for (mut own, other) in [
        (tenants(0..10), tenants(5..most + 1)),
        (tenants(5..most + 1), tenants(0..10)),
    ] {
        own.merge(other);
        assert_eq!(own, all);
    }
}
