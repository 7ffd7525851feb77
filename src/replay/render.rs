//! The report as people read it: what the records lack first, for it bears on everything below.

use super::end::End;
use super::report::Report;
use crate::quantity::Cost;
use std::fmt::Write;

/// Transitions shown; the JSON report has them all.
const SHOWN_TRANSITIONS: usize = 20;

impl Report {
    /// The report as text, each line with its end.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write_missing(&mut text);
        self.write_summary(&mut text);
        self.write_transitions(&mut text);
        self.write_routes(&mut text);
        self.write_targets(&mut text);
        self.write_unreached(&mut text);
        self.write_unreadable(&mut text);
        text
    }

    fn write_missing(&self, text: &mut String) {
        if self.missing.is_empty() {
            return;
        }
        line(
            text,
            "missing: facts that a condition reads and records lack; they count as empty",
        );
        let rows = self.missing.iter().map(|(fact, records)| {
            vec![
                fact.clone(),
                format!(
                    "{} ({})",
                    counted(*records, "record"),
                    share(*records, self.records)
                ),
            ]
        });
        table(text, "ll", rows.collect());
        text.push('\n');
    }

    fn write_summary(&self, text: &mut String) {
        let mut rows = Vec::new();
        let unreadable = match self.unreadable {
            0 => String::new(),
            lines => format!(", {} unreadable", counted(lines, "line")),
        };
        rows.push(vec![
            "records".to_owned(),
            format!("{}{unreadable}", grouped(self.records)),
        ]);
        let before = match self.agreement {
            Some(_) => {
                let same = self.records - self.changed;
                let of = format!(
                    "{} of {} decided as recorded",
                    grouped(same),
                    grouped(self.records)
                );
                rows.push(vec![
                    "agreement".to_owned(),
                    format!("{} ({of})", agreement_share(same, self.records)),
                ]);
                "as recorded"
            }
            None => "baseline",
        };
        rows.push(vec![
            "changed".to_owned(),
            format!(
                "{} ({})",
                grouped(self.changed),
                share(self.changed, self.records)
            ),
        ]);
        if self.estimated > 0 {
            let note = format!(
                "{}: a pool's order was not recorded, the seed gave it",
                grouped(self.estimated)
            );
            rows.push(vec!["estimated".to_owned(), note]);
        }
        let dollars = |cost: Option<Cost>| cost.map_or_else(unknown, Cost::in_dollars);
        let difference = match (self.cost.delta, self.cost.baseline) {
            (Some(delta), Some(baseline)) if self.unpriced == 0 => {
                format!("difference{}", relative(delta, baseline))
            }
            (Some(_), _) if self.unpriced > 0 => "difference of the records priced on both sides".to_owned(),
            _ => "difference".to_owned(),
        };
        let amounts = [
            (dollars(self.cost.baseline), before.to_owned()),
            (dollars(self.cost.candidate), "candidate".to_owned()),
            (self.cost.delta.map_or_else(unknown, signed), difference),
        ];
        let width = amounts.iter().map(|(amount, _)| amount.len()).max().unwrap_or(0);
        for (label, (amount, what)) in ["cost", "", ""].into_iter().zip(amounts) {
            rows.push(vec![label.to_owned(), format!("{amount:>width$}  {what}")]);
        }
        if self.unpriced > 0 {
            let note = format!(
                "{}: a price or the usage is not known; a cost that is not known is in no sum",
                grouped(self.unpriced)
            );
            rows.push(vec!["unpriced".to_owned(), note]);
        }
        table(text, "ll", rows);
    }

    fn write_transitions(&self, text: &mut String) {
        if self.transitions.is_empty() {
            return;
        }
        let mut rows = vec![header(&["records", "from", "to", "difference"])];
        rows.extend(self.transitions.iter().take(SHOWN_TRANSITIONS).map(|transition| {
            vec![
                grouped(transition.records),
                transition.from.in_words(),
                transition.to.in_words(),
                transition.delta.map_or_else(unknown, signed),
            ]
        }));
        line(text, "\ntransitions");
        table(text, "rllr", rows);
        let more = self.transitions.len().saturating_sub(SHOWN_TRANSITIONS);
        if more > 0 {
            line(text, &format!("  … {more} more: see `--format json`"));
        }
    }

    fn write_routes(&self, text: &mut String) {
        let mut rows = vec![header(&["records", "route", "cost"])];
        rows.extend(self.routes.iter().map(|route| {
            let cost = route.candidate.map_or_else(unknown, Cost::in_dollars);
            vec![grouped(route.records), route.route.clone(), cost]
        }));
        line(text, "\nroutes");
        table(text, "rlr", rows);
    }

    fn write_targets(&self, text: &mut String) {
        if self.targets.is_empty() {
            return;
        }
        let mut rows = vec![header(&[
            "records",
            "target",
            "input tokens",
            "output tokens",
            "cost",
        ])];
        rows.extend(self.targets.iter().map(|target| {
            vec![
                grouped(target.records),
                target.target.clone(),
                grouped(target.input_tokens),
                grouped(target.output_tokens),
                target.candidate.map_or_else(unknown, Cost::in_dollars),
            ]
        }));
        line(text, "\ntargets");
        table(text, "rlrrr", rows);
    }

    fn write_unreached(&self, text: &mut String) {
        if !self.unreached.is_empty() {
            line(text, &format!("\nunreached: {}", self.unreached.join(", ")));
        }
    }

    fn write_unreadable(&self, text: &mut String) {
        if self.unreadable == 0 {
            return;
        }
        line(text, "\nunreadable");
        for fault in &self.unreadable_lines {
            line(
                text,
                &format!("  {}:{}: {}", fault.source, fault.line, fault.reason),
            );
        }
        let more = self.unreadable.saturating_sub(self.unreadable_lines.len() as u64);
        if more > 0 {
            line(text, &format!("  … {} more", grouped(more)));
        }
    }
}

