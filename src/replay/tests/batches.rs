//! Rows of columns mean what the same rows mean as JSON lines, and their seeds are their own.

use super::super::*;
use crate::compile::{Texts as Files, compile};
use crate::facts::Timestamp;
use crate::tree::Tree;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const CATALOG: &str = r#"
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local context 256k serves ["gpt-4o"] price input $2.50 output $10 }
model small { provider local name "tiny" context 256k price input $0.15 cached $0.075 output $0.60 }
fact team string from header "x-team" default "none"
"#;

const OLD: &str = r#"
fact tier one of ["free", "gold"] from tenant default "free"
route asked { when requested != "" target requested }
route default { target large fallback small }
"#;

const NEW: &str = r#"
fact tier one of ["gold", "team", "12"] from tenant default "team"
guard short { when tokens > 600 set max_tokens at most 100 }
route gold { when tier == "gold" && now.getHours() < 12 target small fallback large }
route batch { when "batch" in tags && team != "" target small }
route asked { when requested != "" target requested }
route long { when tokens > 500 || stream target small fallback large }
route default { target large fallback small }
"#;

const DRAWN: &str = r#"
route default { target split by request { small 50% large 50% } }
"#;

const COLUMNS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// Which column is what, in a dozen ways: every column comes to be many things.
const MAPS: [(Option<Importer>, &[&str]); 4] = [
    (
        None,
        &[
            "tenant=a", "tier=b", "tokens=c", "output=d", "now=e", "tags=f", "stream=g", "team=h",
        ],
    ),
    (
        None,
        &[
            "model=a", "target=b", "tokens=c", "input=d", "now:ms=e", "tier=f", "ms:s=g", "user=h",
        ],
    ),
    (
        None,
        &[
            "tags=a",
            "team=a",
            "first_token_ms=b",
            "cached=c",
            "output=c",
            "tokens=d",
            "api=g",
            "now=\"2026-11-20T12:00:00Z\"",
        ],
    ),
    (Some(Importer::LiteLlm), &["team=h"]),
];

/// The names of the columns of LiteLLM's logs that the letters are, where its ready map is taken.
const LITELLM: [&str; 8] = [
    "call_type",
    "model_group",
    "prompt_tokens",
    "completion_tokens",
    "startTime",
    "request_tags",
    "endTime",
    "h",
];

const TEXTS: [&str; 20] = [
    "gold",
    "free",
    "team",
    "gpt-4o",
    "tiny",
    "acompletion",
    "image_generation",
    "batch",
    "",
    "-",
    "12",
    "700.0",
    "0.25",
    "true",
    "batch;x",
    "[\"batch\",1]",
    "quote \" and ü",
    "2026-11-20T09:00:00.5Z",
    "20/Nov/2026:23:00:09 +0100",
    "1763629200",
];

const INTS: [i64; 8] = [0, 1, 700, 12, -3, i64::MAX, 1_763_629_200, 1_763_640_000_123];

const DOUBLES: [f64; 8] = [0.0, 1.0, 700.0, 0.25, -2.0, 1e300, f64::NAN, 1_763_629_200.75];

const TIMES: [(i64, u32); 4] = [
    (1_763_629_200, 500_000_000),
    (1_763_679_600, 1),
    (0, 0),
    (-86_400, 123_456_789),
];

/// A column as it is drawn: of what kind, and of each row what value, if any.
type Drawn = (u8, Vec<Option<u8>>);

fn tree(rules: &str) -> Tree {
    let text = format!("{CATALOG}{rules}");
    match compile(&mut Files::new([("rules.policy", text.as_str())])) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => unreachable!("{:?}", rejected.diagnostics),
    }
}

fn one<T: Copy, const N: usize>(of: [T; N], draw: u8) -> T {
    of[usize::from(draw) % N]
}

fn moment(draw: u8) -> Timestamp {
    let (seconds, nanoseconds) = one(TIMES, draw);
    Timestamp::new(seconds, nanoseconds).unwrap()
}

fn items(draw: u8) -> Vec<Option<&'static str>> {
    let item = |at: u8| (draw % 31 != 7).then(|| one(TEXTS, draw.wrapping_mul(at).wrapping_add(7)));
    (0..draw % 3).map(item).collect()
}

