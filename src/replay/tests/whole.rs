//! Whole replays: lines in, a report out, over policies built by hand.

use super::super::*;
use crate::decide::tests::fixture::{Fixture, deny};
use crate::facts::{Builtin, Definition, Origin, Type, Value};
use crate::model::{GuardEffect, Pick, Price, RouteAction};
use crate::quantity::{Cost, TokenPrice};
use crate::tree::Tree;

/// Prices in dollars per million tokens: of input, cached input and output.
fn price(prices: [&str; 3]) -> Option<Price> {
    let [input, cached, output] = prices.map(|price| TokenPrice::parse_dollars_per_million(price).unwrap());
    Some(Price {
        input,
        cached: Some(cached),
        cache_write: None,
        output,
    })
}

fn dollars(text: &str) -> Option<Cost> {
    Cost::parse_dollars(text)
}

/// Models `large` (dear), `small` (cheap) and `free` (without a price).
pub(super) fn catalog() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.model("large", "us").price = price(["2.5", "1.25", "10"]);
    fixture.model("small", "eu").price = price(["0.15", "0.075", "0.600001"]);
    fixture.model("free", "eu");
    fixture
}

/// Everything to `large`.
fn all_large() -> Tree {
    let mut fixture = catalog();
    fixture.last_route(fixture.to("large"), &[&["small"]]);
    fixture.tree()
}

/// Gold to `large`, bronze denied, suspended tenants denied by a guard, capped users, the others to `small`.
fn by_tier() -> Tree {
    let mut fixture = catalog();
    let when = fixture.is(Builtin::Tenant, "initech");
    fixture.guard("suspended", Some(when), vec![GuardEffect::Deny(deny(403, "no"))]);
    let when = fixture.is(Builtin::User, "chatty");
    fixture.guard("short", Some(when), vec![GuardEffect::MaxTokensAtMost(10)]);
    let when = fixture.is(Builtin::Tier, "gold");
    fixture.route(
        "gold",
        Some(when),
        fixture.send(fixture.to("large"), &[&["small"]]),
    );
    let when = fixture.is(Builtin::Tier, "bronze");
    fixture.route("bronze", Some(when), RouteAction::Deny(deny(402, "pay")));
    let when = fixture.is(Builtin::Tier, "trial");
    fixture.route("trial", Some(when), fixture.send(fixture.to("free"), &[]));
    fixture.last_route(fixture.to("small"), &[]);
    fixture.tree()
}

pub(super) fn read(replay: &Replay<'_>, lines: &str) -> Report {
    let mut worker = Worker::new(replay);
    let first = Place { source: 0, line: 1 };
    worker.read(&Layout::JsonLines, first, lines.as_bytes());
    replay.report(worker.into_tally(), &["traffic.jsonl".to_owned()])
}

#[test]
fn names_of_records_cannot_steer_a_terminal() {
    let tree = by_tier();
    let replay = Replay::new(&tree, None, &[] as &[&str]).unwrap();
    let lines = concat!(
        r#"{"v":1,"facts":{"tier":"gold"},"decision":{"route":"a\u001b[31m","targets":["b\nc\u202e"],"guards":[]}}"#,
        "\n",
        r#"{"v":1,"seed":"\u001b[2J","facts":{}}"#,
        "\n"
    );
    let text = read(&replay, lines).to_text();
    let obeyed = |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
    assert!(!text.contains(obeyed), "{text}");
    assert!(
        text.contains("  1  a\u{fffd}[31m › b\u{fffd}c\u{fffd}  gold › large"),
        "{text}"
    );
    assert!(text.contains("cannot be `\u{fffd}[2J`"), "{text}");
}

