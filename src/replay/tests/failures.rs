//! Recorded and rehearsed failures in a replay: who answers, what it costs, and what is only estimated.

use super::super::*;
use super::whole::read;
use crate::compile::{Texts, compile};
use crate::tree::Tree;
use std::fmt::Write;

const CATALOG: &str = r#"
provider near { protocol openai url "http://localhost:8001/v1" }
provider far  { protocol openai url "http://localhost:8002/v1" }
model a { provider near context 2000k price input $1 output $1 }
model b { provider near context 2000k price input $10 output $10 }
model c { provider far context 2000k price input $100 output $100 }
pool pair { pick first members [a, b] }
"#;

/// One route with these clauses.
fn policy(clauses: &str) -> Tree {
    let text = format!("{CATALOG}route only {{ {clauses} }}");
    match compile(&mut Texts::new([("only.policy", text.as_str())])) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => panic!("{:?}", rejected.diagnostics),
    }
}

/// A record at a minute of an hour whose attempts are these, decided as `a` then `b`; a million tokens each way.
fn record(minute: u32, seed: u64, attempts: &str, outcome: &str) -> String {
    let answered = attempts
        .rsplit("\"target\":\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let cost = match answered {
        "a" => "2",
        "b" => "20",
        _ => "200",
    };
    format!(
        "{{\"v\":1,\"ts\":\"2026-11-20T12:{minute:02}:00Z\",\"seed\":\"{seed:016x}\",\"facts\":{{\"tenant\":\"t\"}},\
         \"decision\":{{\"route\":\"only\",\"targets\":[\"a\",\"b\"],\"guards\":[],\"skipped\":[]}},\
         \"attempts\":[{attempts}],\"outcome\":\"{outcome}\",\
         \"usage\":{{\"input\":1000000,\"output\":1000000}},\"cost_usd\":\"{cost}\"}}\n"
    )
}

const LIMITED: &str = r#"{"target":"a","status":429,"class":"rate-limit","ms":5}"#;
const REFUSED: &str = r#"{"target":"a","class":"connect","ms":5}"#;
const A: &str = r#"{"target":"a","status":200,"first_token_ms":9,"ms":20}"#;
const B: &str = r#"{"target":"b","status":200,"first_token_ms":9,"ms":20}"#;
const C: &str = r#"{"target":"c","status":200,"first_token_ms":9,"ms":20}"#;
const CUT: &str = r#"{"target":"a","status":200,"class":"truncated","first_token_ms":9,"ms":2009}"#;

fn replayed(tree: &Tree, rehearsal: &Rehearsal, lines: &str) -> Report {
    let mut replay = Replay::new(tree, None, &[] as &[&str]).unwrap();
    replay.rehearse(rehearsal);
    let mut rates = Rates::default();
    rates.read(lines.as_bytes());
    replay.set_rates(rates);
    read(&replay, lines)
}

/// What a replay says in one line.
fn told(report: &Report) -> String {
    let mut text = String::new();
    for target in &report.targets {
        write!(text, "{} {}, ", target.target, target.records).unwrap();
    }
    for (label, before, after) in report.outcomes.rows() {
        write!(text, "{label} {before} → {after}, ").unwrap();
    }
    let delta = report
        .cost
        .delta
        .map_or("unknown".to_owned(), |delta| delta.to_string());
    format!("{text}estimated {}, delta {delta}", report.estimated)
}

fn say(clauses: &str, rehearsal: &Rehearsal, lines: &str) -> String {
    told(&replayed(&policy(clauses), rehearsal, lines))
}

fn rehearse(failing: &[&str], outages: &[&str]) -> Rehearsal {
    let tree = policy("target a fallback b");
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    Rehearsal::parse(&owned(failing), &owned(outages), &[tree.policy()]).unwrap()
}

