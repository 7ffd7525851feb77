//! Laws: whatever parses is formatted faithfully. `format` itself compares meaning, comments and a second formatting,
//! and answers with an error where they differ; the laws look for texts that make it do so.

use super::{formatted, try_format};
use crate::format::FormatError;
use proptest::prelude::*;

const LANGUAGE: &str = include_str!("../../syntax/tests/example.policy");
const CLAUSES: &str = include_str!("../../../tests/cases/right/every-clause.policy");

/// Statements in which comments have many places to stand.
const CONDITIONS: &str = r#"
let a = ( x == 1 && ( y in [ "a" , "b" , ] || ! ( z ) ) ) ? - 5 : - ( 5 ) + f ( 1 , [ 2 ] ) . g ( ) [ 0 ]
let b = { "k" : [ 1 , 2 ] , "l" : M { f : 1 , `g-h` : 2 } } . k
fact c list ( string ) default [ "a" , "b" ] from header "x-c"
fact d one of [ "a" , "b" ] from tenant default "a"
use "other.policy" tenants from "t.csv"
guard g { require ( target.tags . exists ( t , t == "x" ) ) set max_tokens at most 5 when ( ( a ) ) }
assert h { that ( position == 0 ) when has ( headers . `x-y` ) }
test "t" { expect { route r target not in [ a , b ] cost at most $0.5 deny 403 } given { tags [ "a" ] headers { "x" "y" } } failing [ m ] failing provider p }
defaults { hold 8M commit after 5s timeout total 1m connect 5s retry 1 on [ connect ] }
"#;

/// The words of a text, comments left out. Between any two of them there may be blanks, line ends and comments.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '#' => while chars.next_if(|char| *char != '\n').is_some() {},
            '"' | '\'' => {
                word.push(char);
                for inner in chars.by_ref() {
                    word.push(inner);
                    if inner == char {
                        break;
                    }
                }
            }
            char if char.is_whitespace() => words.push(std::mem::take(&mut word)),
            '(' | ')' | '[' | ']' | '{' | '}' | ',' => {
                words.push(std::mem::take(&mut word));
                words.push(char.to_string());
            }
            char => word.push(char),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn gap() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        " ",
        " ",
        " ",
        " ",
        " ",
        " ",
        "\n",
        "\n\n\n",
        "\r\n",
        "\t",
        " # one\n",
        "\n# two  \n",
        "\n\n#three\r\n\n",
        " #\n",
        " # a\n # b\n",
        "#\"}\n",
    ])
}

/// An expression with gaps, mostly one that parses.
fn expression() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(vec![
        "a",
        "tags",
        ".b",
        "1",
        "-5",
        "2u",
        "1e-5",
        ".5",
        "\"s\"",
        "r'\\'",
        "b\"x\"",
        "'''t\nu'''",
        "true",
        "fact",
        "model",
        "[]",
        "{}",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operators =
            proptest::sample::select(vec!["&&", "&&", "||", "||", "==", "<", "in", "+", "-", "*", "%"]);
        prop_oneof![
            (inner.clone(), gap(), operators, gap(), inner.clone()).prop_map(
                |(left, before, operator, behind, right)| format!("{left}{before}{operator}{behind} {right}")
            ),
            (gap(), inner.clone(), gap())
                .prop_map(|(before, inner, behind)| format!("({before}{inner}{behind})")),
            (gap(), inner.clone()).prop_map(|(gap, inner)| format!("!{gap}({inner})")),
            (gap(), inner.clone()).prop_map(|(gap, inner)| format!("-{gap}{inner}")),
            (inner.clone(), gap(), gap())
                .prop_map(|(inner, before, behind)| format!("{inner}{before}.{behind}f")),
            (inner.clone(), gap(), inner.clone(), gap())
                .prop_map(|(inner, before, index, behind)| format!("{inner}[{before}{index}{behind}]")),
            (inner.clone(), gap(), inner.clone(), gap(), inner.clone(), gap())
                .prop_map(|(one, a, two, b, three, c)| format!("{one} ?{a}{two}{b}: {three}{c}")),
            (gap(), inner.clone(), gap(), inner.clone(), gap())
                .prop_map(|(a, one, b, two, c)| format!("f({a}{one}{b},{two}{c})")),
            (gap(), inner.clone(), gap(), inner.clone(), gap())
                .prop_map(|(a, one, b, two, c)| format!("[{a}{one}{b},{two}{c},{a}]")),
            (gap(), inner.clone(), gap(), inner, gap())
                .prop_map(|(a, one, b, two, c)| format!("M{{{a}f{b}:{one}, g:{c}{two}}}")),
        ]
    })
}

/// What parses is formatted, to something that stays as it is.
fn check(text: &str) -> Result<(), TestCaseError> {
    match try_format(text) {
        Ok(out) => prop_assert_eq!(&formatted(&out), &out),
        Err(FormatError::Syntax(_)) => {}
        Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
    }
    Ok(())
}

/// Whole files are long: fewer of them do.
fn fewer() -> ProptestConfig {
    let cases = ProptestConfig::default().cases;
    ProptestConfig::with_cases(cases / 4)
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn blanks_and_comments_may_stand_anywhere(
        which in 0usize..3,
        gaps in proptest::collection::vec(gap(), 1000),
    ) {
        let text: String = words([LANGUAGE, CLAUSES, CONDITIONS][which])
            .iter()
            .zip(gaps.iter().cycle())
            .flat_map(|(word, gap)| [word, *gap])
            .collect();
        let out = match try_format(&text) {
            Ok(out) => out,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
        };
        prop_assert_eq!(&formatted(&out), &out);
    }

    #[test]
    fn white_space_is_no_style(gaps in proptest::collection::vec(proptest::sample::select(vec![" ", "\t", "\n  ", "\r\n"]), 1000)) {
        let words = words(LANGUAGE);
        let once = words.join(" ");
        let text: String = words.iter().zip(gaps.iter().cycle()).flat_map(|(word, gap)| [word, *gap]).collect();
        prop_assert_eq!(formatted(&text), formatted(&once));
    }

    #[test]
    fn mangled_files_keep_their_meaning(
        which in 0usize..3,
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..12, gap()), 1..6),
    ) {
        let mut text = [LANGUAGE, CLAUSES, CONDITIONS][which].to_owned();
        for (at, length, insert) in cuts {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, insert);
        }
        check(&text)?;
    }
}

#[test]
fn a_fact_called_as_its_keyword_may_stand_before_a_sign() {
    let out = formatted("let a = ( fact ) -  r'x' ? a : a\nlet b = (fact) .f ? a : a\n");
    assert_eq!(out, "let a = fact - r'x' ? a : a\nlet b = fact.f ? a : a\n");
}

#[test]
fn a_fact_called_as_the_keyword_of_a_block_may_stand_before_a_sign_and_a_map() {
    let out = formatted("let a = ( model -  {} )\nlet b = ( guard - {'k': 1} ).k\n");
    assert_eq!(out, "let a = model - {}\nlet b = (guard - {'k': 1}).k\n");
}

proptest! {
    #[test]
    fn conditions_keep_their_meaning(
        condition in expression(),
        value in expression(),
        behind in proptest::sample::select(vec!["", "defaults {attempts 1}", "fact f int from tenant default 0", "# c"]),
    ) {
        check(&format!("guard g {{ deny 403 'x' when {condition} require {value} }}"))?;
        check(&format!("let a = {condition}\n{behind}"))?;
    }
}
