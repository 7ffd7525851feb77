//! The records that are replayed, and the policies that decide them.

use crate::columns;
use pointsman::compile::{Texts, compile};
use pointsman::tree::Tree;
use std::fmt::Write;

/// What records are replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Lines of some 105 bytes, of other origin.
    Foreign,
    /// Records of version 1 of some 600 bytes.
    Own,
    /// Rows of five columns, of other origin.
    Columns,
}

/// What foreign records are mapped to.
const MAP: [&str; 3] = ["tokens=input_tokens", "output=output_tokens", "now=ts"];

const CATALOG: &str = r#"
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local context 256k price input $2.50 output $10 }
model small { provider local context 256k price input $0.15 cached $0.075 output $0.60 }
fact tier one of ["free", "gold", "team"] from tenant default "free"
"#;

/// The policy of before.
pub(crate) const OLD: &str = "route default { target large fallback small }";

impl Kind {
    pub(crate) const ALL: [Kind; 3] = [Kind::Foreign, Kind::Own, Kind::Columns];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Foreign => "foreign",
            Kind::Own => "version 1",
            Kind::Columns => "columns",
        }
    }

    pub(crate) fn map(self) -> &'static [&'static str] {
        match self {
            Kind::Foreign => &MAP,
            Kind::Own => &[],
            Kind::Columns => &columns::MAP,
        }
    }

    /// Whether they are held against the policy of before, as they tell no decision.
    pub(crate) fn has_baseline(self) -> bool {
        self != Kind::Own
    }

    /// The records of these numbers, one a line; there are no lines of columns.
    pub(crate) fn lines(self, numbers: std::ops::Range<usize>) -> String {
        let mut lines = String::new();
        for number in numbers {
            let written = match self {
                Kind::Foreign => foreign(&mut lines, number),
                Kind::Own => own(&mut lines, number),
                Kind::Columns => Ok(()),
            };
            assert!(written.is_ok());
        }
        lines
    }
}

/// The text of a policy.
pub(crate) fn policy(rules: &str) -> String {
    format!("{CATALOG}{rules}")
}

pub(crate) fn tree(rules: &str) -> Tree {
    let text = policy(rules);
    match compile(&mut Texts::new([("rules.policy", text.as_str())])) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => unreachable!("{:?}", rejected.diagnostics),
    }
}

/// 100 rules: by tenant, by length, by tag, by time, with a guard in ten of them.
pub(crate) fn new_rules() -> String {
    let mut rules = String::new();
    for number in 0..10 {
        rules.push_str(&format!(
            "guard g{number} {{ when tenant == \"t{number}\" && tokens > 9000 set max_tokens at most {} }}\n",
            1000 + number
        ));
    }
    for number in 0..89 {
        let (from, to) = (number * 50, number * 50 + 20);
        let condition = match number % 4 {
            0 => format!("tenant == \"t{number}\" && tokens < 9000"),
            1 => format!("tokens >= {from} && tokens < {to}"),
            2 => format!("\"tag-{number}\" in tags && tier == \"gold\""),
            _ => format!("now.getHours() < 6 && tokens < {from} && region == \"r{number}\""),
        };
        let target = match number % 3 {
            0 => "small fallback large",
            1 => "large fallback small",
            _ => "split by request { small 90% large 10% }",
        };
        rules.push_str(&format!(
            "route r{number} {{ when {condition} target {target} }}\n"
        ));
    }
    rules + "route default { target large fallback small }\n"
}

/// A record of other origin.
pub(crate) struct Foreign {
    /// Seconds into the day, and parts of 10⁻⁷ of a second.
    pub(crate) second: usize,
    pub(crate) part: usize,
    pub(crate) input: usize,
    pub(crate) output: usize,
}

impl Foreign {
    pub(crate) fn of(number: usize) -> Self {
        let (hour, minute, second) = (number / 90_000 % 24, number / 1_500 % 60, number / 25 % 60);
        Foreign {
            second: hour * 3_600 + minute * 60 + second,
            part: number * 31 % 10_000_000,
            input: number * 7_919 % 6_000,
            output: number * 104_729 % 900,
        }
    }
}

/// As public traces have them.
fn foreign(lines: &mut String, number: usize) -> std::fmt::Result {
    let Foreign {
        second,
        part,
        input,
        output,
    } = Foreign::of(number);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    writeln!(
        lines,
        "{{\"ts\":\"2023-11-16T{hour:02}:{minute:02}:{second:02}.{part:07}Z\",\"source\":\"trace\",\"input_tokens\":{input},\"output_tokens\":{output}}}",
    )
}

/// As the proxy writes them.
fn own(lines: &mut String, number: usize) -> std::fmt::Result {
    let (hour, minute, second) = (number / 90_000 % 24, number / 1_500 % 60, number / 25 % 60);
    let (input, output) = (number * 7_919 % 6_000, number * 104_729 % 900);
    let (tenant, user, seed) = (number % 40, number % 1_000, number as u64);
    let seed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    writeln!(
        lines,
        "{{\"v\":1,\"ts\":\"2026-11-20T{hour:02}:{minute:02}:{second:02}.123Z\",\"id\":\"r-{number}\",\
         \"policy\":\"b2e0d1a3c4f5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff\",\"seed\":\"{seed:016x}\",\"orders\":{{}},\
         \"facts\":{{\"tenant\":\"t{tenant}\",\"tier\":\"gold\",\"region\":\"eu\",\"user\":\"u{user}\",\"tags\":[\"tag-2\"],\"model\":\"gpt-4o\",\
         \"requested\":\"large\",\"api\":\"chat\",\"tokens\":{input},\"max_tokens\":0,\"stream\":true,\"json\":false,\"tools\":0,\
         \"images\":0,\"turns\":3,\"headers\":{{}},\"metadata\":{{}}}},\"decision\":{{\"route\":\"default\",\"targets\":[\"large\",\"small\"],\
         \"guards\":[],\"skipped\":[]}},\"attempts\":[{{\"target\":\"large\",\"status\":200,\"first_token_ms\":210,\"ms\":812}}],\
         \"outcome\":\"ok\",\"usage\":{{\"input\":{input},\"cached\":0,\"output\":{output}}},\"cost_usd\":\"0.0{input}\"}}",
    )
}
