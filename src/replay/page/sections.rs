//! The sections of the page: what changed first, then where, when, for whom, and what the numbers rest on. Each has a
//! bound, so that a month of traffic is a page that opens at once.

use super::super::condition;
use super::super::estimated::TimeChange;
use super::super::report::{CostChange, Report, Transition, TransitionExample};
use super::super::valued::OffPolicy;
use super::super::words::{
    ESTIMATED, OTHER_KIND, agreement_share, counted, grouped, relative, share, signed, unknown,
};
use super::charts::write_charts;
use super::escape::{Html, cut};
use super::flow::write_flow;
use crate::quantity::Cost;

/// Most changed groups that are listed.
const MOST_GROUPS: usize = 500;

/// Most changed groups whose examples are on the page.
const MOST_EXPLAINED: usize = 60;

/// Most tenants, rules and targets that are listed.
const MOST_ROWS: usize = 500;

/// Most characters of an explanation.
const LONGEST_EXAMPLE: usize = 4_000;

impl Report {
    pub(super) fn write_sections(&self, page: &mut Html) {
        self.write_head(page);
        write_flow(self, page);
        write_charts(&self.over_time, page);
        self.write_outcomes(page);
        self.write_groups(page);
        self.write_rules_table(page);
        self.write_tenants(page);
        self.write_targets_table(page);
        self.write_lines(page);
    }

    fn write_head(&self, page: &mut Html) {
        page.element("h1", "Policy dry run");
        page.element("p class=\"faint\"", &self.headline());
        page.raw("<dl class=\"cards\">\n");
        let changed = format!(
            "{} ({})",
            grouped(self.changed),
            share(self.changed, self.records)
        );
        card(page, "records", &grouped(self.records));
        card(page, "changed", &changed);
        if self.agreement.is_some() {
            let same = self.records.saturating_sub(self.changed);
            card(
                page,
                "agreement with the recording",
                &agreement_share(same, self.records),
            );
        }
        let before = if self.agreement.is_some() {
            "cost as recorded"
        } else {
            "cost before"
        };
        card(page, before, &dollars(self.cost.baseline));
        card(page, "cost after", &dollars(self.cost.candidate));
        card(page, "difference", &difference(&self.cost));
        for (label, before, after) in self.outcomes.rows() {
            card(page, label, &format!("{} → {}", grouped(before), grouped(after)));
        }
        self.write_times(page);
        page.raw("</dl>\n");
        let notes = [
            (
                self.unpriced,
                "without a known price or usage: they are in no difference",
            ),
            (self.estimated, ESTIMATED),
            (self.unreadable, "unreadable lines, listed below"),
            (self.other_kind, OTHER_KIND),
        ];
        for (records, note) in notes {
            if records > 0 {
                page.element("p class=\"note\"", &format!("{}: {note}", grouped(records)));
            }
        }
        let estimates = self.telling_estimate().map(|estimate| estimate.rows());
        for (label, told) in estimates.into_iter().flatten() {
            page.element("p class=\"note\"", &format!("estimate, {label}: {told}"));
        }
        let (conditions, _) = condition::told(&self.conditions);
        for [support, rule, why] in conditions {
            page.element("p class=\"note\"", &format!("{rule}: {support}, {why}"));
        }
        for (fact, records) in &self.missing {
            let lacking = format!(
                "missing: {} without {fact} ({}); it counts as empty",
                counted(*records, "record"),
                share(*records, self.records)
            );
            page.element("p class=\"note\"", &lacking);
        }
    }

    /// How long answers take, before and after.
    fn write_times(&self, page: &mut Html) {
        let times = self.estimate.as_ref().map(|estimate| {
            [
                ("mean ms to the end", estimate.ms),
                ("mean ms to the first token", estimate.first_token_ms),
            ]
        });
        for (label, change) in times.into_iter().flatten() {
            if let Some(TimeChange { baseline, candidate }) = change {
                card(
                    page,
                    label,
                    &format!("{:.0} → {:.0}", baseline.mean, candidate.mean),
                );
            }
        }
    }

