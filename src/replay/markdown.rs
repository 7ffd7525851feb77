//! The report as a comment under a pull request: what changes first, what stays below a fold.

use super::condition;
use super::report::Report;
use super::valued::OffPolicy;
use super::words::{
    ESTIMATED, OTHER_KIND, SHOWN_EXAMPLES, SHOWN_TENANTS, SHOWN_TRANSITIONS, agreement_share, counted,
    grouped, relative, share, signed, unknown,
};
use crate::quantity::Cost;

impl Report {
    /// The report in GitHub's and GitLab's Markdown, each line with its end.
    pub fn to_markdown(&self) -> String {
        let mut page = Page::default();
        page.line(&format!("### Policy dry run: {}", self.headline()));
        self.write_summary_rows(&mut page);
        self.write_estimate(&mut page);
        self.write_missing_facts(&mut page);
        self.write_outcome_rows(&mut page);
        self.write_changes(&mut page);
        self.write_affected(&mut page);
        self.write_explained(&mut page);
        self.write_rules(&mut page);
        self.write_broken_lines(&mut page);
        page.text
    }

    /// What there is to say in one line.
    pub(super) fn headline(&self) -> String {
        if self.changed == 0 {
            return format!("none of {} changes", counted(self.records, "record"));
        }
        let cost = self.cost.delta.map_or_else(String::new, |delta| {
            format!(", cost {}", difference(delta, self.cost.baseline))
        });
        format!(
            "{} of {} change{cost}",
            grouped(self.changed),
            counted(self.records, "record")
        )
    }

    fn write_summary_rows(&self, page: &mut Page) {
        page.header(&["", "before", "after", "difference"], "lrrr");
        let dollars = |cost: Option<Cost>| cost.map_or_else(unknown, Cost::in_dollars);
        let delta = self
            .cost
            .delta
            .map_or_else(unknown, |delta| difference(delta, self.cost.baseline));
        page.row(&[
            "cost".to_owned(),
            dollars(self.cost.baseline),
            dollars(self.cost.candidate),
            delta,
        ]);
        for (label, before, after) in self.outcomes.rows() {
            let more = i128::from(after) - i128::from(before);
            page.row(&[
                label.to_owned(),
                grouped(before),
                grouped(after),
                format!("{more:+}"),
            ]);
        }
        page.blank();
        let changed = share(self.changed, self.records);
        page.line(&format!(
            "- {} changed ({changed})",
            counted(self.changed, "record")
        ));
        if self.agreement.is_some() {
            let same = self.records - self.changed;
            let agreement = agreement_share(same, self.records);
            page.line(&format!("- agreement with what was recorded: {agreement}"));
        }
        let notes: [(u64, &str); 4] = [
            (
                self.unpriced,
                "without a known price or usage; they are in no difference",
            ),
            (self.estimated, &format!("estimated: {ESTIMATED}")),
            (self.unreadable, "unreadable, listed below"),
            (self.other_kind, OTHER_KIND),
        ];
        for (records, note) in notes {
            if records > 0 {
                page.line(&format!("- {} {note}", grouped(records)));
            }
        }
    }

    fn write_estimate(&self, page: &mut Page) {
        let rows = self.telling_estimate().map(|estimate| estimate.rows());
        for (label, told) in rows.into_iter().flatten() {
            page.line(&format!("- estimate, {label}: {told}"));
        }
    }