#[test]
fn the_policy_that_recorded_ends_as_recorded() {
    let lines = [
        record(0, 2, &format!("{LIMITED},{B}"), "ok"),
        record(0, 3, &format!("{REFUSED},{A}"), "ok"),
        record(0, 4, CUT, "truncated"),
    ];
    let answered: String = (10..17).map(|seed| record(0, seed, A, "ok")).collect();
    let report = replayed(
        &policy("target a fallback b"),
        &Rehearsal::default(),
        &(lines.concat() + &answered),
    );
    assert_eq!(report.agreement, Some(1.0));
    assert_eq!(
        told(&report),
        "a 9, b 1, answered 9 → 9, truncated 1 → 1, estimated 0, delta 0"
    );
    let estimate = report.estimate.unwrap();
    assert_eq!((estimate.records, estimate.unsupported), (0, 0));
}

#[test]
fn a_refusal_is_an_end_and_without_it_nobody_knows_who_would_have_answered() {
    let line = concat!(
        r#"{"v":1,"ts":"2026-11-20T12:00:00Z","seed":"0000000000000001","facts":{"tenant":"t"},"#,
        r#""decision":{"route":null,"targets":[],"guards":["g"],"skipped":[],"denied":"g","status":403},"#,
        r#""attempts":[],"outcome":"denied","usage":null,"cost_usd":null}"#,
        "\n"
    );
    let none = Rehearsal::default();
    assert_eq!(
        say("deny 403 \"no\"", &none, line),
        "refused 1 → 1, estimated 0, delta 0"
    );
    assert_eq!(
        say("target a fallback b", &none, line),
        "a 1, answered 0 → 1, refused 1 → 0, estimated 1, delta unknown"
    );
}

#[test]
fn fallbacks_follow_the_recorded_class() {
    let lines = record(0, 1, &format!("{LIMITED},{B}"), "ok");
    let none = Rehearsal::default();
    assert_eq!(
        say("target a fallback b on [server]", &none, &lines),
        "answered 1 → 0, failed 0 → 1, estimated 0, delta -20"
    );
    assert_eq!(
        say("target a fallback b on [rate-limit]", &none, &lines),
        "b 1, answered 1 → 1, estimated 0, delta 0"
    );
    // `c` was not asked and never failed.
    assert_eq!(
        say("target a fallback [c, b]", &none, &lines),
        "c 1, answered 1 → 1, estimated 1, delta 180"
    );
}

#[test]
fn a_repeat_is_one_only_where_the_policy_repeats() {
    let lines = record(0, 1, &format!("{REFUSED},{A}"), "ok");
    let none = Rehearsal::default();
    assert_eq!(
        say("target a fallback b retry 1 on [connect]", &none, &lines),
        "a 1, answered 1 → 1, estimated 0, delta 0"
    );
    assert_eq!(
        say("target a fallback b retry 0 on [connect]", &none, &lines),
        "b 1, answered 1 → 1, estimated 1, delta 18"
    );
    assert_eq!(
        say(
            "target a fallback b retry 0 on [connect] attempts 1",
            &none,
            &lines
        ),
        "answered 1 → 0, failed 0 → 1, estimated 0, delta -2"
    );
    // What failed keeps failing beyond what was recorded of it, and costs no further attempt.
    let lines = record(0, 1, &format!("{REFUSED},{B}"), "ok");
    assert_eq!(
        say(
            "target a fallback b retry 5 on [connect] attempts 2",
            &none,
            &lines
        ),
        "b 1, answered 1 → 1, estimated 0, delta 0"
    );
}

#[test]
fn the_commit_rule_says_whether_a_cut_is_rescued() {
    let lines = record(0, 1, CUT, "truncated");
    let none = Rehearsal::default();
    let cut = "a 1, truncated 1 → 1, estimated 0, delta 0";
    let rescued = "b 1, answered 0 → 1, truncated 1 → 0, estimated 1, delta 18";
    assert_eq!(say("target a fallback b", &none, &lines), cut);
    assert_eq!(say("target a fallback b commit complete", &none, &lines), rescued);
    assert_eq!(say("target a fallback b commit after 1s", &none, &lines), cut);
    assert_eq!(say("target a fallback b commit after 3s", &none, &lines), rescued);
}

