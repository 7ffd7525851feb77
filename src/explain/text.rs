//! An explanation laid out for a terminal.

use super::conditions::{Condition, Rule};
use super::explanation::Explanation;
use super::outcome::{Decided, PlanGroup, PoolOrder, Settings, ShadowDraw, SplitDraw};
use super::style::Style;

/// Most characters of a value that are shown.
const LONGEST_VALUE: usize = 100;

/// The whole explanation, each section with a heading.
pub(super) fn lay_out(explanation: &Explanation, color: bool) -> String {
    let mut page = Page {
        text: String::new(),
        style: Style::new(color),
    };
    page.verdict(&explanation.decision);
    page.facts(&explanation.shown_facts);
    for (heading, keyword) in [
        ("assumptions", "assume "),
        ("guards", "guard "),
        ("routes", "route "),
    ] {
        let rules = explanation.rules.iter();
        let rules: Vec<&Rule> = rules.filter(|rule| rule.rule.starts_with(keyword)).collect();
        page.rules(heading, &rules);
    }
    page.skipped(explanation);
    if let Some(split) = &explanation.split {
        page.split(split);
    }
    page.pools(&explanation.pools);
    page.plan(&explanation.decision, &explanation.plan);
    if let Some(shadow) = &explanation.shadow {
        page.shadow(shadow);
    }
    if let Some(settings) = &explanation.settings {
        page.settings(&explanation.decision, settings);
    }
    page.text
}

