//! The report as people read it: what the records lack first, for it bears on everything below.

use super::condition;
use super::report::Report;
use super::valued::OffPolicy;
use super::words::{
    ESTIMATED, OTHER_KIND, SHOWN_TENANTS, SHOWN_TRANSITIONS, agreement_share, counted, grouped, relative,
    share, signed, unknown,
};
use crate::diagnostic::one_line;
use crate::quantity::Cost;
use std::fmt::Write;

impl Report {
    /// The report as text, each line with its end.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write_missing(&mut text);
        self.write_conditions(&mut text);
        self.write_summary(&mut text);
        self.write_off_policy(&mut text);
        self.write_transitions(&mut text);
        self.write_affected_tenants(&mut text);
        self.write_examples(&mut text);
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

    fn write_conditions(&self, text: &mut String) {
        let (rows, more) = condition::told(&self.conditions);
        if rows.is_empty() {
            return;
        }
        line(text, "conditions that the recording does not support exactly");
        table(text, "lll", rows.into_iter().map(Vec::from).collect());
        if more > 0 {
            line(text, &format!("  … {more} more: see `--format json`"));
        }
        text.push('\n');
    }

    fn write_summary(&self, text: &mut String) {
        let mut rows = Vec::new();
        let mut records = grouped(self.records);
        if self.unreadable > 0 {
            records.push_str(&format!(", {} unreadable", counted(self.unreadable, "line")));
        }
        if self.other_kind > 0 {
            records.push_str(&format!(", {} {OTHER_KIND}", grouped(self.other_kind)));
        }
        rows.push(vec!["records".to_owned(), records]);
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
            let note = format!("{}: {ESTIMATED}", grouped(self.estimated));
            rows.push(vec!["estimated".to_owned(), note]);
        }
        for (label, before, after) in self.outcomes.rows() {
            let counts = format!("{} → {}", grouped(before), grouped(after));
            rows.push(vec![label.to_owned(), counts]);
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
        if let Some(estimate) = self.telling_estimate() {
            line(text, "\nestimate, with intervals of 95 %");
            let rows = estimate.rows().into_iter().map(|(label, told)| vec![label, told]);
            table(text, "ll", rows.collect());
        }
    }

    fn write_off_policy(&self, text: &mut String) {
        let Some((head, rows)) = self.off_policy_rows() else {
            return;
        };
        line(text, "\noutcomes under the candidate, with intervals of 95 %");
        let rows = std::iter::once(header(head)).chain(rows).collect();
        table(text, "lllllllr", rows);
        if let Some(warning) = self.off_policy.as_ref().and_then(OffPolicy::warning) {
            line(text, &format!("  {warning}"));
        }
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

    /// For whom it changes.
    fn write_affected_tenants(&self, text: &mut String) {
        let affected = self.affected();
        if affected.is_empty() {
            return;
        }
        let mut rows = vec![header(&["changed", "records", "tenant", "difference"])];
        rows.extend(affected.iter().take(SHOWN_TENANTS).map(|tenant| {
            vec![
                grouped(tenant.changed),
                grouped(tenant.records),
                tenant.name().to_owned(),
                tenant.cost.delta.map_or_else(unknown, signed),
            ]
        }));
        line(text, "\ntenants");
        table(text, "rrlr", rows);
        let more = affected.len().saturating_sub(SHOWN_TENANTS);
        if more > 0 {
            line(text, &format!("  … {more} more: see `--format json`"));
        }
    }

    fn write_examples(&self, text: &mut String) {
        for (transition, example) in self.shown_examples() {
            let (from, to) = (transition.from.in_words(), transition.to.in_words());
            let place = format!("{}:{}", example.source, example.line);
            text.push('\n');
            line(text, &one_line(&format!("example: {from} → {to}, {place}")));
            if let Some(before) = &example.before {
                line(text, "  before");
                indented(text, before);
                line(text, "  after");
            }
            indented(text, &example.after);
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
            let told = format!("  {}:{}: {}", fault.source, fault.line, fault.reason);
            line(text, &one_line(&told));
        }
        let more = self.unreadable.saturating_sub(self.unreadable_lines.len() as u64);
        if more > 0 {
            line(text, &format!("  … {} more", grouped(more)));
        }
    }
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

fn indented(text: &mut String, lines: &str) {
    for content in lines.trim_end().lines() {
        line(text, format!("    {content}").trim_end());
    }
}

/// Rows in columns, indented; `alignment` has one `l` or `r` a column. Names in them are those of records, whatever these
/// hold.
fn table(text: &mut String, alignment: &str, mut rows: Vec<Vec<String>>) {
    for cell in rows.iter_mut().flatten() {
        *cell = one_line(cell).into_owned();
    }
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
