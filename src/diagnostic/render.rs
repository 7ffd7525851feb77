//! Diagnostics for people and for machines.

use super::excerpt::Excerpt;
use super::{Diagnostic, Edit, Label, Request, Severity};
use crate::source::{SourceMap, Span};
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;
use std::borrow::Cow;

/// Most other places that are shown of one diagnostic.
const MOST_PLACES: usize = 16;

/// Diagnostics as text for people: code and message, file, line and column, the source with the span underlined, help
/// below. With `color`, styled for a terminal. One blank line stands between two diagnostics; empty for none.
pub fn render_human(diagnostics: &[Diagnostic], sources: &SourceMap, color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = String::new();
    for diagnostic in diagnostics {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&renderer.render(&[group(diagnostic, sources)]));
        text.push('\n');
    }
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut group = level
        .primary_title(one_line(&diagnostic.message))
        .id(diagnostic.code.id())
        .elements(Vec::<Element<'a>>::new());
    for place in places(diagnostic) {
        for element in place.elements(sources) {
            group = group.element(element);
        }
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(one_line(help)));
    }
    // Where there is help, it says already what a fix would do.
    if diagnostic.help.is_empty() {
        for fix in &diagnostic.fixes {
            group = group.element(Level::HELP.message(one_line(fix.title())));
        }
    }
    group
}

/// Text that may hold user input, without anything that a terminal would obey: neither control characters nor the marks
/// that turn the direction of writing, which could make one name look like another.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let is_obeyed = |character: char| {
        character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(is_obeyed) {
        Cow::Owned(text.replace(is_obeyed, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Labels that are shown in one excerpt of one file.
struct Place<'a> {
    primary: &'a Label,
    near: Vec<&'a Label>,
    leads: bool,
}

/// The primary label with the others that stand in its excerpt, then each other label by itself.
fn places(diagnostic: &Diagnostic) -> Vec<Place<'_>> {
    let mut places: Vec<Place<'_>> = diagnostic
        .primary
        .iter()
        .map(|primary| Place {
            primary,
            near: Vec::new(),
            leads: true,
        })
        .collect();
    for label in diagnostic.secondary.iter().take(MOST_PLACES) {
        match places
            .iter_mut()
            .find(|place| near(place.primary.span, label.span))
        {
            Some(place) => place.near.push(label),
            None => places.push(Place {
                primary: label,
                near: Vec::new(),
                leads: false,
            }),
        }
    }
    places
}

/// Whether two spans are near enough to be shown in one excerpt.
fn near(one: Span, other: Span) -> bool {
    const NEAR: u32 = 2_000;
    one.file == other.file && one.start.abs_diff(other.start) < NEAR
}

impl<'a> Place<'a> {
    fn elements(&self, sources: &'a SourceMap) -> Vec<Element<'a>> {
        let Some(file) = sources.file(self.primary.span.file) else {
            return Vec::new();
        };
        let spans = std::iter::once(self.primary.span).chain(self.near.iter().map(|label| label.span));
        let excerpt = Excerpt::around(file, spans);
        let mut snippet = Snippet::source(excerpt.text).line_start(excerpt.line).fold(true);
        let kind = if self.leads {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let labels = std::iter::once((kind, self.primary))
            .chain(self.near.iter().map(|label| (AnnotationKind::Context, *label)));
        for (kind, label) in labels {
            snippet = snippet.annotation(annotation(kind, label, &excerpt));
        }
        if excerpt.begins_a_line {
            return vec![snippet.path(one_line(file.name())).into()];
        }
        let at = file.position(self.primary.span.start as usize);
        vec![
            Origin::path(one_line(file.name()))
                .line(at.line)
                .char_column(at.column)
                .into(),
            snippet.into(),
        ]
    }
}

fn annotation<'a>(kind: AnnotationKind, label: &'a Label, excerpt: &Excerpt<'a>) -> Annotation<'a> {
    let annotation = kind.span(excerpt.within(label.span));
    if label.text.is_empty() {
        annotation
    } else {
        annotation.label(one_line(&label.text))
    }
}

/// A diagnostic as machines read it.
#[derive(Serialize)]
struct Json<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
    help: &'a [String],
    also: Vec<JsonPlace<'a>>,
    fixes: Vec<JsonFix<'a>>,
    request: Option<serde_json::Value>,
}

/// A change that would settle a diagnostic.
#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    applicability: &'a str,
    edits: Vec<JsonEdit<'a>>,
}

/// Text that takes the place of other text: bytes from 0, lines and columns as those of places.
#[derive(Serialize)]
struct JsonEdit<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

/// A place: lines and columns count from 1, columns in Unicode scalar values. What concerns the whole policy has none.
#[derive(Default, Serialize)]
struct JsonPlace<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    label: Option<&'a str>,
}

