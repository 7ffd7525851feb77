//! Costs before and after over time, as lines in SVG.

use super::super::breakdown::{OverTime, SpanLine};
use super::super::words::{grouped, signed, unknown};
use super::escape::{Html, escaped};
use crate::quantity::Cost;
use std::fmt::Write;

/// The drawing's size, and the room around the lines.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 26.0;

/// Writes the chart; nothing where no record has a time.
pub(super) fn write_chart(over_time: &OverTime, page: &mut Html) {
    let (Some(first), Some(last)) = (over_time.spans.first(), over_time.spans.last()) else {
        return;
    };
    let scale = Scale::new(over_time, first, last);
    page.raw("<section id=\"time\">\n");
    page.element(
        "h2",
        &format!("Cost over time, per {}", length(over_time.seconds)),
    );
    page.raw(&format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"cost before and after over time\">\n"
    ));
    let mut drawn = axes(scale.most, &first.from, &last.from);
    drawn.push_str(&key());
    for (class, side) in [("before", cost_before as Side), ("after", cost_after)] {
        let line = scale.line(over_time, side);
        let _ = writeln!(drawn, "<path class=\"line {class}\" d=\"{line}\"/>");
    }
    for span in &over_time.spans {
        let _ = writeln!(
            drawn,
            "<rect class=\"hover\" x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
            scale.x(span.second),
            scale.step(),
            HEIGHT - BOTTOM - TOP,
            escaped(&told(span))
        );
    }
    page.raw(&drawn);
    page.raw("</svg>\n</section>\n");
}

/// The lines of nothing and of the most, and what stands at their ends.
fn axes(most: f64, first: &str, last: &str) -> String {
    let (bottom, right, left) = (HEIGHT - BOTTOM, WIDTH - RIGHT, LEFT - 8.0);
    let label = |x: f64, y: f64, anchor: &str, text: &str| {
        let text = escaped(text);
        format!("<text class=\"faint\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>\n")
    };
    [
        format!("<path class=\"axis\" d=\"M{LEFT} {TOP}H{right}M{LEFT} {bottom}H{right}\"/>\n"),
        label(left, TOP + 4.0, "end", &short_dollars(most)),
        label(left, bottom, "end", "$0"),
        label(LEFT, HEIGHT - 6.0, "start", first),
        label(right, HEIGHT - 6.0, "end", last),
    ]
    .concat()
}

/// Which line is which.
fn key() -> String {
    let mark = |class: &str, x: f64, name: &str| {
        let text = x + 18.0;
        format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"6\" width=\"12\" height=\"4\"/><text x=\"{text}\" y=\"13\">{name}</text>\n"
        )
    };
    mark("key-before", LEFT, "before") + &mark("key-after", LEFT + 80.0, "after")
}

type Side = fn(&SpanLine) -> Option<Cost>;

fn cost_before(span: &SpanLine) -> Option<Cost> {
    span.cost.baseline
}

fn cost_after(span: &SpanLine) -> Option<Cost> {
    span.cost.candidate
}

/// From seconds and dollars to the drawing.
struct Scale {
    first: i64,
    seconds: i64,
    spans: f64,
    /// The dearest span in dollars.
    most: f64,
}

impl Scale {
    fn new(over_time: &OverTime, first: &SpanLine, last: &SpanLine) -> Self {
        let costs = over_time
            .spans
            .iter()
            .flat_map(|span| [span.cost.baseline, span.cost.candidate]);
        let most = costs.flatten().map(Cost::dollars).fold(0.0, f64::max);
        Scale {
            first: first.second,
            seconds: over_time.seconds,
            spans: ((last.second - first.second) / over_time.seconds + 1) as f64,
            most,
        }
    }

    /// Where a span begins.
    fn x(&self, second: i64) -> f64 {
        LEFT + ((second - self.first) / self.seconds) as f64 * self.step()
    }

    /// The width of a span.
    fn step(&self) -> f64 {
        (WIDTH - LEFT - RIGHT) / self.spans
    }

    fn y(&self, dollars: f64) -> f64 {
        let share = if self.most > 0.0 { dollars / self.most } else { 0.0 };
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    /// A line of steps; a span without records costs nothing.
    fn line(&self, over_time: &OverTime, side: Side) -> String {
        let mut path = format!("M{LEFT} {:.1}", self.y(0.0));
        let mut reached = LEFT;
        for span in &over_time.spans {
            let (from, to) = (self.x(span.second), self.x(span.second) + self.step());
            let ground = self.y(0.0);
            if from - reached > self.step() / 2.0 {
                let _ = write!(path, "V{ground:.1}H{from:.1}");
            }
            let y = self.y(side(span).map_or(0.0, Cost::dollars));
            let _ = write!(path, "V{y:.1}H{to:.1}");
            reached = to;
        }
        path
    }
}

fn told(span: &SpanLine) -> String {
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

/// A span's length in words.
fn length(seconds: i64) -> String {
    let units = [
        (604_800, "week"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
    ];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    match unit {
        Some((unit, name)) if seconds == unit => name.to_owned(),
        Some((unit, name)) => format!("{} {name}s", seconds / unit),
        None => format!("{seconds} seconds"),
    }
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
