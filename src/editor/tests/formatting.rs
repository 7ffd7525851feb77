//! Texts brought into canonical form.

use super::super::formatting::change;
use crate::format::format;
use crate::source::SourceMap;

#[test]
fn the_change_leads_to_the_canonical_form_and_spares_the_rest() {
    let ugly = super::EXAMPLE.replace("  target requested\n", "      target requested   # all\n");
    let formatted = format(SourceMap::new().add("", ""), &ugly).unwrap();
    let (range, new) = change(&ugly).unwrap().unwrap();
    let mut changed = ugly.clone();
    changed.replace_range(range, &new);
    assert_eq!(changed, formatted);
    assert_eq!(change(&formatted), Ok(None));
    // One line is wrong, one line is replaced.
    let wrong = formatted.replacen("  pick ", "      pick ", 1);
    let (_, new) = change(&wrong).unwrap().unwrap();
    assert_eq!(new.lines().count(), 1, "{new}");
}

#[test]
fn lines_that_repeat_are_no_trouble() {
    for text in [
        "let a = 1\n\n\n\n\n\nlet b = 2\n",
        "let a = 1\n\n\n",
        "\n\n\nlet a = 1",
        "let a=1",
    ] {
        let formatted = format(SourceMap::new().add("", ""), text).unwrap();
        if let Some((range, new)) = change(text).unwrap() {
            let mut changed = text.to_owned();
            changed.replace_range(range, &new);
            assert_eq!(changed, formatted);
        }
    }
}

#[test]
fn what_does_not_parse_is_left_alone() {
    assert_eq!(change("route x { when"), Ok(None));
}
