//! Policies and requests of the bench of decisions.

use crate::by_hand::Rule;
use crate::rules;
use pointsman::facts::{Builtin, Facts, Value};
use pointsman::tree::Tree;

/// A policy and requests that it is asked about.
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Its rules for the ways by hand; `None` where these are not written for it.
    pub(crate) limits: Option<Vec<Rule>>,
    /// Whether parts of it run in the interpreter.
    pub(crate) is_opaque: bool,
    pub(crate) cases: Vec<Case>,
}

/// Requests, in turn.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    requests: Vec<Asked>,
    /// The route that the first of them takes.
    pub(crate) route: Option<u32>,
}

/// What a request says.
struct Asked {
    tenant: String,
    tokens: i64,
    tags: Vec<String>,
}

impl Asked {
    fn new(tenant: impl ToString, tokens: usize, tags: &[String]) -> Asked {
        Asked {
            tenant: tenant.to_string(),
            tokens: i64::try_from(tokens).expect("few tokens"),
            tags: ["vip".to_owned()]
                .into_iter()
                .chain(tags.iter().cloned())
                .collect(),
        }
    }

    fn facts(&self, tree: &Tree) -> Facts {
        let mut facts = Facts::empty(&tree.policy().facts);
        let values = [
            (Builtin::Tenant, Value::String(self.tenant.clone())),
            (Builtin::Tokens, Value::Int(self.tokens)),
            (Builtin::Tags, Value::StringList(self.tags.clone())),
        ];
        for (fact, value) in values {
            facts.set(fact.into(), value).expect("a value of the fact's type");
        }
        facts
    }
}

impl Case {
    fn new(name: &'static str, asked: Asked, route: usize) -> Case {
        Case {
            name,
            requests: vec![asked],
            route: u32::try_from(route).ok(),
        }
    }

    pub(crate) fn facts(&self, tree: &Tree) -> Vec<Facts> {
        self.requests.iter().map(|asked| asked.facts(tree)).collect()
    }
}

/// All policies, in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = Policy> {
    let sizes = [10, 100, 1_000, 10_000, 100_000].into_iter().map(tenants);
    let adversaries: [fn(usize) -> Policy; 5] = [half, ranges, tags, opaque, opaque_everywhere];
    sizes.chain(adversaries.into_iter().map(|policy| policy(10_000)))
}

fn a() -> [String; 1] {
    ["a".to_owned()]
}

/// Each rule on its tenant.
fn tenants(rules: usize) -> Policy {
    let asked = |rule: usize| Asked::new(format!("t{rule}"), 812, &a());
    let case = |name, rule| Case::new(name, asked(rule), rule);
    // Every tenant in turn, in an order that caches do not foresee.
    let any = Case {
        name: "each in turn",
        requests: (0..rules).map(|at| asked(at * 7_919 % rules)).collect(),
        route: Some(0),
    };
    let limits = (0..rules).map(|rule| Rule {
        tenant: format!("t{rule}"),
        limit: 9000,
    });
    Policy {
        name: format!("{rules} tenants"),
        text: rules::policy(rules),
        limits: Some(limits.collect()),
        is_opaque: false,
        cases: vec![
            case("first", 0),
            case("middle", rules / 2),
            case("last", rules - 1),
            Case::new("none", Asked::new(format!("t{}", rules / 2), 9000, &a()), rules),
            any,
        ],
    }
}

/// One tenant owns every second rule.
fn half(rules: usize) -> Policy {
    let tenant = |rule: usize| {
        if rule.is_multiple_of(2) {
            "big".to_owned()
        } else {
            format!("t{rule}")
        }
    };
    let asked = |tokens| Asked::new("big", tokens, &a());
    let limits = (0..rules).map(|rule| Rule {
        tenant: tenant(rule),
        limit: i64::try_from(rule + 1).expect("few rules"),
    });
    Policy {
        name: format!("{rules}, half of one tenant"),
        text: rules::of_conditions(rules, |rule| {
            format!(
                "tenant == \"{}\" && tokens < {} && \"a\" in tags",
                tenant(rule),
                rule + 1
            )
        }),
        limits: Some(limits.collect()),
        is_opaque: false,
        cases: vec![
            Case::new("first", asked(0), 0),
            Case::new("middle", asked(rules / 2), rules / 2),
            Case::new("last", asked(rules - 2), rules - 2),
            Case::new("none", asked(rules), rules),
        ],
    }
}