    fn write_outcomes(&self, page: &mut Html) {
        let Some((head, rows)) = self.off_policy_rows() else {
            return;
        };
        page.raw("<section id=\"outcomes\">\n<h2>Outcomes</h2>\n");
        if let Some(warning) = self.off_policy.as_ref().and_then(OffPolicy::warning) {
            page.element("p class=\"note\"", &warning);
        }
        page.raw("<div class=\"scroll\"><table>\n");
        page.head("lllllllr", head);
        page.raw("<tbody>\n");
        for row in &rows {
            page.row("lllllllr", row);
        }
        page.raw("</tbody></table></div>\n</section>\n");
    }

    fn write_groups(&self, page: &mut Html) {
        page.raw("<section id=\"groups\">\n<h2>What changes</h2>\n");
        if self.transitions.is_empty() {
            return page.raw("<p>Nothing.</p>\n</section>\n");
        }
        field(page, "Show groups with");
        page.raw("<div class=\"scroll\"><table>\n");
        page.head("rllrl", &["records", "from", "to", "difference", ""]);
        for (at, transition) in self.transitions.iter().take(MOST_GROUPS).enumerate() {
            write_group(page, at, transition);
        }
        page.raw("</table></div>\n");
        more(page, self.transitions.len(), MOST_GROUPS);
        page.raw("</section>\n");
    }

    fn write_rules_table(&self, page: &mut Html) {
        page.raw("<section id=\"rules\">\n<h2>By rule</h2>\n");
        if !self.unreached.is_empty() {
            let names = self.unreached.iter().take(MOST_ROWS).map(String::as_str);
            let names: Vec<&str> = names.collect();
            page.element("p class=\"note\"", &format!("unreached: {}", names.join(", ")));
            more(page, self.unreached.len(), MOST_ROWS);
        }
        page.raw("<div class=\"scroll\"><table>\n");
        page.head("lrrrr", &["rule", "records", "before", "after", "difference"]);
        page.raw("<tbody>\n");
        for guard in self.guards.iter().take(MOST_ROWS) {
            let name = format!("guard {}", guard.guard);
            page.row("lr", &[name, grouped(guard.records)]);
        }
        for route in self.routes.iter().take(MOST_ROWS) {
            let cost = CostChange {
                baseline: route.baseline,
                candidate: route.candidate,
                delta: route.delta,
            };
            page.row(
                "lrrrr",
                &costed(format!("route {}", route.route), route.records, &cost),
            );
        }
        page.raw("</tbody></table></div>\n");
        more(page, self.guards.len().max(self.routes.len()), MOST_ROWS);
        page.raw("</section>\n");
    }

    fn write_tenants(&self, page: &mut Html) {
        page.raw("<section id=\"tenants\">\n<h2>By tenant</h2>\n");
        if self.too_many_tenants {
            return page.raw("<p class=\"note\">There are too many tenants to list.</p>\n</section>\n");
        }
        field(page, "Show tenants with");
        page.raw("<div class=\"scroll\"><table>\n");
        page.head(
            "lrrrrr",
            &["tenant", "records", "changed", "before", "after", "difference"],
        );
        for line in self.tenants.iter().take(MOST_ROWS) {
            let mut cells = costed(cut(line.name(), 200), line.records, &line.cost);
            cells.insert(2, grouped(line.changed));
            page.raw("<tbody data-row>");
            page.row("lrrrrr", &cells);
            page.raw("</tbody>");
        }
        page.raw("</table></div>\n");
        more(page, self.tenants.len(), MOST_ROWS);
        page.raw("</section>\n");
    }