/// The text so far.
struct Page {
    text: String,
    style: Style,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, name: &str) {
        self.line("");
        let heading = self.style.heading(name);
        self.line(&heading);
    }

    /// The decision in a line or two.
    fn verdict(&mut self, decision: &Decided) {
        let route = match &decision.route {
            Some(route) => format!("route {route}: "),
            None => String::new(),
        };
        let line = if let Some(denied) = &decision.denied {
            let by = match (&decision.route, denied.code) {
                (Some(_), _) => String::new(),
                (None, Some(_)) => format!(" by assumption {}", denied.by),
                (None, None) => format!(" by guard {}", denied.by),
            };
            let verdict = format!("denied {}{by}", denied.status);
            format!(
                "{route}{}, {:?}",
                self.style.refusal(&verdict),
                cut(&denied.message)
            )
        } else if let Some(error) = decision.error {
            let by = match decision.removed_by.as_slice() {
                [] => String::new(),
                guards => format!(", targets removed by guard {}", guards.join(", ")),
            };
            format!("{route}{}{by}", self.style.refusal(error))
        } else {
            format!("{route}{}", self.style.heading(&decision.targets.join(", then ")))
        };
        self.line(&line);
        if let Some(also) = decision.denied.as_ref().filter(|denied| !denied.also.is_empty()) {
            let what = if also.code.is_some() {
                "assumption"
            } else {
                "guard"
            };
            self.line(&format!("also denied by {what} {}", also.also.join(", ")));
        }
        if let Some(cap) = decision.max_tokens {
            self.line(&format!("max_tokens at most {cap}"));
        }
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        self.heading("facts");
        let width = widest(facts.iter().map(|(name, _)| name.as_str()));
        for (name, value) in facts {
            self.line(&format!("  {name:width$}  {}", cut(value)));
        }
    }

    fn rules(&mut self, heading: &str, rules: &[&Rule]) {
        if rules.is_empty() {
            return;
        }
        self.heading(heading);
        let names: Vec<&str> = rules.iter().map(|rule| own_name(rule)).collect();
        let width = widest(names.iter().copied());
        for (rule, name) in rules.iter().zip(names) {
            let outcome = self.style.outcome(rule.outcome, word(rule.outcome));
            let place = self.style.faint(&format!("{}:{}", rule.file, rule.line));
            let does = match rule.outcome {
                Some(true) if !rule.does.is_empty() => format!("  {}", cut(&rule.does.join("; "))),
                _ => String::new(),
            };
            self.line(&format!("  {outcome}  {name:width$}  {place}{does}"));
            self.conditions(&rule.conditions);
        }
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        let width = widest(conditions.iter().map(|condition| condition.text.as_str()));
        for condition in conditions {
            let outcome = self.style.outcome(condition.outcome, word(condition.outcome));
            let values = cut(&condition.shown.join(", "));
            self.line(&format!("       {outcome}  {:width$}  {values}", condition.text));
        }
    }

    /// What left the plan and why; of a guard's `require` the comparisons that say so.
    fn skipped(&mut self, explanation: &Explanation) {
        let skipped = &explanation.decision.skipped;
        if skipped.is_empty() {
            return;
        }
        self.heading("skipped");
        let width = widest(skipped.iter().map(|skip| skip.target.as_str()));
        for skip in skipped {
            self.line(&format!("  {:width$}  {}", skip.target, skip.why));
            let against = explanation
                .requirements
                .iter()
                .find(|requirement| requirement.target == skip.target && !requirement.outcome);
            if let Some(requirement) = against {
                self.conditions(&requirement.conditions);
            }
        }
    }

    fn split(&mut self, split: &SplitDraw) {
        self.heading("split");
        let by = match split.by_seed {
            true => format!("{}: seed {}", split.by, split.key),
            false => format!("{}: {:?}", split.by, cut(&split.key)),
        };
        let draw = match split.draw {
            Some(draw) => format!("{draw} of 10000"),
            None => "no arm holds a target".to_owned(),
        };
        self.line(&format!("  by {by}, draw {draw}"));
        let width = widest(split.arms.iter().map(|arm| arm.target.as_str()));
        for arm in &split.arms {
            let note = match (split.chosen.as_ref() == Some(&arm.target), arm.open) {
                (true, _) => "drawn",
                (false, true) => "",
                (false, false) => "no target left",
            };
            self.line(&format!("  {:width$}  {:>6}  {note}", arm.target, arm.share));
        }
    }

    fn pools(&mut self, pools: &[PoolOrder]) {
        if pools.is_empty() {
            return;
        }
        self.heading("pools");
        let width = widest(pools.iter().map(|pool| pool.pool.as_str()));
        for pool in pools {
            let origin = self
                .style
                .faint(&format!("(pick {}, order: {})", pool.pick, pool.source));
            let order = pool.order.join(", ");
            self.line(&format!("  {:width$}  {order}  {origin}", pool.pool));
        }
    }

    fn plan(&mut self, decision: &Decided, groups: &[PlanGroup]) {
        if decision.targets.is_empty() {
            return;
        }
        self.heading("plan");
        let width = widest(decision.targets.iter().map(String::as_str));
        for (place, target) in decision.targets.iter().enumerate() {
            let clauses: Vec<&str> = groups
                .iter()
                .filter(|group| group.targets.contains(target))
                .map(|group| group.clause.as_str())
                .collect();
            let clauses = self.style.faint(&clauses.join(", "));
            self.line(&format!("  {:>2}  {target:width$}  {clauses}", place + 1));
        }
        if decision.targets.len() > 1 {
            self.groups(groups);
        }
    }

    /// Where a copy goes, and why this request has one or none.
    fn shadow(&mut self, shadow: &ShadowDraw) {
        self.heading("shadow");
        let note = match (shadow.drawn, &shadow.skipped) {
            (true, None) => "a copy goes there".to_owned(),
            (false, None) => "not drawn".to_owned(),
            (_, Some(why)) => why.clone(),
        };
        let origin = self.style.faint(&format!("(draw {} of 10000)", shadow.draw));
        self.line(&format!(
            "  {}  {}  {note}  {origin}",
            shadow.target, shadow.share
        ));
    }

    /// After which failures each clause is gone to; the first one only where it has more than one target.
    fn groups(&mut self, groups: &[PlanGroup]) {
        let width = widest(groups.iter().map(|group| group.clause.as_str()));
        for (index, group) in groups.iter().enumerate() {
            if let Some(hedge) = &group.hedge {
                let note = format!("{} beside it after {} without content", hedge.target, hedge.after);
                self.line(&format!("  {:width$}  {note}", group.clause));
            }
            if index > 0 || group.targets.len() > 1 {
                let classes = listed(&group.on);
                self.line(&format!("  {:width$}  on {classes}", group.clause));
            }
        }
    }

    fn settings(&mut self, decision: &Decided, settings: &Settings) {
        let first = decision.targets.first().map_or("", String::as_str);
        self.heading(&format!("settings of {first}"));
        let order = ["connect", "headers", "first-token", "idle", "total"];
        let timeouts: Vec<String> = order
            .into_iter()
            .filter_map(|name| Some(format!("{name} {}", settings.timeouts.get(name)?)))
            .collect();
        self.line(&format!("  timeout   {}", timeouts.join(" ")));
        let retry = &settings.retry;
        self.line(&format!("  retry     {} on {}", retry.count, listed(&retry.on)));
        self.line(&format!("  commit    {}", settings.commit));
        self.line(&format!("  attempts  {}", settings.attempts));
        if let Some(record) = &settings.record {
            self.line(&format!("  record    {record}"));
        }
    }
}

fn own_name(rule: &Rule) -> &str {
    rule.rule
        .split_once(' ')
        .map_or(rule.rule.as_str(), |(_, name)| name)
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    }
}

/// An outcome in three letters; what was not looked at is a dash.
fn word(outcome: Option<bool>) -> &'static str {
    match outcome {
        Some(true) => "yes",
        Some(false) => "no ",
        None => "-  ",
    }
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0)
}

/// A text on one line, cut where it is too long.
fn cut(text: &str) -> String {
    let line = text.replace('\n', " ");
    match line.char_indices().nth(LONGEST_VALUE) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}