impl End {
    /// The place in few words.
    fn in_words(&self) -> String {
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
    fn in_dollars(self) -> String {
        let text = self.to_string();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        format!("{sign}${}.{fraction:0<2}", grouped(whole))
    }
}

fn signed(cost: Cost) -> String {
    let sign = if cost > Cost::ZERO { "+" } else { "" };
    format!("{sign}{}", cost.in_dollars())
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// The difference in percent, in brackets; nothing where it says nothing.
fn relative(delta: Cost, baseline: Cost) -> String {
    if baseline == Cost::ZERO || delta == Cost::ZERO {
        return String::new();
    }
    let percent = delta.picodollars() as f64 / baseline.picodollars() as f64 * 100.0;
    format!(" ({percent:+.2} %)")
}

/// A share in percent, cut to two decimals: only the whole is called 100 %, and only nothing 0 %.
fn share(part: u64, whole: u64) -> String {
    let basis_points = u128::from(part) * 10_000 / u128::from(whole.max(1));
    match basis_points {
        _ if part == 0 => "0 %".to_owned(),
        _ if part == whole => "100 %".to_owned(),
        0 => "< 0.01 %".to_owned(),
        _ => format!("{}.{:02} %", basis_points / 100, basis_points % 100),
    }
}

/// As [`share`]; where there are no records, all of them agree.
fn agreement_share(same: u64, records: u64) -> String {
    if records == 0 {
        share(1, 1)
    } else {
        share(same, records)
    }
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// Digits in groups of three.
fn grouped(number: impl ToString) -> String {
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

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

/// Rows in columns, indented; `alignment` has one `l` or `r` a column.
fn table(text: &mut String, alignment: &str, rows: Vec<Vec<String>>) {
    let mut widths = vec![0; alignment.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in rows {
        let mut shown = String::new();
        for ((cell, width), side) in row.iter().zip(&widths).zip(alignment.chars()) {
            let written = match side {
                'r' => write!(shown, "  {cell:>width$}"),
                _ => write!(shown, "  {cell:<width$}"),
            };
            debug_assert!(written.is_ok(), "a string takes everything");
        }
        line(text, shown.trim_end());
    }
}