#[test]
fn nobody_is_called_by_a_report_under_a_pull_request() {
    let tree = by_tier();
    let replay = Replay::new(&tree, None, &[] as &[&str]).unwrap();
    let line = r##"{"v":1,"facts":{"tier":"gold","tenant":"@everyone"},"decision":{"route":"#7","targets":["a"],"guards":[]}}"##;
    let text = read(&replay, line).to_markdown();
    assert!(
        text.contains("@<!-- -->everyone") && text.contains("\\#<!-- -->7 › a"),
        "{text}"
    );
}

const MAP: [&str; 5] = [
    "tier=t",
    "tokens=in",
    "output=out",
    "tenant=who.tenant",
    "user=who.user",
];

#[test]
fn moved_traffic_is_priced_to_the_last_digit() {
    let (new, old) = (by_tier(), all_large());
    let replay = Replay::new(&new, Some(&old), &MAP).unwrap();
    let report = read(
        &replay,
        r#"{"t":"gold","in":1000,"out":10}
{"t":"gold","in":1,"out":1,"who":{"user":"chatty"}}
{"t":"silver","in":1000,"out":7}
{"t":"silver","in":1,"out":0}

{"t":"bronze","in":10,"out":10}
{"t":"gold","in":10,"out":10,"who":{"tenant":"initech"}}
{"t":"trial","in":10,"out":10}
{"t":"gold","in":5}
{"in":3,"out":3}
"#,
    );
    insta::assert_snapshot!(report.to_json());
    insta::assert_snapshot!(report.to_text());
}

#[test]
fn lines_that_cannot_be_read_are_counted_and_the_first_are_shown() {
    let tree = all_large();
    let replay = Replay::new(
        &tree,
        Some(&tree),
        &["tokens=in", "stream=s", "now=ts", "output=o"],
    )
    .unwrap();
    let report = read(
        &replay,
        "{\"in\":1}\n\n{\"in\":-1}\r\n{\"in\":\n[1]\n{\"in\":1}x\n{\"s\":\"maybe\"}\n{\"ts\":\"noon\"}\n\
         {\"o\":1.5}\n{\"in\":1e3}\nnonsense\n{\"in\":9999999999999}\n",
    );
    assert_eq!((report.records, report.unreadable), (2, 9));
    insta::assert_snapshot!(report.to_text());
}

#[test]
fn lines_of_other_origin_need_a_map() {
    let tree = all_large();
    let replay = Replay::new(&tree, Some(&tree), &[] as &[&str]).unwrap();
    let report = read(&replay, "{\"in\":1}\n{\"v\":2,\"facts\":{}}\n{\"facts\":{}}\n");
    assert_eq!((report.records, report.unreadable), (1, 2));
    let reasons: Vec<_> = report.unreadable_lines.iter().map(|line| &line.reason).collect();
    assert_eq!(
        reasons,
        [
            "a traffic record without `facts`; lines of other origin need `--map` or `--from`",
            "a traffic record of version 2; version 1 is read"
        ]
    );
}

/// As `by_tier` in small, but a declared fact with a default, and a narrowed tier.
fn declared() -> Tree {
    let mut fixture = catalog();
    fixture.policy.facts.narrow(
        Builtin::Tier,
        Some(vec!["gold".to_owned(), "basic".to_owned()]),
        "gold".to_owned(),
    );
    fixture.policy.facts.declare(Definition {
        name: "team".to_owned(),
        ty: Type::String,
        origin: Origin::Header("x-team".to_owned()),
        default: Value::String("red".to_owned()),
        one_of: None,
        range: i64::MIN..=i64::MAX,
    });
    let when = fixture.is(Builtin::Tier, "gold");
    fixture.route("gold", Some(when), fixture.send(fixture.to("large"), &[]));
    fixture.last_route(fixture.to("small"), &[]);
    fixture.tree()
}