/// Wide ranges of tokens, each of which overlaps half of the others.
fn ranges(rules: usize) -> Policy {
    let asked = |tokens| Asked::new("t", tokens, &a());
    let width = rules / 2;
    Policy {
        name: format!("{rules} overlapping ranges"),
        text: rules::of_conditions(rules, |rule| {
            format!("tokens >= {rule} && tokens < {} && \"a\" in tags", rule + width)
        }),
        limits: None,
        is_opaque: false,
        cases: vec![
            Case::new("first", asked(width - 1), 0),
            Case::new("middle", asked(rules), rules - width + 1),
            Case::new("last", asked(rules + width - 2), rules - 1),
            Case::new("none", asked(rules * 2), rules),
        ],
    }
}

/// Three tags each, of 50, 50 and as many as it takes.
fn tags(rules: usize) -> Policy {
    let names = |rule: usize| {
        [
            format!("g{}", rule % 50),
            format!("h{}", rule / 50 % 50),
            format!("k{}", rule / 2_500),
        ]
    };
    let asked = |rule: usize| Asked::new("t", 1, &names(rule));
    Policy {
        name: format!("{rules} on tags alone"),
        text: rules::of_conditions(rules, |rule| {
            let [first, second, third] = names(rule);
            format!("\"{first}\" in tags && \"{second}\" in tags && \"{third}\" in tags")
        }),
        limits: None,
        is_opaque: false,
        cases: vec![
            Case::new("first", asked(0), 0),
            Case::new("middle", asked(rules / 2), rules / 2),
            Case::new("last", asked(rules - 1), rules - 1),
            Case::new("none", Asked::new("t", 1, &names(0)[..2]), rules),
        ],
    }
}

/// Every third rule asks what only the interpreter can tell, behind its tenant.
fn opaque(rules: usize) -> Policy {
    let rest = rules - 1 - rules % 3;
    Policy {
        name: format!("{rules}, a third opaque"),
        text: rules::of_conditions(rules, |rule| match rule % 3 {
            0 => format!("tenant == \"t{rule}\" && {}", interpreted(rule)),
            _ => format!("tenant == \"t{rule}\" && tokens < 9000 && \"a\" in tags"),
        }),
        limits: None,
        is_opaque: true,
        cases: vec![
            Case::new("last native", Asked::new(format!("t{rest}"), 812, &a()), rest),
            Case::new("first opaque", Asked::new("t0", 812, &a()), 0),
            Case::new("none", Asked::new("t0", 812, &[]), rules),
        ],
    }
}

/// Every third rule begins with the same question to the interpreter.
fn opaque_everywhere(rules: usize) -> Policy {
    Policy {
        name: format!("{rules}, a third opaque alike"),
        text: rules::of_conditions(rules, |rule| match rule % 3 {
            // No request has so many turns: the request of the bench has none.
            0 => format!("{} && tokens >= 9000 && turns == {}", interpreted(0), rule + 1),
            _ => format!("tenant == \"t{rule}\" && tokens < 9000 && \"a\" in tags"),
        }),
        limits: None,
        is_opaque: true,
        cases: vec![Case::new("none", Asked::new("t1", 9000, &a()), rules)],
    }
}

/// A condition without a native form: true where one of the tags is `a`.
fn interpreted(rule: usize) -> String {
    format!("tags.map(tag, tag + \"-{rule}\").exists(tag, tag == \"a-{rule}\")")
}