    fn write_targets_table(&self, page: &mut Html) {
        page.raw("<section id=\"targets\">\n<h2>By target</h2>\n<div class=\"scroll\"><table>\n");
        page.head(
            "lrrrr",
            &["target", "records", "input tokens", "output tokens", "cost after"],
        );
        page.raw("<tbody>\n");
        for target in self.targets.iter().take(MOST_ROWS) {
            let cells = [
                target.target.clone(),
                grouped(target.records),
                grouped(target.input_tokens),
                grouped(target.output_tokens),
                dollars(target.candidate),
            ];
            page.row("lrrrr", &cells);
        }
        page.raw("</tbody></table></div>\n");
        more(page, self.targets.len(), MOST_ROWS);
        page.raw("</section>\n");
    }

    fn write_lines(&self, page: &mut Html) {
        if self.unreadable_lines.is_empty() {
            return;
        }
        page.raw("<section id=\"unreadable\">\n<h2>Unreadable lines</h2>\n<table>\n");
        page.head("lrl", &["input", "line", "what is wrong"]);
        page.raw("<tbody>\n");
        for fault in &self.unreadable_lines {
            let cells = [
                fault.source.clone(),
                fault.line.to_string(),
                cut(&fault.reason, 500),
            ];
            page.row("lrl", &cells);
        }
        page.raw("</tbody></table>\n</section>\n");
    }
}

/// A changed group: its row, and its examples in a row that a button opens.
fn write_group(page: &mut Html, at: usize, transition: &Transition) {
    page.raw("<tbody data-row><tr>");
    page.element("td class=\"n\"", &grouped(transition.records));
    page.element("td", &cut(&transition.from.in_words(), 300));
    page.element("td", &cut(&transition.to.in_words(), 300));
    page.element("td class=\"n\"", &transition.delta.map_or_else(unknown, signed));
    let examples: Vec<&TransitionExample> = transition.example.iter().chain(&transition.further).collect();
    if examples.is_empty() || at >= MOST_EXPLAINED {
        return page.raw("<td></td></tr></tbody>\n");
    }
    let id = format!("group-{at}");
    page.raw(&format!(
        "<td><button type=\"button\" aria-expanded=\"false\" aria-controls=\"{id}\" disabled>examples</button></td></tr>\n\
         <tr id=\"{id}\"><td colspan=\"5\">\n"
    ));
    for example in examples {
        write_example(page, example);
    }
    page.raw("</td></tr></tbody>\n");
}

fn write_example(page: &mut Html, example: &TransitionExample) {
    let id = example
        .id
        .as_deref()
        .map_or_else(String::new, |id| format!(", {}", cut(id, 200)));
    page.element(
        "p class=\"faint\"",
        &format!("{}:{}{id}", example.source, example.line),
    );
    if let Some(before) = &example.before {
        page.element("p", "before");
        page.element("pre", &cut(before, LONGEST_EXAMPLE));
        page.element("p", "after");
    }
    page.element("pre", &cut(&example.after, LONGEST_EXAMPLE));
}

fn card(page: &mut Html, label: &str, value: &str) {
    page.raw("<div>");
    page.element("dt", label);
    page.element("dd", value);
    page.raw("</div>\n");
}

/// The field that filters the table of its section; without scripts there is none.
fn field(page: &mut Html, label: &str) {
    page.raw("<label hidden>");
    page.text(label);
    page.raw("<input type=\"search\" autocomplete=\"off\" spellcheck=\"false\"><output></output></label>\n");
}

fn more(page: &mut Html, all: usize, shown: usize) {
    if all > shown {
        let more = format!("… and {} more: see --format json", grouped(all - shown));
        page.element("p class=\"note\"", &more);
    }
}

fn costed(name: String, records: u64, cost: &CostChange) -> Vec<String> {
    vec![
        name,
        grouped(records),
        dollars(cost.baseline),
        dollars(cost.candidate),
        difference(cost),
    ]
}

fn dollars(cost: Option<Cost>) -> String {
    cost.map_or_else(unknown, Cost::in_dollars)
}

fn difference(cost: &CostChange) -> String {
    let Some(delta) = cost.delta else {
        return unknown();
    };
    let relative = cost
        .baseline
        .map_or_else(String::new, |baseline| relative(delta, baseline));
    format!("{}{relative}", signed(delta))
}
