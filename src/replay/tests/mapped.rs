//! `--map`: names and columns, values of every kind, times.

use super::super::cell::Cell;
use super::super::columns::{CsvColumns, JsonColumns};
use super::super::mapping::{Mapping, Measure, Role};
use super::super::moment;
use super::super::reading::{Origin, Reading};
use super::super::side::Side;
use super::super::unit::Unit;
use crate::compile::compile_text;
use crate::facts::{Builtin, Register};
use std::collections::BTreeSet;

fn map(texts: &[&str]) -> Result<Mapping, Vec<String>> {
    Mapping::parse(None, texts, &[&Register::new()])
}

#[test]
fn a_map_names_columns_and_constants() {
    let mapping = map(&[
        "tokens=usage.in",
        "output=out",
        "tier=\"gold\"",
        "tags=[\"a\",\"b\"]",
        "stream = true",
        "turns=3",
    ])
    .unwrap();
    let fact = |name: &str| Role::Fact(name.to_owned());
    let entries = mapping.entries.into_iter().map(|mut entry| {
        let reading = entry.readings.pop().unwrap();
        assert_eq!(
            (&reading, entry.readings.len()),
            (&Reading::plain(reading.origin.clone()), 0)
        );
        (entry.role, reading.origin)
    });
    let columns = mapping.columns.iter().map(|column| column.name.as_str());
    assert_eq!(columns.collect::<Vec<_>>(), ["usage.in", "out"]);
    assert_eq!(
        entries.collect::<Vec<_>>(),
        [
            (fact("tokens"), Origin::Column(0)),
            (Role::Measure(Measure::Output), Origin::Column(1)),
            (fact("tier"), Origin::Constant(Cell::Text("gold".to_owned()))),
            (
                fact("tags"),
                Origin::Constant(Cell::List(vec!["a".to_owned(), "b".to_owned()]))
            ),
            (fact("stream"), Origin::Constant(Cell::Bool(true))),
            (fact("turns"), Origin::Constant(Cell::Uint(3))),
        ]
    );
}

