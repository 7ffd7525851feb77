//! A chart over spans of time in SVG: a number before and after as lines of steps, and what stands in each span.

use super::super::breakdown::{OverTime, SpanLine};
use super::escape::{Html, escaped};
use std::fmt::Write;

/// The drawing's size, and the room around the lines.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 26.0;

/// A mark of the key: the class of what it explains, and its name.
pub(super) type Mark = (&'static str, &'static str);

/// The drawing, and from seconds and numbers to it.
pub(super) struct Chart<'a> {
    over_time: &'a OverTime,
    first: &'a SpanLine,
    last: &'a SpanLine,
    spans: f64,
    /// The largest number.
    most: f64,
    drawn: String,
}

impl<'a> Chart<'a> {
    /// An empty chart of numbers up to `most`; `None` where no record has a time.
    pub(super) fn new(over_time: &'a OverTime, most: f64) -> Option<Self> {
        let (first, last) = (over_time.spans.first()?, over_time.spans.last()?);
        Some(Chart {
            over_time,
            first,
            last,
            spans: ((last.second - first.second) / over_time.seconds + 1) as f64,
            most,
            drawn: String::new(),
        })
    }

    /// The lines of nothing and of the most, and what stands at their ends.
    pub(super) fn axes(&mut self, most: &str, nothing: &str) {
        let (bottom, right, left) = (HEIGHT - BOTTOM, WIDTH - RIGHT, LEFT - 8.0);
        let label = |x: f64, y: f64, anchor: &str, text: &str| {
            let text = escaped(text);
            format!("<text class=\"faint\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>\n")
        };
        self.drawn += &[
            format!("<path class=\"axis\" d=\"M{LEFT} {TOP}H{right}M{LEFT} {bottom}H{right}\"/>\n"),
            label(left, TOP + 4.0, "end", most),
            label(left, bottom, "end", nothing),
            label(LEFT, HEIGHT - 6.0, "start", &self.first.from),
            label(right, HEIGHT - 6.0, "end", &self.last.from),
        ]
        .concat();
    }

    /// Which line is which.
    pub(super) fn key(&mut self, marks: &[Mark]) {
        let mut x = LEFT;
        for (class, name) in marks {
            let (end, text) = (x + 14.0, x + 20.0);
            let _ = writeln!(
                self.drawn,
                "<path class=\"line {class}\" d=\"M{x} 9H{end}\"/><text x=\"{text}\" y=\"13\">{name}</text>"
            );
            x = text + 7.0 * name.len() as f64 + 16.0;
        }
    }

    /// A line of steps; where a span has no number, the line is at `ground` or, without one, interrupted.
    pub(super) fn line(
        &mut self,
        class: &str,
        ground: Option<f64>,
        number: impl Fn(&SpanLine) -> Option<f64>,
    ) {
        let mut path = String::new();
        let mut reached = LEFT;
        if let Some(ground) = ground {
            let _ = write!(path, "M{LEFT} {:.1}", self.y(ground));
        }
        for span in &self.over_time.spans {
            let (from, to) = (self.x(span), self.x(span) + self.step());
            let is_gap = from - reached > self.step() / 2.0;
            let Some(number) = number(span).or(ground) else {
                continue;
            };
            let y = self.y(number);
            let _ = match ground {
                Some(ground) if is_gap => write!(path, "V{:.1}H{from:.1}V{y:.1}H{to:.1}", self.y(ground)),
                None if is_gap || path.is_empty() => write!(path, "M{from:.1} {y:.1}H{to:.1}"),
                _ => write!(path, "V{y:.1}H{to:.1}"),
            };
            reached = to;
        }
        let _ = writeln!(self.drawn, "<path class=\"line {class}\" d=\"{path}\"/>");
    }

    /// What lies between two numbers, where there is something between them.
    pub(super) fn band(&mut self, class: &str, ends: impl Fn(&SpanLine) -> Option<(f64, f64)>) {
        for span in &self.over_time.spans {
            if let Some((low, high)) = ends(span).filter(|(low, high)| low < high) {
                let (top, bottom) = (self.y(high), self.y(low));
                let (x, step, height) = (self.x(span), self.step(), bottom - top);
                let _ = writeln!(
                    self.drawn,
                    "<rect class=\"band {class}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{step:.1}\" height=\"{height:.1}\"/>"
                );
            }
        }
    }

    /// What each span says when it is pointed at.
    pub(super) fn hints(&mut self, hint: impl Fn(&SpanLine) -> String) {
        for span in &self.over_time.spans {
            let _ = writeln!(
                self.drawn,
                "<rect class=\"hover\" x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
                self.x(span),
                self.step(),
                HEIGHT - BOTTOM - TOP,
                escaped(&hint(span))
            );
        }
    }

    /// Writes it as a section.
    pub(super) fn write(self, page: &mut Html, id: &str, title: &str, aria: &str) {
        let per = length(self.over_time.seconds);
        page.raw(&format!("<section id=\"{id}\">\n"));
        page.element("h2", &format!("{title}, per {per}"));
        page.raw(&format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{aria}\">\n"
        ));
        page.raw(&self.drawn);
        page.raw("</svg>\n</section>\n");
    }

    /// Where a span begins.
    fn x(&self, span: &SpanLine) -> f64 {
        LEFT + ((span.second - self.first.second) / self.over_time.seconds) as f64 * self.step()
    }

    /// The width of a span.
    fn step(&self) -> f64 {
        (WIDTH - LEFT - RIGHT) / self.spans
    }

    /// The height of a number, within the drawing.
    fn y(&self, number: f64) -> f64 {
        let share = if self.most > 0.0 { number / self.most } else { 0.0 };
        HEIGHT - BOTTOM - share.clamp(0.0, 1.0) * (HEIGHT - TOP - BOTTOM)
    }
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