/// Diagnostics as a JSON array, in the order given: `code`, `severity`, `message`, `help`, `also` (other places), and
/// the place: `file`, `line`, `column`, `end_line`, `end_column`, `label`, which are null where there is none. Each of
/// the `fixes` has `title`, `applicability` (`safe` or `suggestion`) and `edits`: `file`, the bytes from `start` to
/// `end` with their lines and columns, and the `text` to put there. `request` shows what was found, and is null where
/// there is none to show: `facts` as `explain --facts` takes them, the `seed` as `--seed` does, and where they are
/// needed `orders` as `--orders` does.
pub fn render_json(diagnostics: &[Diagnostic], sources: &SourceMap) -> serde_json::Value {
    let rendered: Vec<Json<'_>> = diagnostics
        .iter()
        .map(|diagnostic| json(diagnostic, sources))
        .collect();
    serde_json::to_value(rendered).unwrap_or_default()
}

fn json<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Json<'a> {
    Json {
        code: diagnostic.code.id(),
        severity: diagnostic.severity.name(),
        message: &diagnostic.message,
        place: diagnostic
            .primary
            .as_ref()
            .and_then(|label| json_place(label, sources))
            .unwrap_or_default(),
        help: &diagnostic.help,
        also: diagnostic
            .secondary
            .iter()
            .filter_map(|label| json_place(label, sources))
            .collect(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| JsonFix {
                title: fix.title(),
                applicability: fix.applicability().name(),
                edits: fix
                    .edits()
                    .iter()
                    .filter_map(|edit| json_edit(edit, sources))
                    .collect(),
            })
            .collect(),
        request: diagnostic.request().map(json_request),
    }
}

/// A request that shows a finding, as machines take it up.
pub(super) fn json_request(request: &Request) -> serde_json::Value {
    let mut json = serde_json::json!({ "facts": request.facts, "seed": format!("{:x}", request.seed) });
    if !request.orders.is_empty() {
        let orders = request.orders.iter();
        let orders = orders.map(|(pool, members)| (pool.clone(), members.clone().into()));
        json["orders"] = serde_json::Value::Object(orders.collect());
    }
    json
}

fn json_edit<'a>(edit: &'a Edit, sources: &'a SourceMap) -> Option<JsonEdit<'a>> {
    let file = sources.file(edit.span.file)?;
    let (start, end) = (
        file.position(edit.span.start as usize),
        file.position(edit.span.end as usize),
    );
    Some(JsonEdit {
        file: file.name(),
        start: edit.span.start,
        end: edit.span.end,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        text: &edit.text,
    })
}

fn json_place<'a>(label: &'a Label, sources: &'a SourceMap) -> Option<JsonPlace<'a>> {
    let file = sources.file(label.span.file)?;
    let (start, end) = (
        file.position(label.span.start as usize),
        file.position(label.span.end as usize),
    );
    Some(JsonPlace {
        file: Some(file.name()),
        line: Some(start.line),
        column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
        label: Some(&label.text),
    })
}