#[test]
fn all_errors_of_maps_are_said_at_once() {
    let errors = map(&[
        "tokens",
        "=x",
        "tokns=a",
        "output=-1",
        "stream=\"perhaps\"",
        "api=\"soap\"",
        "user=a",
        "user=b",
        "input=u",
        "cached=u.c",
        "zzzzzz=a",
        "now:m=ts",
        "tokens:s=n",
        "ms=\"soon\"",
    ])
    .unwrap_err();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn json_columns_are_found_at_any_depth() {
    let mapping = map(&[
        "tokens=u.in.n",
        "output=u.out",
        "tags=t",
        "headers=h",
        "user=id",
        "now=ts",
    ])
    .unwrap();
    let columns = JsonColumns::new(&mapping);
    let read = |line: &str| {
        let mut cells = vec![None; 7];
        columns.read(line.as_bytes(), &mut cells).map(|()| cells)
    };
    let cells = read(
        r#"{"x":[{"id":1}],"u":{"id":2,"in":{"n":7},"out":3.0},"t":["a",1],"h":{"x-team":"red","n":null},
            "id":"\u0041","ts":null,"v":1}"#,
    );
    assert_eq!(
        cells.unwrap(),
        [
            Some(Cell::Uint(7)),
            Some(Cell::Float(3.0)),
            Some(Cell::List(vec!["a".to_owned(), "1".to_owned()])),
            Some(Cell::Map([("x-team".to_owned(), "red".to_owned())].into())),
            Some(Cell::Text("A".to_owned())),
            None,
            Some(Cell::Uint(1)),
        ]
    );
    for wrong in ["", "{", "[]", "1", "{} {}", "{\"u\":}", "{\"id\":\"\n\"}"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn csv_columns_are_found_by_header() {
    let mapping = map(&["tokens=in", "user=who"]).unwrap();
    let header = csv::StringRecord::from(vec!["who", "x", " in "]);
    let columns = CsvColumns::new(&mapping, &header).unwrap();
    let mut cells = vec![None; 3];
    let row = csv::ByteRecord::from(vec!["", "b", "7"]);
    columns.read(&row, &mut cells).unwrap();
    assert_eq!(cells, [Some(Cell::Text("7".to_owned())), None, None]);
    let short = csv::ByteRecord::from(vec!["a", "b"]);
    assert_eq!(
        columns.read(&short, &mut cells).unwrap_err(),
        "it has 2 fields, the header has 3"
    );
    let other = csv::StringRecord::from(vec!["a", "b"]);
    assert_eq!(
        CsvColumns::new(&mapping, &other).unwrap_err(),
        [
            "there is no column `in`: the header is `a`, `b`",
            "there is no column `who`: the header is `a`, `b`"
        ]
    );
    let otherwise = csv::StringRecord::from(vec![format!("in;{}", "x".repeat(100))]);
    let cut = format!("in;{}…", "x".repeat(77));
    assert_eq!(
        CsvColumns::new(&mapping, &otherwise).unwrap_err()[0],
        format!("there is no column `in`: the header is `{cut}`; commas part the columns of CSV")
    );
    let twice = csv::StringRecord::from(vec!["who", "in", "in "]);
    assert_eq!(
        CsvColumns::new(&mapping, &twice).unwrap_err(),
        ["there are two columns `in`: the header is `who`, `in`, `in`"]
    );
}

#[test]
fn cells_become_facts_as_far_as_they_mean_the_same() {
    let register = Register::new();
    let read = |builtin: Builtin, cell: Cell| {
        let definition = register.get(builtin.into()).unwrap();
        match cell.to_value(definition) {
            Ok(Some(value)) => value.to_string(),
            Ok(None) => "not one of the fact's".to_owned(),
            Err(reason) => reason,
        }
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    assert_eq!(read(Builtin::Tokens, text("12")), "12");
    assert_eq!(read(Builtin::Tokens, Cell::Float(12.0)), "12");
    assert_eq!(read(Builtin::Tokens, text("12.0")), "12");
    assert_eq!(
        read(Builtin::Tokens, Cell::Float(12.5)),
        "is an int from 0 to 1099511627776, found `12.5`"
    );
    assert_eq!(
        read(Builtin::Tokens, Cell::Int(-1)),
        "is an int from 0 to 1099511627776, found `-1`"
    );
    assert_eq!(read(Builtin::User, Cell::Uint(7)), "\"7\"");
    assert_eq!(read(Builtin::Stream, text("True")), "true");
    assert_eq!(read(Builtin::Stream, Cell::Uint(0)), "false");
    assert_eq!(
        read(Builtin::Stream, Cell::Uint(2)),
        "is `true` or `false`, found `2`"
    );
    assert_eq!(read(Builtin::Tags, text("a; b,c")), r#"["a", "b,c"]"#);
    assert_eq!(read(Builtin::Tags, text("a, b,")), r#"["a", "b"]"#);
    let team = r#"{"x-team": "red"}"#;
    assert_eq!(read(Builtin::Headers, text(r#"{"x-team":"red","x":null}"#)), team);
    assert!(read(Builtin::Headers, text("{red}")).ends_with("found `{red}`"));
    assert_eq!(read(Builtin::Api, text("soap")), "not one of the fact's");
    assert_eq!(
        read(Builtin::Now, text("noon")),
        "is a time stamp as of RFC 3339, found `noon`"
    );
}

#[test]
fn time_stamps_of_exports_are_read() {
    let read = |text: &str| moment::parse(text).map(|moment| moment.to_string());
    for (text, expected) in [
        ("2023-11-16T18:15:46.6805900Z", "2023-11-16T18:15:46.680590Z"),
        ("2023-11-16 18:15:46.680590", "2023-11-16T18:15:46.680590Z"),
        (
            "2023-11-16T18:15:46.1234567891Z",
            "2023-11-16T18:15:46.123456789Z",
        ),
        ("2024-02-29T23:59:59z", "2024-02-29T23:59:59.000Z"),
        ("2023-11-16T19:15:46.5+01:00", "2023-11-16T18:15:46.500Z"),
        ("2023-11-16 19:15:46.5+01:00", "2023-11-16T18:15:46.500Z"),
        ("2023-11-16T17:15:46-0100", "2023-11-16T18:15:46.000Z"),
        ("2023-11-16 18:15:46.123+00", "2023-11-16T18:15:46.123Z"),
        ("2023-11-16 18:15:46 +0000", "2023-11-16T18:15:46.000Z"),
        ("16/Nov/2023:19:15:46 +0100", "2023-11-16T18:15:46.000Z"),
        ("[16/Nov/2023:18:15:46 +0000]", "2023-11-16T18:15:46.000Z"),
        ("2023-11-16 18:15:46.123 UTC", "2023-11-16T18:15:46.123Z"),
        ("2023-11-16T18:15:46UTC", "2023-11-16T18:15:46.000Z"),
        ("Thu, 16 Nov 2023 18:15:46 GMT", "2023-11-16T18:15:46.000Z"),
        ("Thu, 16 Nov 2023 19:15:46 +0100", "2023-11-16T18:15:46.000Z"),
    ] {
        assert_eq!(read(text).as_deref(), Some(expected), "{text}");
    }
    for text in [
        "",
        "2023-11-16",
        "2023-02-29T00:00:00Z",
        "2023-11-16T24:00:00Z",
        "2023-11-16T18:15:46.Z",
        "2023-11-16T18:15:46.5x",
        "2023-11-16T18:15:é6Z",
        "2023-11-16T18:15:46+1",
        "2023-11-16T18:15:46+99:00",
        "16/Nov/2023:18:15:46",
        "UTC",
        "2023-11-16 UTC",
        "Fri, 16 Nov 2023 18:15:46 GMT",
        "16/Now/2023:18:15:46 +0000",
        "16/Nov/2023:é8:15:46 +0000",
        "1700000000",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn numbers_since_1970_are_times_of_their_size_or_unit() {
    let read = |cell: Cell| cell.to_moment().map(|moment| moment.to_string());
    let text = |text: &str| Cell::Text(text.to_owned());
    for (cell, expected) in [
        (Cell::Uint(1_700_158_546), "2023-11-16T18:15:46.000Z"),
        (Cell::Float(1_700_158_546.25), "2023-11-16T18:15:46.250Z"),
        (text("1700158546.680"), "2023-11-16T18:15:46.680Z"),
        (Cell::Uint(1_700_158_546_680), "2023-11-16T18:15:46.680Z"),
        (Cell::Uint(1_700_158_546_680_590), "2023-11-16T18:15:46.680590Z"),
        (text("1700158546680590123"), "2023-11-16T18:15:46.680590123Z"),
        (
            Cell::Timed(Box::new(Cell::Uint(1500)), Unit::Milliseconds),
            "1970-01-01T00:00:01.500Z",
        ),
        (
            Cell::Timed(Box::new(Cell::Uint(7)), Unit::Nanoseconds),
            "1970-01-01T00:00:00.000000007Z",
        ),
    ] {
        assert_eq!(read(cell.clone()).as_deref(), Some(expected), "{cell:?}");
    }
    for cell in [
        text(""),
        text("."),
        text("-1"),
        text("1e9"),
        Cell::Float(f64::NAN),
        Cell::Float(1e300),
        Cell::Int(-1),
        Cell::Bool(true),
    ] {
        assert_eq!(read(cell.clone()), None, "{cell:?}");
    }
}

#[test]
fn lengths_of_time_have_units() {
    let read = |text: &str, unit: Unit| {
        let cell = Cell::Timed(Box::new(Cell::Text(text.to_owned())), unit);
        cell.to_duration(Unit::Seconds).map(|length| length.as_nanos())
    };
    assert_eq!(read("0.812", Unit::Seconds), Ok(812_000_000));
    assert_eq!(read("812.5", Unit::Milliseconds), Ok(812_500_000));
    assert_eq!(read("3", Unit::Nanoseconds), Ok(3));
    assert_eq!(
        Cell::Uint(2).to_duration(Unit::Milliseconds).unwrap().as_millis(),
        2
    );
    assert_eq!(
        read("soon", Unit::Seconds),
        Err("is a length of time, found `soon`".to_owned())
    );
    let text = |text: &str| Cell::Text(text.to_owned());
    let between = text("2023-11-16T18:15:46Z")
        .until(&text("2023-11-16T18:15:46.5Z"))
        .unwrap();
    assert_eq!(between.to_duration(Unit::Seconds).unwrap().as_millis(), 500);
    assert_eq!(
        text("2023-11-16T18:15:46Z").until(&text("2023-11-16T18:15:45Z")),
        None
    );
}

#[test]
fn a_constant_that_is_no_json_is_no_column_either() {
    for text in ["tier=\"gold", "tags=[\"a\"", "headers={\"a\":}"] {
        let (name, source) = text.split_once('=').unwrap();
        assert_eq!(
            map(&[text]),
            Err(vec![format!(
                "`--map {name}=…`: `{source}` begins like a JSON literal and is none"
            )])
        );
    }
    assert!(map(&["tier=[time]"]).is_ok());
}

#[test]
fn a_column_may_lie_in_dotted_keys_and_in_json_that_is_text() {
    let mapping = map(&["tokens=a.b.c", "user=a.d", "output=a.b.e"]).unwrap();
    let columns = JsonColumns::new(&mapping);
    let read = |line: &str| {
        let mut cells = vec![None; 4];
        columns.read(line.as_bytes(), &mut cells).map(|()| cells)
    };
    let expected = vec![Some(Cell::Uint(7)), Some(Cell::Text("u".to_owned())), None, None];
    for line in [
        r#"{"a":{"b":{"c":7},"d":"u"}}"#,
        r#"{"a.b.c":7,"a.d":"u","a.b":3}"#,
        r#"{"a":{"b.c":7,"x.y":1,"b.x":2,"d":"u"}}"#,
        r#"{"a":"{\"b\":{\"c\":7},\"d\":\"u\"}"}"#,
        r#"{"a.b":"{\"c\":7}","a":{"d":"u"}}"#,
    ] {
        assert_eq!(read(line).unwrap(), expected, "{line}");
    }
    assert!(read(r#"{"a":"{\"b\":"}"#).is_err());
    assert_eq!(read(r#"{"a":"text"}"#).unwrap(), vec![None; 4]);
    let header = csv::StringRecord::from(vec!["a", "a.d"]);
    let columns = CsvColumns::new(&mapping, &header).unwrap();
    let mut cells = vec![None; 4];
    let row = csv::ByteRecord::from(vec![r#"{"b":{"c":7}}"#, "u"]);
    columns.read(&row, &mut cells).unwrap();
    assert_eq!(cells, expected);
    let row = csv::ByteRecord::from(vec!["{", "u"]);
    assert_eq!(
        columns.read(&row, &mut vec![None; 4]).unwrap_err(),
        "its field 1 is no JSON object: EOF while parsing an object at line 1 column 1"
    );
}

#[test]
fn a_target_is_known_by_what_logs_call_it() {
    let policy = r#"
        provider here { protocol simulated }
        model big { provider here name "gpt-4o" serves ["large", "openai/o-*"] }
        model small { provider here name "gpt-4o-mini" }
        model other { provider here name "twice" }
        model another { provider here name "twice" }
        route rest { target big }
    "#;
    let tree = compile_text(policy).unwrap().tree;
    let side = Side::new(&tree, &BTreeSet::new());
    for (called, name) in [
        ("big", "big"),
        ("large", "big"),
        ("gpt-4o", "big"),
        ("openai/gpt-4o", "big"),
        ("openai/o-1", "big"),
        ("router/openai/gpt-4o-mini", "small"),
        ("twice", "twice"),
        ("vendor/twice", "vendor/twice"),
        ("openai/unknown", "openai/unknown"),
        ("openai/", "openai/"),
    ] {
        assert_eq!(side.named(called), name, "{called}");
    }
}