#[test]
fn what_a_record_lacks_is_empty_and_no_default() {
    let tree = declared();
    let foreign = Replay::new(&tree, Some(&tree), &["tier=t", "team=team"]).unwrap();
    let report = read(
        &foreign,
        "{\"t\":\"gold\"}\n{\"t\":null}\n{\"t\":\"legacy\"}\n{\"team\":1}\n",
    );
    assert_eq!(report.missing, [("tier".to_owned(), 3)].into());
    assert_eq!(report.routes[0].records, 1);
    assert_eq!(report.routes[1].records, 3);

    let ours = Replay::new(&tree, Some(&tree), &[] as &[&str]).unwrap();
    let report = read(
        &ours,
        "{\"facts\":{\"tier\":\"gold\"}}\n{\"facts\":{}}\n{\"facts\":{\"tier\":\"legacy\"}}\n",
    );
    assert_eq!(report.missing, [("tier".to_owned(), 2)].into());
    assert_eq!(report.routes[0].records, 1);

    let constant = Replay::new(&tree, Some(&tree), &["tier=\"gold\""]).unwrap();
    let report = read(&constant, "{}\n{}\n");
    assert!(report.missing.is_empty());
    assert_eq!(report.routes[0].records, 2);
    assert!(Replay::new(&tree, None, &["tier=\"legacy\""]).is_err());
}

#[test]
fn a_record_without_decision_needs_a_baseline() {
    let tree = all_large();
    let replay = Replay::new(&tree, None, &["tokens=in"]).unwrap();
    let mut worker = Worker::new(&replay);
    for (source, line) in [(1, 4), (1, 2), (2, 1)] {
        worker.read(&Layout::JsonLines, Place { source, line }, b"\n{\"in\":1}\n");
    }
    assert_eq!(worker.tally().undecided(), Some(Place { source: 1, line: 3 }));
}

#[test]
fn a_foreign_target_is_a_recorded_decision() {
    let tree = by_tier();
    let map = ["tier=t", "tokens=in", "output=out", "target=m", "cached=c"];
    let replay = Replay::new(&tree, None, &map).unwrap();
    let report = read(
        &replay,
        r#"{"t":"gold","m":"large","in":100,"c":60,"out":1}
{"t":"gold","m":"small","in":100,"c":200,"out":1}
{"t":"bronze","m":"gone","in":100,"out":1}
"#,
    );
    assert_eq!(report.agreement, Some(1.0 / 3.0));
    assert_eq!(report.unpriced, 1);
    // 40 × 2.5 + 60 × 1.25 + 10, and 100 × 0.075 + 0.600001 against 100 × 1.25 + 10 millionths of a dollar.
    assert_eq!(report.cost.baseline, dollars("0.000193100001"));
    assert_eq!(report.cost.candidate, dollars("0.00032"));
    assert_eq!(report.cost.delta, dollars("0.000126899999"));
}

#[test]
fn a_recorded_cost_is_the_baseline() {
    let tree = all_large();
    let replay = Replay::new(&tree, None, &[] as &[&str]).unwrap();
    let line = r#"{"v":1,"facts":{"tokens":10},"decision":{"route":"default","targets":["large","small"],"guards":[],"skipped":[]},"usage":{"input":10,"cached":0,"output":1},"cost_usd":"0.5"}"#;
    let report = read(&replay, line);
    assert_eq!((report.agreement, report.changed), (Some(1.0), 0));
    assert_eq!(report.cost.baseline, dollars("0.5"));
    assert_eq!(report.cost.candidate, dollars("0.000035"));
    let report = read(&replay, &line.replace(",\"cost_usd\":\"0.5\"", ""));
    assert_eq!(report.cost.baseline, report.cost.candidate);
}

#[test]
fn maps_stand_over_records_of_ours() {
    let tree = by_tier();
    let map = ["tier=\"bronze\"", "output=usage.more"];
    let replay = Replay::new(&tree, Some(&tree), &map).unwrap();
    let report = read(
        &replay,
        r#"{"v":1,"facts":{"tier":"gold"},"usage":{"input":1,"output":2,"more":3}}"#,
    );
    let reached: Vec<_> = report.routes.iter().map(|route| route.records).collect();
    assert_eq!(reached, [0, 1, 0, 0]);
}

