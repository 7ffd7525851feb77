//! Expressions: types, totality and diagnostics, text in and text out. To add a case, add a line to a file in `cases/`.

mod totality;

use super::interval::Interval;
use super::scope::Subject;
use super::*;
use crate::facts::{Builtin, Definition, Origin, Register, Value};
use crate::source::SourceMap;
use crate::syntax::parse_expression;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Lets that the cases may use, each on top of those before it; `broken` does not type.
const LETS: [(&str, &str); 8] = [
    ("heavy", "tokens > 100000 || images > 4"),
    ("limits", r#"{"free": 1000, "pro": 5000, "gold": 9000}"#),
    ("with_team", r#""x-team" in headers"#),
    ("without_team", "!with_team"),
    ("busy", "tokens > 0 && turns > 0"),
    ("class", "tier"),
    ("name", "user"),
    ("broken", "tokens + user"),
];

fn register() -> Register {
    let mut register = Register::new();
    let tiers = ["free", "pro", "gold"].map(str::to_owned).to_vec();
    register.narrow(Builtin::Tier, Some(tiers), "free".to_owned());
    for (name, default) in [
        ("level", Value::Int(0)),
        ("team", Value::String(String::new())),
        ("beta", Value::Bool(false)),
    ] {
        register.declare(Definition {
            name: name.to_owned(),
            ty: default.ty(),
            origin: Origin::Header(format!("x-{name}")),
            default,
            one_of: None,
            range: i64::MIN..=i64::MAX,
        });
    }
    register
}

/// The lets of the cases, checked.
fn lets(facts: &Register) -> BTreeMap<String, LetBinding> {
    let mut lets = BTreeMap::new();
    for (index, (name, value)) in (0..).zip(LETS) {
        let value = parse_expression(SourceMap::new().add("lets", value), value).unwrap();
        let scope = Scope {
            facts,
            lets: &lets,
            subject: Subject::Request,
        };
        let (_, binding) = check_let(LetId(index), &value, &scope, &mut Vec::new());
        lets.insert(name.to_owned(), binding);
    }
    lets
}

/// Checks one text with these lets and `target` in scope.
fn check_text(
    text: &str,
    facts: &Register,
    lets: &BTreeMap<String, LetBinding>,
) -> (Option<model::Expression>, Vec<Diagnostic>) {
    let scope = Scope {
        facts,
        lets,
        subject: Subject::Target,
    };
    let expression = parse_expression(SourceMap::new().add("case", text), text).unwrap();
    let mut diagnostics = Vec::new();
    let checked = check(&expression, None, &scope, &mut diagnostics);
    (checked, diagnostics)
}

/// Type and diagnostics of one text.
fn report(text: &str) -> String {
    let facts = register();
    let (checked, diagnostics) = check_text(text, &facts, &lets(&facts));
    let mut sources = SourceMap::new();
    sources.add("case", text);
    let is_refused = crate::diagnostic::has_errors(&diagnostics);
    assert_eq!(
        checked.is_none(),
        is_refused || text.contains("broken"),
        "{text}: {diagnostics:?}"
    );
    let mut out = String::new();
    if let Some(checked) = &checked {
        writeln!(out, "  : {}", checked.ty).unwrap();
    }
    for diagnostic in &diagnostics {
        writeln!(out, "  {} {}", diagnostic.code(), diagnostic.message()).unwrap();
        let label = diagnostic.primary().unwrap();
        writeln!(out, "      {} <- {}", sources.text(label.span), label.text).unwrap();
        for line in diagnostic.help_lines() {
            writeln!(out, "      help: {line}").unwrap();
        }
    }
    out
}

/// Each case with its report.
fn reports(cases: &str) -> String {
    cases
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| match line.strip_prefix('#') {
            Some(_) => format!("{line}\n"),
            None => format!("{line}\n{}", report(line)),
        })
        .collect()
}

#[test]
fn accepted() {
    let reports = reports(include_str!("cases/accepted.txt"));
    insta::assert_snapshot!(reports);
    assert!(!reports.contains("  P3"), "a case is refused");
}

#[test]
fn refused() {
    let cases = include_str!("cases/refused.txt");
    for line in cases
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        assert!(!report(line).contains("  : "), "{line} is accepted");
    }
    insta::assert_snapshot!(reports(cases));
}