#[test]
fn an_open_breaker_is_passed_over_again() {
    let line = record(0, 1, B, "ok").replace("\"outcome\"", "\"passed_over\":[\"a\"],\"outcome\"");
    assert_eq!(
        say("target a fallback b", &Rehearsal::default(), &line),
        "b 1, answered 1 → 1, estimated 0, delta 0"
    );
}

#[test]
fn a_target_passed_over_is_left_as_after_what_opened_its_breaker() {
    let passed = "\"passed_over\":[\"a\"],\"passed_over_after\":[\"connect\"],\"outcome\"";
    let line = record(0, 1, C, "ok").replace("\"outcome\"", passed);
    let clauses = "target a fallback c on [connect] fallback b";
    assert_eq!(
        say(clauses, &Rehearsal::default(), &line),
        "c 1, answered 1 → 1, estimated 0, delta 0"
    );
    // Records of before that was noted: a failure of the kind that opens breakers.
    let unsaid = line.replace("passed_over_after", "unknown");
    assert_eq!(
        say(clauses, &Rehearsal::default(), &unsaid),
        "b 1, answered 1 → 1, estimated 1, delta -180"
    );
}

#[test]
fn a_hedge_goes_on_where_its_second_side_had_begun() {
    let slow = r#"{"target":"a","status":200,"ms":900,"cancelled":true}"#;
    let failed = r#"{"target":"a","status":500,"class":"server","ms":900}"#;
    let clauses = "target hedge [pair, c] after 500ms fallback b";
    // The prompt of the one that was too slow is paid too.
    let raced = record(0, 1, &format!("{slow},{C}"), "ok").replace("\"200\"", "\"201\"");
    for line in [raced, record(0, 1, &format!("{failed},{C}"), "ok")] {
        assert_eq!(
            say(clauses, &Rehearsal::default(), &line),
            "c 1, answered 1 → 1, estimated 0, delta 0"
        );
    }
    // Both count among the attempts that a request may have.
    let broken = C
        .replace("200", "500")
        .replace("\"first_token_ms\":9", "\"class\":\"server\"");
    let both = record(0, 1, &format!("{slow},{broken}"), "failed")
        .replace("\"cost_usd\":\"200\"", "\"cost_usd\":\"0\"");
    assert_eq!(
        say(
            &format!("{clauses} attempts 2 retry 0 on [server]"),
            &Rehearsal::default(),
            &both
        ),
        "failed 1 → 1, estimated 0, delta 0"
    );
    let alone = record(0, 1, &format!("{failed},{B}"), "ok");
    assert_eq!(
        say(clauses, &Rehearsal::default(), &alone),
        "b 1, answered 1 → 1, estimated 0, delta 0"
    );
}

#[test]
fn failures_can_be_rehearsed() {
    let lines: String = (0..10).map(|minute| record(minute, 1, A, "ok")).collect();
    let clauses = "target a fallback [b, c]";
    assert_eq!(
        say(clauses, &rehearse(&["a"], &[]), &lines),
        "b 10, answered 10 → 10, estimated 10, delta 180"
    );
    assert_eq!(
        say(clauses, &rehearse(&["provider near"], &[]), &lines),
        "c 10, answered 10 → 10, estimated 10, delta 1980"
    );
    assert_eq!(
        say("target a", &rehearse(&["a"], &[]), &lines),
        "answered 10 → 0, failed 0 → 10, estimated 0, delta -20"
    );
    // From its beginning, to before its end.
    let outage = rehearse(&[], &["a=2026-11-20T12:03:00Z..2026-11-20T12:05:00Z"]);
    assert_eq!(
        say(clauses, &outage, &lines),
        "a 8, b 2, answered 10 → 10, estimated 2, delta 36"
    );
}