/// A value as JSON; `null` where the row has none.
fn json_of(kind: u8, draw: Option<u8>) -> Json {
    let Some(draw) = draw else { return Json::Null };
    match kind {
        0 | 1 => one(TEXTS, draw).into(),
        2 => one(INTS, draw).into(),
        3 => one(INTS, draw).cast_unsigned().into(),
        4 => json!(one(DOUBLES, draw)),
        5 => (draw % 2 == 0).into(),
        6 => moment(draw).to_string().into(),
        _ => items(draw).into(),
    }
}

fn column_of(kind: u8, draws: &[Option<u8>]) -> Column {
    let all = || draws.iter().map(|draw| draw.unwrap_or_default());
    let values = match kind {
        0 => Values::Texts(all().map(|draw| one(TEXTS, draw)).collect()),
        1 => Values::Dictionary {
            keys: all().map(|draw| u32::from(draw) % 20).collect(),
            texts: TEXTS.into_iter().collect(),
        },
        2 => Values::Ints(all().map(|draw| one(INTS, draw)).collect()),
        3 => Values::Uints(all().map(|draw| one(INTS, draw).cast_unsigned()).collect()),
        4 => Values::Doubles(all().map(|draw| one(DOUBLES, draw)).collect()),
        5 => Values::Truths(all().map(|draw| draw % 2 == 0).collect()),
        6 => Values::Times(all().map(moment).collect()),
        _ => {
            let mut lists = Lists::default();
            all().for_each(|draw| lists.push(items(draw)));
            Values::Lists(lists)
        }
    };
    Column::new(values, draws.iter().map(Option::is_none).collect())
}

/// The rows from one to before another.
fn batch(replay: &Replay<'_>, names: [&str; 8], columns: &[Drawn], rows: std::ops::Range<usize>) -> Batch {
    let column = |(name, _): (&str, bool)| {
        let at = names.iter().position(|known| *known == name)?;
        let (kind, draws) = &columns[at];
        Some(column_of(*kind, &draws[rows.clone()]))
    };
    Batch::new(rows.len(), replay.columns().map(column).collect())
}

fn lines(names: [&str; 8], columns: &[Drawn], rows: usize) -> String {
    let line = |row: usize| {
        let named = names.iter().zip(columns);
        let values = named.map(|(name, (kind, draws))| ((*name).to_owned(), json_of(*kind, draws[row])));
        format!("{}\n", Json::Object(values.collect()))
    };
    (0..rows).map(line).collect()
}

fn first(row: usize) -> Place {
    Place {
        source: 0,
        line: row as u64 + 1,
    }
}

fn decided_by_column(replay: &Replay<'_>, names: [&str; 8], columns: &[Drawn], cuts: &[usize]) -> Tally {
    let mut worker = Worker::new(replay);
    for ends in cuts.windows(2) {
        let batch = batch(replay, names, columns, ends[0]..ends[1]);
        worker.read_batch(&batch, |row| first(ends[0] + row));
    }
    worker.into_tally()
}

fn text(replay: &Replay<'_>, tally: Tally) -> String {
    serde_json::to_string_pretty(&replay.report(tally, &["rows".to_owned()])).unwrap()
}

fn drawn(rows: usize) -> impl Strategy<Value = Vec<Drawn>> {
    let draws = proptest::collection::vec(proptest::option::weighted(0.85, any::<u8>()), rows);
    proptest::collection::vec((0u8..8, draws), 8)
}

