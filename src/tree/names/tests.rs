//! Strings found again by their numbers, and no others.

use super::Names;

#[test]
fn strings_are_numbered_in_ascending_order() {
    let names = Names::new(["b", "a", "", "b", "a long string of many words"].into_iter());
    let numbers = ["", "a", "a long string of many words", "b"].map(|text| names.find(text));
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(names.text(3), Some("a long string of many words"));
    assert_eq!(names.text(0), None);
}

#[test]
fn others_are_none_of_them() {
    let texts: Vec<String> = (0..10_000).map(|number| format!("t{number}")).collect();
    let names = Names::new(texts.iter().map(String::as_str));
    for text in &texts {
        assert_eq!(names.text(names.find(text)), Some(text.as_str()));
    }
    for other in 10_000..20_000 {
        assert_eq!(names.find(&format!("t{other}")), 0);
    }
    assert_eq!(names.find(&"t".repeat(1 << 20)), 0);
    assert_eq!(Names::new([].into_iter()).find(""), 0);
}