#[test]
fn foreign_traffic_can_rehearse_too() {
    let tree = policy("target a fallback b");
    let map = ["tokens=in", "output=out", "now=at"];
    let mut replay = Replay::new(&tree, Some(&tree), &map).unwrap();
    replay.rehearse(&rehearse(&[], &["a=2026-11-20T12:00:00Z..2026-11-20T13:00:00Z"]));
    let lines = "{\"in\":1000000,\"out\":0,\"at\":\"2026-11-20T12:30:00Z\"}\n\
                 {\"in\":1000000,\"out\":0,\"at\":\"2026-11-20T13:30:00Z\"}\n";
    assert_eq!(
        told(&read(&replay, lines)),
        "a 1, b 1, answered 2 → 2, estimated 0, delta 0"
    );
}

#[test]
fn a_target_that_was_not_asked_fails_as_often_as_it_did_around_that_time() {
    let failed =
        r#"{"target":"b","status":503,"class":"overload","ms":5},{"target":"c","status":200,"ms":9}"#;
    // Around minute 10 `b` fails half of its requests, around minute 40 none.
    let mut lines = String::new();
    for seed in 0..400 {
        let past = if seed % 2 == 0 { failed } else { B };
        lines.push_str(&record(10, seed, past, "ok"));
        lines.push_str(&record(40, seed, B, "ok"));
    }
    let asked: String = (0..1000).map(|seed| record(11, 5_000 + seed, A, "ok")).collect();
    let later: String = (0..1000).map(|seed| record(41, 5_000 + seed, A, "ok")).collect();
    let tree = policy("target b");
    let mut replay = Replay::new(&tree, None, &[] as &[&str]).unwrap();
    let mut rates = Rates::default();
    rates.read([lines, asked.clone(), later.clone()].concat().as_bytes());
    replay.set_rates(rates);
    let report = read(&replay, &asked);
    assert_eq!(report.estimated, 1000);
    let failed = report.outcomes.candidate.failed;
    assert!(
        (430..570).contains(&failed),
        "{failed} of 1,000 at a rate of one half"
    );
    assert_eq!(read(&replay, &asked), report, "a seed draws the same again");
    assert_eq!(read(&replay, &later).outcomes.candidate.failed, 0);
}

#[test]
fn rates_merge_in_any_order() {
    let lines = [
        record(1, 1, &format!("{LIMITED},{B}"), "ok"),
        record(2, 1, A, "ok"),
        record(2, 1, CUT, "truncated"),
    ];
    let count = |lines: &[String]| {
        let mut rates = Rates::default();
        rates.read(lines.concat().as_bytes());
        rates
    };
    let whole = count(&lines);
    assert_eq!(count(&lines[..1]).merge(count(&lines[1..])), whole);
    assert_eq!(count(&lines[1..]).merge(count(&lines[..1])), whole);
}

#[test]
fn a_rehearsal_names_what_there_is() {
    let tree = policy("target a fallback b");
    let parse = |failing: &[&str], outages: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Rehearsal::parse(&owned(failing), &owned(outages), &[tree.policy()]).unwrap_err()
    };
    assert_eq!(
        parse(
            &["d", "provider nea"],
            &[
                "a",
                "a=now..later",
                "a=2026-11-20T13:00:00Z..2026-11-20T12:00:00Z"
            ]
        ),
        [
            "`--failing d`: no policy has a model `d`; did you mean `a`?",
            "`--failing provider nea`: no policy has a provider `nea`; did you mean `near`?",
            "`--outage a`: it is `MODEL=FROM..TO`",
            "`--outage a=now..later`: `now` is no time such as `2026-11-20T12:00:00Z`",
            "`--outage a=2026-11-20T13:00:00Z..2026-11-20T12:00:00Z`: `2026-11-20T13:00:00Z` is not before `2026-11-20T12:00:00Z`",
        ]
    );
}
