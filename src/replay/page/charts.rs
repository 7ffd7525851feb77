//! What changes over time: what answers cost, and how long they take, before and after.

use super::super::breakdown::{MeanWait, OverTime, SpanLine, WaitChange};
use super::super::words::{grouped, signed, unknown};
use super::chart::{Chart, Mark};
use super::escape::Html;
use crate::quantity::Cost;

/// The key of what is exact on both sides.
const SIDES: [Mark; 2] = [("before", "before"), ("after", "after")];

/// The key where something is estimated.
const WITH_ESTIMATES: [Mark; 3] = [
    SIDES[0],
    SIDES[1],
    (
        "after estimated",
        "with estimated answers, and the interval of 95 %",
    ),
];

/// Room above the largest mean, for its interval.
const HEADROOM: f64 = 1.15;

/// Writes the charts; none where no record has a time, and none of times that nobody recorded.
pub(super) fn write_charts(over_time: &OverTime, page: &mut Html) {
    write_costs(over_time, page);
    write_waits(
        over_time,
        page,
        "latency",
        "Mean time to the end of an answer",
        |span| span.ms,
    );
    write_waits(
        over_time,
        page,
        "first-token",
        "Mean time to the first content",
        |span| span.first_token_ms,
    );
}

fn write_costs(over_time: &OverTime, page: &mut Html) {
    let sides: [fn(&SpanLine) -> Option<Cost>; 2] = [|span| span.cost.baseline, |span| span.cost.candidate];
    let costs = over_time
        .spans
        .iter()
        .flat_map(|span| sides.map(|side| side(span)));
    let most = costs.flatten().map(Cost::dollars).fold(0.0, f64::max);
    let Some(mut chart) = Chart::new(over_time, most) else {
        return;
    };
    chart.axes(&short_dollars(most), "$0");
    chart.key(&SIDES);
    for ((class, _), side) in SIDES.iter().zip(sides) {
        chart.line(class, Some(0.0), |span| side(span).map(Cost::dollars));
    }
    chart.hints(costs_told);
    chart.write(page, "time", "Cost over time", "cost before and after over time");
}

/// A line where all is exact, a dashed one where answers are estimated, and the interval around that.
fn write_waits(
    over_time: &OverTime,
    page: &mut Html,
    id: &str,
    title: &str,
    wait: impl Fn(&SpanLine) -> Option<WaitChange>,
) {
    let sides: [fn(WaitChange) -> MeanWait; 2] = [|change| change.baseline, |change| change.candidate];
    let means = || {
        let changes = over_time.spans.iter().filter_map(&wait);
        changes.flat_map(|change| sides.map(|side| side(change)))
    };
    // The ends of intervals are left out: a wide one would flatten all others.
    let most = means().map(|mean| mean.time.mean).fold(0.0, f64::max) * HEADROOM;
    let Some(mut chart) = Chart::new(over_time, most).filter(|_| most > 0.0) else {
        return;
    };
    chart.axes(&milliseconds(most), "0");
    let has_estimates = means().any(|mean| mean.estimated > 0);
    chart.key(if has_estimates { &WITH_ESTIMATES } else { &SIDES });
    for ((class, _), side) in SIDES.iter().zip(sides) {
        let mean = |span: &SpanLine| wait(span).map(side);
        chart.band(class, |span| {
            mean(span).map(|mean| (mean.time.low, mean.time.high))
        });
        let of = |estimated: bool| {
            move |mean: MeanWait| (estimated == (mean.estimated > 0)).then_some(mean.time.mean)
        };
        chart.line(class, None, |span| mean(span).and_then(of(false)));
        chart.line(&format!("{class} estimated"), None, |span| {
            mean(span).and_then(of(true))
        });
    }
    chart.hints(|span| waits_told(span, wait(span)));
    chart.write(
        page,
        id,
        title,
        &format!("{} before and after over time", title.to_lowercase()),
    );
}

fn costs_told(span: &SpanLine) -> String {
    let dollars = |cost: Option<Cost>| cost.map_or_else(unknown, Cost::in_dollars);
    format!(
        "{}: {} records, {} changed; before {}, after {}, difference {}",
        span.from,
        grouped(span.records),
        grouped(span.changed),
        dollars(span.cost.baseline),
        dollars(span.cost.candidate),
        span.cost.delta.map_or_else(unknown, signed)
    )
}

fn waits_told(span: &SpanLine, change: Option<WaitChange>) -> String {
    let told = |mean: MeanWait| {
        let answers = format!(
            "{} of {} answers",
            milliseconds(mean.time.mean),
            grouped(mean.answers)
        );
        match mean.estimated {
            0 => answers,
            estimated => format!(
                "{answers}, {} estimated ({} to {})",
                grouped(estimated),
                milliseconds(mean.time.low),
                milliseconds(mean.time.high)
            ),
        }
    };
    match change {
        Some(WaitChange { baseline, candidate }) => {
            format!(
                "{}: before {}; after {}",
                span.from,
                told(baseline),
                told(candidate)
            )
        }
        None => format!("{}: {}", span.from, unknown()),
    }
}

fn milliseconds(number: f64) -> String {
    format!("{} ms", grouped(number.max(0.0).round() as u64))
}

/// Dollars with three digits that say something.
fn short_dollars(dollars: f64) -> String {
    match dollars {
        d if d >= 100.0 => format!("${d:.0}"),
        d if d >= 1.0 => format!("${d:.2}"),
        d if d >= 0.01 => format!("${d:.3}"),
        d if d > 0.0 => format!("${d:.6}"),
        _ => "$0".to_owned(),
    }
}