/// Columns of as many rows, and where the rows are cut into batches.
fn cut() -> impl Strategy<Value = (Vec<Drawn>, Vec<usize>)> {
    (1usize..40).prop_flat_map(|rows| {
        let cuts = proptest::collection::vec(0..=rows, 0..3).prop_map(move |mut cuts| {
            cuts.extend([0, rows]);
            cuts.sort_unstable();
            cuts
        });
        (drawn(rows), cuts)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn rows_mean_what_they_mean_as_lines((columns, cuts) in cut(), map in 0usize..4, against_old in any::<bool>()) {
        let (new, old) = (tree(NEW), tree(OLD));
        let (importer, map) = MAPS[map];
        let names = if importer.is_some() { LITELLM } else { COLUMNS };
        let has_target = map.contains(&"target=b") || importer.is_some();
        let baseline = (against_old || !has_target).then_some(&old);
        let mut replay = Replay::of_origin(&new, baseline, importer, map).unwrap();
        replay.measure(&["score=g", "output_tokens"]).unwrap();
        let rows = cuts.last().copied().unwrap_or_default();
        let mut worker = Worker::new(&replay);
        worker.read(&Layout::JsonLines, first(0), lines(names, &columns, rows).as_bytes());
        let by_line = text(&replay, worker.into_tally());
        let by_column = text(&replay, decided_by_column(&replay, names, &columns, &cuts));
        prop_assert_eq!(by_line, by_column);
    }

    #[test]
    fn what_a_row_draws_is_its_own((columns, cuts) in cut()) {
        let tree = tree(DRAWN);
        let replay = Replay::new(&tree, Some(&tree), MAPS[0].1).unwrap();
        let rows = cuts.last().copied().unwrap_or_default();
        let whole = text(&replay, decided_by_column(&replay, COLUMNS, &columns, &[0, rows]));
        prop_assert_eq!(&whole, &text(&replay, decided_by_column(&replay, COLUMNS, &columns, &cuts)));
        // Nor does it matter in which order names are mapped, or how a file holds its texts.
        let mut map = MAPS[0].1.to_vec();
        map.reverse();
        let other = Replay::new(&tree, Some(&tree), &map).unwrap();
        let swapped = |(kind, draws)| (if kind < 2 { 1 - kind } else { kind }, draws);
        let held: Vec<Drawn> = columns.iter().cloned().map(swapped).collect();
        let targets = |tally| replay.report(tally, &[]).targets;
        prop_assert_eq!(
            targets(decided_by_column(&replay, COLUMNS, &columns, &cuts)),
            targets(decided_by_column(&other, COLUMNS, &held, &[0, rows]))
        );
    }
}

#[test]
fn what_cannot_be_read_of_a_row_counts_with_its_reason() {
    let tree = tree(OLD);
    let replay = Replay::new(&tree, Some(&tree), &["tokens=c"]).unwrap();
    let mut batch = Batch::new(
        3,
        vec![Some(Column::new(Values::Ints(vec![5, -1, 7]), Vec::new()))],
    );
    batch.mark(2, "it is broken".to_owned());
    batch.mark(2, "so is this".to_owned());
    let mut worker = Worker::new(&replay);
    worker.read_batch(&batch, first);
    let report = replay.report(worker.into_tally(), &["rows".to_owned()]);
    let reasons: Vec<_> = report
        .unreadable_lines
        .iter()
        .map(|line| (line.line, line.reason.as_str()))
        .collect();
    assert_eq!(
        reasons,
        [
            (2, "`tokens` is an int from 0 to 1099511627776, found `-1`"),
            (3, "it is broken")
        ]
    );
    assert_eq!(report.records, 1);
}

#[test]
fn the_seed_of_a_row_is_fixed() {
    let tree = tree(DRAWN);
    let replay = Replay::new(&tree, Some(&tree), MAPS[0].1).unwrap();
    let columns: Vec<Drawn> = (0..8).map(|kind| (kind, vec![Some(kind + 1)])).collect();
    let batch = batch(&replay, COLUMNS, &columns, 0..1);
    // Part of what a replay shows: it stays the same in every version.
    assert_eq!(
        rows::Rows::new(&replay, &batch).seed(0),
        18_414_792_881_272_676_148
    );
}

#[test]
fn what_a_row_lacks_has_its_default_where_it_is_decided() {
    let tree = tree(
        r#"route nobody { when team == "none" target small }
           route long { when tokens > 5 target large fallback small }
           route default { target small fallback large }"#,
    );
    let decider = Decider::new(&tree, &["team=a", "tokens=b"]).unwrap();
    assert_eq!(decider.columns().collect::<Vec<_>>(), ["a", "b"]);
    let teams = Values::Texts(["red", "", "red", "red"].into_iter().collect());
    let absent = vec![false, true, false, false];
    let tokens = Values::Ints(vec![7, 7, 0, -1]);
    let columns = vec![
        Some(Column::new(teams, absent)),
        Some(Column::new(tokens, Vec::new())),
    ];
    let mut said = Vec::new();
    decider.decide(&Batch::new(4, columns), |decided| {
        said.push(match decided {
            Ok(decision) => format!("{}: {}", decision.route.unwrap(), decision.targets.join(", ")),
            Err(reason) => reason,
        });
    });
    assert_eq!(
        said,
        [
            "long: large, small",
            "nobody: small",
            "default: small, large",
            "`tokens` is an int from 0 to 1099511627776, found `-1`"
        ]
    );
}
