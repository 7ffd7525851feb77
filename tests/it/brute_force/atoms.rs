//! Questions about one or two facts of a request, as CEL, and the values of which some come out one way, some the
//! other.

use super::choices::Choices;
use pointsman::facts::{Timestamp, Value};

/// Letters that strings of the tests are made of; the last is in no constant.
const LETTERS: [&str; 3] = ["a", "b", "c"];

/// Constants that strings are held against.
const WORDS: [&str; 6] = ["a", "b", "ab", "ba", "aa", ""];

/// Patterns that strings are matched with.
const PATTERNS: [&str; 5] = ["^a", "b$", "^ab?$", "^[ab]+$", "b.*b"];

/// The greatest int that is tried: more than any sum of constants makes necessary.
const MOST: i64 = 11;

/// Facts that are drawn together, since their values hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Dimension {
    /// A declared tenant with all that it says, and the tags.
    Caller,
    /// A string fact.
    Text(&'static str),
    /// An int fact that cannot be negative.
    Int(&'static str),
    /// An int fact that can.
    AnyInt(&'static str),
    /// A bool fact.
    Flag(&'static str),
    /// The tags, where nobody declares tenants.
    Tags,
    /// The headers or the metadata.
    Map(&'static str),
    /// One of few strings.
    OneOf(&'static str, &'static [&'static str]),
    /// The model asked for and what serves it.
    Model,
    /// The moment of the request, by the clock of a time zone.
    Now(&'static str),
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Atom {
    pub(crate) text: String,
    pub(crate) of: Vec<Dimension>,
    /// Whether proofs do not look into it.
    pub(crate) opaque: bool,
}

/// A question about one fact.
pub(crate) fn about(text: String, of: Dimension) -> Atom {
    Atom {
        text,
        of: vec![of],
        opaque: false,
    }
}

/// A random question about a dimension.
pub(crate) fn atom(choices: &mut Choices<'_>, of: Dimension) -> Atom {
    let text = match of {
        Dimension::Caller => of_caller(choices),
        Dimension::Text(name) => of_text(choices, name),
        Dimension::Int(name) => of_int(choices, name, 0),
        Dimension::AnyInt(name) => of_int(choices, name, -1),
        Dimension::Flag(name) => name.to_owned(),
        Dimension::Tags => of_tags(choices),
        Dimension::Map(name) => of_map(choices, name),
        Dimension::OneOf(name, values) => format!("{name} == \"{}\"", choices.one_of(values)),
        Dimension::Model => match choices.pick(4) {
            0 | 1 => of_name(choices, "requested", &["", "m0", "m1"]),
            _ => of_text(choices, "model"),
        },
        Dimension::Now(zone) => match choices.pick(3) {
            0 => format!(
                "now.getDayOfWeek({zone}) {} {}",
                comparison(choices),
                choices.pick(7)
            ),
            _ => format!(
                "now.getHours({zone}) {} {}",
                comparison(choices),
                choices.pick(24)
            ),
        },
    };
    about(text, of)
}

fn comparison(choices: &mut Choices<'_>) -> &'static str {
    choices.one_of(&["<", "<=", ">", ">=", "==", "!="])
}

fn of_text(choices: &mut Choices<'_>, name: &str) -> String {
    let word = choices.one_of(&WORDS);
    match choices.pick(12) {
        0 | 1 => format!("{name} == \"{word}\""),
        2 => format!("{name} != \"{word}\""),
        3 => format!(
            "{name} in [\"{word}\", \"{}\"]",
            choices.one_of(&["c", "abb", "bab"])
        ),
        4 => format!("{name}.startsWith(\"{}\")", choices.one_of(&WORDS[..5])),
        5 => format!("{name}.endsWith(\"{}\")", choices.one_of(&WORDS[..5])),
        6 => format!("{name}.contains(\"{}\")", choices.one_of(&WORDS[..5])),
        7 | 8 => format!("size({name}) {} {}", comparison(choices), choices.pick(3)),
        9 => format!(
            "{name} {} \"{}\"",
            comparison(choices),
            choices.one_of(&WORDS[..5])
        ),
        10 => format!("{name}.matches(\"{}\")", choices.one_of(&PATTERNS)),
        _ => format!("{name} in [\"a\", \"b\", \"aa\", \"ab\", \"ba\", \"bb\", \"abb\", \"bab\", \"c\"]"),
    }
}

/// A question about a name of which the policy says what it can be.
fn of_name(choices: &mut Choices<'_>, name: &str, known: &[&str]) -> String {
    match choices.pick(4) {
        0 => format!("{name} == \"{}\"", choices.one_of(known)),
        1 => format!("{name}.startsWith(\"{}\")", choices.one_of(&["a", "m", "b"])),
        2 => format!("{name}.endsWith(\"{}\")", choices.one_of(&["a", "0", "b"])),
        _ => format!("size({name}) {} {}", comparison(choices), choices.pick(3)),
    }
}

fn of_int(choices: &mut Choices<'_>, name: &str, least: i64) -> String {
    let number = least + choices.pick(5) as i64;
    match choices.pick(6) {
        5 => format!("{name} in [{number}, {}]", number + 2),
        _ => format!("{name} {} {number}", comparison(choices)),
    }
}

fn of_tags(choices: &mut Choices<'_>) -> String {
    let words = ["a", "b", "ab", "c"];
    let word = choices.one_of(&words);
    match choices.pick(9) {
        0..=2 => format!("\"{word}\" in tags"),
        3 => format!("tags.exists(t, {})", of_text(choices, "t")),
        4 => format!("tags.all(t, {})", of_text(choices, "t")),
        5 | 6 => format!("size(tags) {} {}", comparison(choices), choices.pick(3)),
        7 => format!("tags == [\"{word}\"]"),
        _ => format!("tags == [\"{word}\", \"{}\"]", choices.one_of(&words)),
    }
}

fn of_caller(choices: &mut Choices<'_>) -> String {
    match choices.pick(9) {
        // The first tenant is there in any case; a name that no tenant has is refused.
        0 => of_name(choices, "tenant", &["a"]),
        1 => format!("tier == \"{}\"", choices.one_of(&["free", "pro", "gold"])),
        2 => format!("region == \"{}\"", choices.one_of(&["eu", "us", ""])),
        3 => of_text(choices, "team"),
        4 => of_int(choices, "seats", 0),
        _ => of_tags(choices),
    }
}

fn of_map(choices: &mut Choices<'_>, name: &str) -> String {
    let key = choices.one_of(&["x-a", "x-b"]);
    match choices.pick(6) {
        0 | 1 => format!("\"{key}\" in {name}"),
        2 => format!("size({name}) {} {}", comparison(choices), choices.pick(3)),
        _ => {
            let value = format!("{name}[\"{key}\"]");
            format!("(\"{key}\" in {name} && {})", of_text(choices, &value))
        }
    }
}

/// A question that holds two facts against each other; `None` where these two have nothing in common.
pub(crate) fn joint(choices: &mut Choices<'_>, left: Dimension, right: Dimension) -> Option<Atom> {
    use Dimension as D;
    let text = match (left, right) {
        (D::Int(one), D::Int(other)) => {
            let number = choices.pick(5);
            let relation = comparison(choices);
            match choices.pick(5) {
                0 | 1 => format!("{one} + {other} {relation} {number}"),
                2 => format!("{one} {relation} {other}"),
                3 => format!("{one} - {other} {relation} {}", number as i64 - 2),
                _ => format!("2 * {one} + {other} {relation} {number}"),
            }
        }
        (D::Caller, D::Int(number)) | (D::Int(number), D::Caller) => {
            format!("{number} {} seats", comparison(choices))
        }
        (D::Caller, D::Text(name)) | (D::Text(name), D::Caller) => {
            let relation = choices.one_of(&["==", "!="]);
            format!("{name} {relation} {}", choices.one_of(&["tenant", "team"]))
        }
        (D::Text(one), D::Text(other)) => format!("{one} {} {other}", choices.one_of(&["==", "!="])),
        (D::Model, D::Text(name)) | (D::Text(name), D::Model) => {
            format!("{name} {} model", choices.one_of(&["==", "!="]))
        }
        _ => return None,
    };
    Some(Atom {
        text,
        of: vec![left, right],
        opaque: false,
    })
}

/// A question that proofs do not look into.
pub(crate) fn opaque(choices: &mut Choices<'_>, of: Dimension) -> Option<Atom> {
    let text = match of {
        Dimension::Text(name) => match choices.pick(2) {
            0 => format!("{name} + \"b\" == \"ab\""),
            _ => format!("size({name}) % 2 == 1"),
        },
        Dimension::Int(name) => format!("{name} % 2 == 1"),
        Dimension::Tags | Dimension::Caller => match choices.pick(2) {
            0 => "tags.exists_one(t, t == \"a\")".to_owned(),
            _ => "size(tags.filter(t, t.startsWith(\"a\"))) > 1".to_owned(),
        },
        _ => return None,
    };
    Some(Atom {
        text,
        of: vec![of],
        opaque: true,
    })
}

/// Strings of up to so many letters, the shortest first, and some that stand between others.
pub(crate) fn texts(most: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut longest = all.clone();
    for _ in 0..most {
        longest = longest
            .iter()
            .flat_map(|start| LETTERS.iter().map(move |letter| format!("{start}{letter}")))
            .collect();
        all.extend(longest.iter().cloned());
    }
    let between: Vec<String> = all
        .iter()
        .filter(|text| text.len() < most)
        .map(|text| format!("{text}!"))
        .collect();
    all.extend(between);
    all
}

/// Values for an int.
pub(crate) fn ints(least: i64) -> Vec<Value> {
    (least..=MOST).map(Value::Int).collect()
}

/// Moments of every hour of a week, in winter.
pub(crate) fn moments() -> Vec<Value> {
    let hours = 0..24 * 7;
    hours
        .filter_map(|hour| Timestamp::from_milliseconds(hour * 3_600_000))
        .map(Value::Timestamp)
        .collect()
}