    fn write_outcome_rows(&self, page: &mut Page) {
        let Some((head, rows)) = self.off_policy_rows() else {
            return;
        };
        if let Some(warning) = self.off_policy.as_ref().and_then(OffPolicy::warning) {
            page.line(&format!("- {warning}"));
        }
        page.blank();
        page.header(head, "lllllllr");
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            page.row(&cells);
        }
        page.blank();
    }

    fn write_missing_facts(&self, page: &mut Page) {
        for (fact, records) in &self.missing {
            let lacking = share(*records, self.records);
            page.line(&format!(
                "- fact {} is missing from {} ({lacking}): it counts as empty",
                code(fact),
                counted(*records, "record")
            ));
        }
        let (rows, more) = condition::told(&self.conditions);
        for [support, rule, why] in rows {
            page.line(&format!("- {}: {support}, {}", code(&rule), escaped(&why)));
        }
        if more > 0 {
            page.line(&format!(
                "- … and {more} more conditions that are not supported exactly: see `--format json`"
            ));
        }
        if !self.unreached.is_empty() {
            let names: Vec<String> = self.unreached.iter().map(|name| code(name)).collect();
            page.line(&format!("- unreached: {}", names.join(", ")));
        }
    }

    fn write_changes(&self, page: &mut Page) {
        if self.transitions.is_empty() {
            return;
        }
        page.blank();
        page.header(&["records", "from", "to", "cost"], "rllr");
        for transition in self.transitions.iter().take(SHOWN_TRANSITIONS) {
            page.row(&[
                grouped(transition.records),
                escaped(&transition.from.in_words()),
                escaped(&transition.to.in_words()),
                transition.delta.map_or_else(unknown, signed),
            ]);
        }
        let more = self.transitions.len().saturating_sub(SHOWN_TRANSITIONS);
        if more > 0 {
            page.blank();
            page.line(&format!("… and {more} more: see `--format json`"));
        }
    }

    /// For whom it changes.
    fn write_affected(&self, page: &mut Page) {
        let affected = self.affected();
        if affected.is_empty() {
            return;
        }
        page.blank();
        page.header(&["changed", "records", "tenant", "cost"], "rrlr");
        for tenant in affected.iter().take(SHOWN_TENANTS) {
            page.row(&[
                grouped(tenant.changed),
                grouped(tenant.records),
                escaped(tenant.name()),
                tenant.cost.delta.map_or_else(unknown, signed),
            ]);
        }
        let more = affected.len().saturating_sub(SHOWN_TENANTS);
        if more > 0 {
            page.blank();
            page.line(&format!("… and {more} more: see `--format json`"));
        }
    }

    fn write_explained(&self, page: &mut Page) {
        if self.transitions.is_empty() {
            return;
        }
        page.fold("Examples");
        for transition in self.transitions.iter().take(SHOWN_EXAMPLES) {
            let Some(example) = &transition.example else {
                continue;
            };
            let (from, to) = (transition.from.in_words(), transition.to.in_words());
            let place = code(&format!("{}:{}", example.source, example.line));
            page.line(&format!("{} → {}, {place}", escaped(&from), escaped(&to)));
            let shown = match &example.before {
                Some(before) => format!("before\n{before}\nafter\n{}", example.after),
                None => example.after.clone(),
            };
            page.verbatim(&shown);
        }
        page.end_fold();
    }

    fn write_rules(&self, page: &mut Page) {
        page.fold("Routes and targets");
        page.header(&["records", "route", "cost"], "rlr");
        for route in &self.routes {
            let cost = route.candidate.map_or_else(unknown, Cost::in_dollars);
            page.row(&[grouped(route.records), escaped(&route.route), cost]);
        }
        page.blank();
        page.header(
            &["records", "target", "input tokens", "output tokens", "cost"],
            "rlrrr",
        );
        for target in &self.targets {
            page.row(&[
                grouped(target.records),
                escaped(&target.target),
                grouped(target.input_tokens),
                grouped(target.output_tokens),
                target.candidate.map_or_else(unknown, Cost::in_dollars),
            ]);
        }
        page.end_fold();
    }

    fn write_broken_lines(&self, page: &mut Page) {
        if self.unreadable_lines.is_empty() {
            return;
        }
        page.fold("Unreadable lines");
        for fault in &self.unreadable_lines {
            page.line(&format!(
                "- {}: {}",
                code(&format!("{}:{}", fault.source, fault.line)),
                escaped(&fault.reason)
            ));
        }
        page.end_fold();
    }
}

/// A page of Markdown that grows line by line.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, content: &str) {
        self.text.push_str(content);
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.line("");
    }

    /// The head of a table; `alignment` has one `l` or `r` a column.
    fn header(&mut self, names: &[&str], alignment: &str) {
        self.end_paragraph();
        self.line(&format!("| {} |", names.join(" | ")));
        let rules: Vec<&str> = alignment
            .chars()
            .map(|side| if side == 'r' { "---:" } else { "---" })
            .collect();
        self.line(&format!("|{}|", rules.join("|")));
    }

    fn end_paragraph(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.blank();
        }
    }

    /// Lines as they stand, indented so that nothing in them can end the block.
    fn verbatim(&mut self, lines: &str) {
        self.blank();
        for content in lines.trim_end().lines() {
            self.line(format!("    {content}").trim_end());
        }
        self.blank();
    }

    fn row(&mut self, cells: &[String]) {
        self.line(&format!("| {} |", cells.join(" | ")));
    }

    fn fold(&mut self, title: &str) {
        self.blank();
        self.line(&format!("<details><summary>{title}</summary>"));
        self.blank();
    }

    fn end_fold(&mut self) {
        self.end_paragraph();
        self.line("</details>");
    }
}

fn difference(delta: Cost, baseline: Option<Cost>) -> String {
    let relative = baseline.map_or_else(String::new, |baseline| relative(delta, baseline));
    format!("{}{relative}", signed(delta))
}

/// Text that Markdown leaves as it is, also within a table.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => shown.push_str("&lt;"),
            '&' => shown.push_str("&amp;"),
            // Under a pull request `@name` would call somebody, and `#7` refer to another one.
            '@' => shown.push_str("@<!-- -->"),
            '#' => shown.push_str("\\#<!-- -->"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                shown.push('\\');
                shown.push(character);
            }
            character if character.is_control() => shown.push(' '),
            character => shown.push(character),
        }
    }
    shown
}

/// A name as code, with as many backticks as it takes.
fn code(text: &str) -> String {
    if text.contains(['`', '|']) || text.chars().any(char::is_control) {
        return escaped(text);
    }
    format!("`{text}`")
}