#[test]
fn csv_reads_as_json_lines_do() {
    let (new, old) = (by_tier(), all_large());
    let replay = Replay::new(&new, Some(&old), &["tier=t", "tokens=in", "output=out", "user=u"]).unwrap();
    let lines = read(
        &replay,
        "{\"t\":\"gold\",\"in\":1000,\"out\":10,\"u\":\"a \\\"b\\\"\\nc\"}\n{\"in\":1,\"out\":0,\"u\":\"chatty\"}\n{\"in\":-1}\n",
    );
    let rows = "u,t,in,out\r\n\"a \"\"b\"\"\nc\",gold,1000,10\r\n\r\nchatty,,1,0\r\nx,,-1,0\r\nx,,1\r\n";
    let header = replay.csv_header(rows.as_bytes()).unwrap();
    assert_eq!((header.bytes, header.lines), (12, 1));
    let mut worker = Worker::new(&replay);
    let first = Place {
        source: 0,
        line: 1 + header.lines,
    };
    worker.read(&header.layout, first, &rows.as_bytes()[header.bytes..]);
    let mut csv = replay.report(worker.into_tally(), &["rows.csv".to_owned()]);
    let shown: Vec<_> = csv
        .unreadable_lines
        .iter()
        .map(|line| (line.line, line.reason.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (6, "`tokens` is an int from 0 to 1099511627776, found `-1`"),
            (7, "it has 3 fields, the header has 4")
        ]
    );
    // The examples are the same, in other places.
    for (row, line) in csv.transitions.iter_mut().zip(&lines.transitions) {
        let (row, line) = (row.example.as_mut().unwrap(), line.example.as_ref().unwrap());
        (row.source, row.line) = (line.source.clone(), line.line);
    }
    assert_eq!(
        Report {
            unreadable: 1,
            unreadable_lines: lines.unreadable_lines.clone(),
            ..csv
        },
        lines
    );
    let wrong = replay.csv_header(b"a,b\n").unwrap_err();
    assert_eq!(wrong.len(), 4);
    let packed = replay.csv_header(b"\xfd7zXZ\0\n").unwrap_err();
    assert!(
        packed[0].starts_with("it begins neither like JSON nor like CSV"),
        "{packed:?}"
    );
    assert_eq!(replay.csv_header(b"u,t,in,out").unwrap().lines, 0);
}

#[test]
fn a_pool_that_was_not_asked_is_estimated() {
    let mut fixture = catalog();
    fixture.pool("busy", Pick::LeastBusy, &[("large", 1), ("small", 1)]);
    fixture.last_route(fixture.to("busy"), &[]);
    let new = fixture.tree();
    let old = all_large();
    let replay = Replay::new(&new, Some(&old), &[] as &[&str]).unwrap();
    let lines = "{\"facts\":{},\"orders\":{\"busy\":[\"small\",\"gone\"]}}\n{\"facts\":{},\"seed\":\"1\"}\n";
    let report = read(&replay, lines);
    assert_eq!((report.records, report.estimated), (2, 1));
    assert!(report.targets.iter().any(|target| target.target == "small"));
}

/// One user to the model without a price, the others to `large`.
fn one_for_free() -> Tree {
    let mut fixture = catalog();
    let when = fixture.is(Builtin::User, "u");
    fixture.route("one", Some(when), fixture.send(fixture.to("free"), &[]));
    fixture.last_route(fixture.to("large"), &[]);
    fixture.tree()
}

