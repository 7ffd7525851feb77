//! From which targets to which ones requests flow: bands as wide as they are many, in SVG.

use super::super::breakdown::Flow;
use super::super::report::Report;
use super::super::words::{grouped, share};
use super::escape::{Html, cut, escaped};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most targets that stand on a side by name; the smaller ones flow together.
const MOST_NODES: usize = 12;

/// What the others are called.
const OTHERS: &str = "others";

/// The drawing's size and the room for names on both sides.
const WIDTH: f64 = 960.0;
const NAMES: f64 = 220.0;
const NODE: f64 = 8.0;
const GAP: f64 = 14.0;
const TOP: f64 = 24.0;

/// Height of all bands together.
const BANDS: f64 = 260.0;

/// Writes the diagram; nothing where there are no records.
pub(super) fn write_flow(report: &Report, page: &mut Html) {
    let all: u64 = report.flows.iter().map(|flow| flow.records).sum();
    if all == 0 {
        return;
    }
    let (left, right) = (
        Nodes::new(&report.flows, |flow| &flow.from),
        Nodes::new(&report.flows, |flow| &flow.to),
    );
    let mut bands: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for flow in &report.flows {
        *bands
            .entry((left.find(&flow.from), right.find(&flow.to)))
            .or_default() += flow.records;
    }
    let height = TOP + BANDS + GAP * left.nodes.len().max(right.nodes.len()) as f64;
    page.raw("<section id=\"flow\">\n<h2>Where requests go first</h2>\n");
    page.raw(&format!(
        "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"from old to new targets\">\n\
         <text class=\"faint\" x=\"{NAMES}\" y=\"12\" text-anchor=\"end\">before</text>\
         <text class=\"faint\" x=\"{}\" y=\"12\">after</text>\n",
        WIDTH - NAMES
    ));
    let mut drawn = String::new();
    let (mut from, mut to) = (left.tops(all), right.tops(all));
    for ((at, other), records) in &bands {
        let thick = thickness(*records, all);
        let names = (left.name(*at), right.name(*other));
        let class = if names.0 == names.1 && names.0 != OTHERS {
            "kept"
        } else {
            "moved"
        };
        let told = format!(
            "{} → {}: {} ({})",
            names.0,
            names.1,
            grouped(*records),
            share(*records, all)
        );
        if let (Some(start), Some(end)) = (from.get_mut(*at), to.get_mut(*other)) {
            band(&mut drawn, class, (*start, *end), thick, &told);
            *start += thick;
            *end += thick;
        }
    }
    write_nodes(&mut drawn, &left, all, (NAMES, NAMES - 8.0, "end"));
    write_nodes(
        &mut drawn,
        &right,
        all,
        (WIDTH - NAMES - NODE, WIDTH - NAMES + 8.0, "start"),
    );
    page.raw(&drawn);
    page.raw("</svg>\n</section>\n");
}

/// A band between two heights.
fn band(drawn: &mut String, class: &str, (start, end): (f64, f64), thick: f64, told: &str) {
    let (x, far) = (NAMES + NODE, WIDTH - NAMES - NODE);
    let middle = (x + far) / 2.0;
    let _ = writeln!(
        drawn,
        "<path class=\"{class}\" d=\"M{x} {start:.1}C{middle} {start:.1} {middle} {end:.1} {far} {end:.1}\
         V{:.1}C{middle} {:.1} {middle} {:.1} {x} {:.1}Z\"><title>{}</title></path>",
        end + thick,
        end + thick,
        start + thick,
        start + thick,
        escaped(told)
    );
}

/// The targets of a side with their names: where the bars begin, where the names do, and on which side of that they stand.
fn write_nodes(drawn: &mut String, nodes: &Nodes, all: u64, (bar, name, anchor): (f64, f64, &str)) {
    for ((target, records), top) in nodes.nodes.iter().zip(nodes.tops(all)) {
        let thick = thickness(*records, all);
        let label = format!("{} · {}", cut(target, 24), grouped(*records));
        let _ = writeln!(
            drawn,
            "<rect class=\"node\" x=\"{bar}\" y=\"{top:.1}\" width=\"{NODE}\" height=\"{thick:.1}\"/>\
             <text x=\"{name}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            top + thick / 2.0 + 4.0,
            escaped(&label)
        );
    }
}

/// How wide a band of so many records is: never so narrow that it cannot be seen.
fn thickness(records: u64, all: u64) -> f64 {
    (records as f64 / all as f64 * BANDS).max(1.0)
}

/// The targets of one side, by records falling, the small ones as one.
struct Nodes {
    nodes: Vec<(String, u64)>,
}

impl Nodes {
    fn new(flows: &[Flow], end: impl Fn(&Flow) -> &String) -> Self {
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        for flow in flows {
            *sums.entry(end(flow)).or_default() += flow.records;
        }
        let mut nodes: Vec<(String, u64)> = sums
            .into_iter()
            .map(|(name, sum)| (name.to_owned(), sum))
            .collect();
        nodes.sort_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
        if nodes.len() > MOST_NODES {
            let others = nodes.split_off(MOST_NODES - 1);
            nodes.push((OTHERS.to_owned(), others.iter().map(|(_, sum)| sum).sum()));
        }
        Nodes { nodes }
    }

    /// The number of a target; that of the others where it is none by name.
    fn find(&self, name: &str) -> usize {
        let found = self.nodes.iter().position(|(known, _)| known == name);
        found.unwrap_or(self.nodes.len().saturating_sub(1))
    }

    fn name(&self, at: usize) -> &str {
        self.nodes.get(at).map_or("", |(name, _)| name)
    }

    /// Where each target's bar begins.
    fn tops(&self, all: u64) -> Vec<f64> {
        let mut top = TOP;
        self.nodes
            .iter()
            .map(|(_, records)| {
                let own = top;
                top += thickness(*records, all) + GAP;
                own
            })
            .collect()
    }
}
