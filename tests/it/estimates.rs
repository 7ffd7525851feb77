//! The estimate of input tokens beside exact counts of two tokenisers, on small texts of many kinds. The counts in
//! `tests/cases/tokens/counts.tsv` are made by `bench/tokens`.

use pointsman::wire::tokens::estimate_text;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Texts in Latin letters, code, JSON, numbers and random text: how far off the estimate may be, in percent.
const LATIN_ERROR: i64 = 12;

/// Chinese, Japanese, Korean and Russian, which the two tokenisers count differently by half.
const OTHER_ERROR: i64 = 40;

#[test]
fn the_estimate_is_near_what_tokenisers_count() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/tokens");
    let counts = fs::read_to_string(folder.join("counts.tsv")).expect("the counts");
    let mut table = String::new();
    let mut wrong = Vec::new();
    for line in counts.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let text = fs::read_to_string(folder.join(columns[0])).expect("a text");
        let estimate = i64::try_from(estimate_text(&text)).expect("few tokens");
        let error = |column: usize| {
            let exact: i64 = columns[column].parse().expect("a count");
            (estimate - exact) * 100 / exact
        };
        let errors = [error(1), error(2)];
        let _ = writeln!(
            table,
            "{:<12} {estimate:>5} {:>+4} % {:>+4} %",
            columns[0], errors[0], errors[1]
        );
        let most = match columns[0] {
            "chinese.txt" | "japanese.txt" | "korean.txt" | "russian.txt" => OTHER_ERROR,
            _ => LATIN_ERROR,
        };
        if errors.iter().any(|error| error.abs() > most) {
            wrong.push(columns[0].to_owned());
        }
    }
    assert!(wrong.is_empty(), "{wrong:?} are too far off:\n{table}");
    insta::assert_snapshot!(table);
}