#[test]
fn names_leave_out_variables() {
    let text = r#"tags.exists(t, t == user && u.x(t)) && t > target.model && {"a": b}[c] && has(headers.d)"#;
    let file = SourceMap::new().add("case", text);
    let expression = parse_expression(file, text).unwrap();
    let found: Vec<&str> = names(&expression).into_iter().map(|(name, _)| name).collect();
    assert_eq!(found, ["tags", "user", "u", "t", "target", "b", "c", "headers"]);
}

/// The first thing said of a condition over the built-in facts, without a target, that is refused.
fn refusal(text: &str) -> Diagnostic {
    let file = SourceMap::new().add("case", text);
    let expression = parse_expression(file, text).unwrap();
    let facts = Register::new();
    let scope = Scope {
        facts: &facts,
        lets: &BTreeMap::new(),
        subject: Subject::Request,
    };
    let mut diagnostics = Vec::new();
    assert_eq!(
        check(&expression, Some(&Type::Bool), &scope, &mut diagnostics),
        None
    );
    diagnostics.swap_remove(0)
}

#[test]
fn without_a_target_none_can_be_read() {
    let refusal = refusal(r#"target.region == "eu""#);
    assert_eq!(refusal.code(), crate::diagnostic::Code::RESERVED_NAME);
}

#[test]
fn a_condition_must_be_a_bool() {
    assert_eq!(refusal("tokens").message(), "a bool is wanted here, not an int");
}

/// The deepest and the longest expressions that parse are checked in the stack of an ordinary thread.
#[test]
fn depth_and_length_are_no_danger() {
    let facts = register();
    let texts = [
        vec!["tokens > 1"; 1300].join(" && "),
        vec!["1"; 200].join(" + "),
        (0..60).fold("stream".to_owned(), |inner, _| {
            format!("!({inner} ? true : false)")
        }),
        format!("{}stream", "!".repeat(250)),
        format!("{}stream", "json ? true : ".repeat(250)),
        (0..60).fold("user".to_owned(), |inner, _| format!("[{inner}]")),
        format!("user in [{}]", vec!["\"u1\", \"u2\""; 50_000].join(", ")),
    ];
    for text in texts {
        let file = SourceMap::new().add("case", text.as_str());
        let expression = parse_expression(file, &text).unwrap();
        let scope = Scope {
            facts: &facts,
            lets: &BTreeMap::new(),
            subject: Subject::Request,
        };
        assert!(check(&expression, None, &scope, &mut Vec::new()).is_some());
    }
}

fn interval() -> impl Strategy<Value = Interval> {
    let end = prop_oneof![-20i64..20, any::<i64>(), Just(i64::MIN), Just(i64::MAX),];
    (end.clone(), end).prop_map(|(one, other)| Interval::new(one.min(other).into(), one.max(other).into()))
}

/// An interval and a number in it.
fn member() -> impl Strategy<Value = (Interval, i128)> {
    (interval(), any::<u64>()).prop_map(|(range, choice)| {
        let width = range.high - range.low + 1;
        (range, range.low + i128::from(choice) % width)
    })
}

proptest! {
    /// Arithmetic on two numbers ends in what the intervals say.
    #[test]
    fn intervals_hold_what_arithmetic_makes((left, a) in member(), (right, b) in member()) {
        prop_assert!(left.add(right).contains(a + b));
        prop_assert!(left.subtract(right).contains(a - b));
        prop_assert!(left.multiply(right).contains(a * b));
        prop_assert!(left.negate().contains(-a));
        prop_assert!(left.hull(right).contains(a) && left.hull(right).contains(b));
        if b != 0 {
            prop_assert!(left.divide(right).unwrap().contains(a / b));
            prop_assert!(left.remainder(right).contains(a % b));
        }
        if a != b {
            prop_assert!(left.without(b).contains(a));
        }
        prop_assert_eq!(left.intersect(right).is_some_and(|both| both.contains(a)), right.contains(a));
    }
}
