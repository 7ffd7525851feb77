//! CEL as its specification has it: the cases of `tests/cases/cel`, one a line, through the evaluation of `eval`.
//!
//! `EXPRESSION => OUTCOME`. The outcome is the value as `eval` prints it, `ok` for any value, `error` or
//! `error: PART OF THE MESSAGE` for an expression without a value, `refused` for text that is no expression.
//! `given JSON` sets the variables of the lines below it. `{{…}}` writes white space as `\n`, `\r`, `\t`, `\f`;
//! `repeat N "A" "B" "C"` is A N times, B, C N times. Empty lines and lines with `#` say something to people.

use pointsman::source::SourceMap;
use pointsman::syntax::parse_cel;
use pointsman::tree::eval::{EvalValue, evaluate};
use std::fs;
use std::path::Path;

/// At least so many cases stand in the files.
const LEAST_CASES: usize = 900;

#[test]
fn expressions_evaluate_as_the_specification_says() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for (name, text) in files() {
        let mut variables = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(json) = line.strip_prefix("given ") {
                variables = given(json);
                continue;
            }
            let (expression, wanted) = line.rsplit_once(" => ").expect("a line with `=>`");
            let outcome = outcome(&expand(expression), &variables);
            cases += 1;
            if !fits(&outcome, wanted) {
                wrong.push(format!(
                    "{name}:{}: {expression} => {outcome}, not {wanted}",
                    number + 1
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {cases} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cases >= LEAST_CASES, "only {cases} cases");
}

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cel");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

fn given(json: &str) -> Vec<(String, EvalValue)> {
    let given: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).expect("an object");
    given
        .iter()
        .map(|(name, value)| (name.clone(), EvalValue::from(value)))
        .collect()
}

/// The expression that a line means.
fn expand(written: &str) -> String {
    if let Some(quoted) = written
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"))
    {
        let plain = quoted.replace("\\n", "\n").replace("\\r", "\r");
        return plain.replace("\\t", "\t").replace("\\f", "\u{c}");
    }
    let Some((times, parts)) = written
        .strip_prefix("repeat ")
        .and_then(|rest| rest.split_once(' '))
    else {
        return written.to_owned();
    };
    let times = times.parse().expect("a number");
    let parts: Vec<&str> = parts.split('"').skip(1).step_by(2).collect();
    format!("{}{}{}", parts[0].repeat(times), parts[1], parts[2].repeat(times))
}

fn outcome(text: &str, variables: &[(String, EvalValue)]) -> String {
    let file = SourceMap::new().add("expression", text);
    let Ok(expression) = parse_cel(file, text) else {
        return "refused".to_owned();
    };
    match evaluate(&expression, variables) {
        Ok(value) => value.to_cel_literal(),
        Err(error) => format!("error: {error}"),
    }
}

fn fits(outcome: &str, wanted: &str) -> bool {
    match wanted {
        "ok" => outcome != "refused" && !outcome.starts_with("error: "),
        "error" => outcome.starts_with("error: "),
        _ => match (outcome.strip_prefix("error: "), wanted.strip_prefix("error: ")) {
            (Some(message), Some(part)) => message.contains(part),
            _ => outcome == wanted,
        },
    }
}
