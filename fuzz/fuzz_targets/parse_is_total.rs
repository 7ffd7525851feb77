//! Any text parses to a document or to diagnostics: no panic, no overflow, no span outside the text. And an expression
//! that parses prints to text that parses to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pointsman::diagnostic::render_human;
use pointsman::source::SourceMap;
use pointsman::syntax::{parse, parse_expression, print};

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::new();
    let file = sources.add("fuzz.policy", text);
    let (document, errors) = parse(file, text);
    for statement in &document.statements {
        assert!(text.get(statement.span.range()).is_some());
    }
    for label in errors.iter().filter_map(|error| error.primary()) {
        assert!(text.get(label.span.range()).is_some());
    }
    let shown = errors.get(..errors.len().min(3)).unwrap_or_default();
    assert_eq!(render_human(shown, &sources, false).is_empty(), shown.is_empty());
    if let Ok(expression) = parse_expression(file, text) {
        let printed = print::expression(&expression);
        let again = parse_expression(file, &printed).map(|again| print::expression(&again));
        assert_eq!(again.as_ref(), Ok(&printed));
    }
});
