//! Lines that are read in one pass say the same to the thorough reader.

use super::super::cell::Cell;
use super::super::columns::{Cells, JsonColumns};
use super::super::mapping::Mapping;
use crate::facts::Register;
use proptest::prelude::*;

fn columns() -> JsonColumns {
    let map = ["tokens=in", "user=who", "stream=is"];
    JsonColumns::new(&Mapping::parse(None, &map, &[&Register::new()]).unwrap())
}

fn scanned(line: &[u8]) -> Option<Cells> {
    let mut cells = vec![None; 4];
    columns().scan(line, &mut cells).map(|()| cells)
}

fn read(line: &[u8]) -> Option<Cells> {
    let mut cells = vec![None; 4];
    columns().read_thoroughly(line, &mut cells).ok().map(|()| cells)
}

#[test]
fn lines_as_most_are_need_no_other_reader() {
    let text = |text: &str| Some(Cell::Text(text.to_owned()));
    let lines: [(&str, Cells); 5] = [
        (
            r#"{"ts":"2023-11-16T18:15:46.6805900Z","in":374,"out":44,"who":"u1"}"#,
            vec![Some(Cell::Uint(374)), text("u1"), None, None],
        ),
        (
            r#" { "v" : 1 , "is" : true, "ids":[0, 17,{"a":[]}], "x":-1.5e+3, "who":null } "#,
            vec![None, None, Some(Cell::Bool(true)), Some(Cell::Uint(1))],
        ),
        (
            r#"{"in":0,"in":999999999999999999,"who":""}"#,
            vec![Some(Cell::Uint(999_999_999_999_999_999)), text(""), None, None],
        ),
        (r#"{"who":"Zoë"}"#, vec![None, text("Zoë"), None, None]),
        ("{}", vec![None; 4]),
    ];
    for (line, cells) in lines {
        assert_eq!(scanned(line.as_bytes()), Some(cells.clone()), "{line}");
        assert_eq!(read(line.as_bytes()), Some(cells), "{line}");
    }
}

#[test]
fn what_is_written_otherwise_is_left_to_the_other_reader() {
    for line in [
        r#"{"who":"a\"b"}"#,
        "{\"who\":\"a\u{1}b\"}",
        r#"{"in":1.5}"#,
        r#"{"in":-1}"#,
        r#"{"in":01}"#,
        r#"{"in":1234567890123456789}"#,
        r#"{"who":["a"]}"#,
        r#"{"x":01}"#,
        r#"{"x":1.}"#,
        r#"{"x":[1,]}"#,
        r#"{"in":1,}"#,
        r#"{"in":1}{"#,
        r#"{"in":1"#,
        r#"{"who":"a"#,
        "[]",
        "",
    ] {
        assert_eq!(scanned(line.as_bytes()), None, "{line}");
    }
}

/// Pieces that lines are made of, good and bad.
fn piece() -> impl Strategy<Value = String> {
    let fixed = [
        "\"in\"",
        "\"who\"",
        "\"is\"",
        "\"v\"",
        "\"other\"",
        "\"a.b\"",
        ":",
        ":",
        ":",
        ",",
        ",",
        "{",
        "}",
        "[",
        "]",
        " ",
        "\t",
        "true",
        "false",
        "null",
        "nul",
        "0",
        "7",
        "-3",
        "00",
        "1.5",
        "1e9",
        "1e",
        "2.",
        "123456789012345678",
        "12345678901234567890",
        "\"\"",
        "\"text of some length\"",
        "\"\\n\"",
        "\"é\"",
        "\"",
        "\\",
        "\u{7f}",
    ];
    prop_oneof![
        8 => proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

/// An object of fields, some of them broken.
fn object() -> impl Strategy<Value = String> {
    let field = (
        proptest::sample::select(vec!["in", "who", "is", "v", "x", "a.b"]),
        prop_oneof![
            any::<u64>().prop_map(|number| number.to_string()),
            any::<i32>().prop_map(|number| number.to_string()),
            any::<f64>().prop_map(|number| format!("{number:e}")),
            "[ -~]{0,20}".prop_map(|text| format!("\"{text}\"")),
            piece(),
            proptest::collection::vec(piece(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        ],
    );
    proptest::collection::vec(field, 0..6).prop_map(|fields| {
        let fields: Vec<String> = fields
            .into_iter()
            .map(|(key, value)| format!("\"{key}\":{value}"))
            .collect();
        format!("{{{}}}", fields.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn both_readers_agree(line in prop_oneof![
        3 => object(),
        1 => proptest::collection::vec(piece(), 0..16).prop_map(|pieces| pieces.concat()),
    ]) {
        if let Some(cells) = scanned(line.as_bytes()) {
            prop_assert_eq!(read(line.as_bytes()), Some(cells), "{}", line);
        }
    }
}