#[test]
fn each_sum_holds_what_is_known_of_its_own() {
    let (large, free) = (all_large(), one_for_free());
    let map = ["tokens=in", "output=out", "user=u"];
    let lines = "{\"u\":\"u\",\"in\":4,\"out\":0}\n{\"in\":10,\"out\":0}\n{\"in\":20}\n";
    let (one, both) = (dollars("0.000025"), dollars("0.000035"));
    let there = read(&Replay::new(&free, Some(&large), &map).unwrap(), lines);
    assert_eq!((there.cost.baseline, there.cost.candidate), (both, one));
    let routes: Vec<_> = there.routes.iter().map(|route| route.candidate).collect();
    assert_eq!(routes, [None, one]);
    // What moved to a model without a price saved nothing that anybody knows of.
    assert_eq!((there.unpriced, there.cost.delta), (2, dollars("0")));
    assert_eq!(there.transitions.last().unwrap().delta, None);
    // And the other way round: the candidate's sum is that of its routes.
    let back = read(&Replay::new(&large, Some(&free), &map).unwrap(), lines);
    assert_eq!((back.cost.baseline, back.cost.candidate), (one, both));
    assert_eq!(back.routes[0].candidate, both);
    assert_eq!(back.targets[0].candidate, both);
    assert_eq!((back.unpriced, back.cost.delta), (2, dollars("0")));
}

#[test]
fn a_cost_that_is_not_known_is_null_and_never_0() {
    let tree = all_large();
    let replay = Replay::new(&tree, Some(&tree), &["tokens=in"]).unwrap();
    let report = read(&replay, "{\"in\":4}\n");
    assert_eq!((report.unpriced, report.cost.candidate), (1, None));
    let json = report.to_json();
    assert!(json.contains("\"baseline_usd\": null,\n    \"candidate_usd\": null,\n    \"delta_usd\": null"));
    assert_eq!(json.matches("\"candidate_usd\": null").count(), 4);
    assert_eq!(read(&replay, "").cost.candidate, dollars("0"));
}

#[test]
fn a_denial_that_does_not_say_so_is_the_guards() {
    let tree = all_large();
    let replay = Replay::new(&tree, None, &[] as &[&str]).unwrap();
    let line = r#"{"v":1,"facts":{},"decision":{"route":null,"targets":[],"guards":["suspended"],"skipped":[]},"outcome":"denied"}"#;
    let json = serde_json::to_value(&read(&replay, line).transitions[0].from).unwrap();
    let denied = serde_json::json!({"route": null, "target": null, "denied": "suspended"});
    assert_eq!(json, denied);
}

#[test]
fn a_broken_assumption_is_a_denial_by_its_name() {
    let mut fixture = catalog();
    fixture.assume("gold-only", fixture.is(Builtin::Tier, "gold"));
    fixture.last_route(fixture.to("large"), &[&["small"]]);
    let (strict, old) = (fixture.tree(), all_large());
    let replay = Replay::new(&strict, Some(&old), &["tier=t"]).unwrap();
    let report = read(&replay, "{\"t\":\"gold\"}\n{\"t\":\"free\"}\n");
    let [moved] = report.transitions.as_slice() else {
        panic!("{:?}", report.transitions)
    };
    let to = serde_json::to_value(&moved.to).unwrap();
    assert_eq!(
        to,
        serde_json::json!({"route": null, "target": null, "denied": "gold-only"})
    );
    // A record of it, replayed through the same policy, is decided alike.
    let line = r#"{"v":1,"facts":{"tier":"free"},"decision":{"route":null,"targets":[],"guards":[],"skipped":[],"denied":"gold-only","status":403},"outcome":"denied"}"#;
    let again = read(
        &Replay::new(&strict, None, &[] as &[&str]).unwrap(),
        &format!("{line}\n"),
    );
    assert_eq!((again.records, again.transitions.len()), (1, 0));
}

#[test]
fn rows_need_a_map() {
    let tree = all_large();
    let replay = Replay::new(&tree, Some(&tree), &[] as &[&str]).unwrap();
    assert!(replay.csv_header(b"a,b\n1,2\n").unwrap_err()[0].contains("`--map`"));
    assert!(replay.csv_header(b"").is_ok());
}
