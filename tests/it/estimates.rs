//! The estimate of input tokens beside exact counts of two tokenisers, on small texts of many kinds, and the facts of
//! policies that ask for those counts. The counts in `tests/cases/tokens/counts.tsv` are made by `bench/tokens`.

use http::HeaderMap;
use pointsman::compile::compile_text;
use pointsman::facts::{Builtin, Timestamp};
use pointsman::gateway::Wishes;
use pointsman::wire::endpoint::Endpoint;
use pointsman::wire::tokens::{MESSAGE_TOKENS, PRIMER_TOKENS, estimate_text};
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

#[test]
fn a_tokenizer_counts_exactly() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/tokens");
    let counts = fs::read_to_string(folder.join("counts.tsv")).expect("the counts");
    let tokens = [observer("o200k"), observer("cl100k")];
    for line in counts.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let text = fs::read_to_string(folder.join(columns[0])).expect("a text");
        let counted = tokens.each_ref().map(|tokens| tokens(&text));
        let exact = [columns[1], columns[2]].map(|count| count.parse::<u64>().expect("a count"));
        let around = MESSAGE_TOKENS + PRIMER_TOKENS;
        assert_eq!(counted, exact.map(|count| count + around), "{}", columns[0]);
    }
}

/// The fact `tokens` of a chat request with one message of a text, where a policy names this tokenizer.
fn observer(tokenizer: &str) -> impl Fn(&str) -> u64 {
    let policy = format!(
        "provider p {{ protocol openai url \"http://127.0.0.1:1\" }}\nmodel m {{ provider p }}\n\
         defaults {{ tokenizer {tokenizer} }}\nroute long {{ when tokens > 1000 target m }}\nroute rest {{ target m }}"
    );
    let tree = compile_text(&policy).expect("a policy").tree;
    let wishes = Wishes::new(&tree, None);
    move |text| {
        let message = serde_json::json!({"role": "user", "content": text});
        let body = serde_json::json!({"model": "m", "messages": [message]}).to_string();
        let head = wishes
            .head(tree.policy(), None, &HeaderMap::new(), Timestamp::EPOCH)
            .expect("no headers");
        let observation = wishes
            .body(tree.policy(), head, Endpoint::Chat, body.as_bytes())
            .expect("a body");
        u64::try_from(observation.facts.int(Builtin::Tokens.into())).expect("a number of tokens")
    }
}
