//! Small random policies, and what becomes of one by a few random edits: pairs to be told apart.

use fastrand::Rng;
use std::fmt::Write;

/// Names of tenants that may be declared.
pub(super) const TENANTS: [&str; 4] = ["ada", "bob", "cyd", "dan"];

/// Values of the facts from tenant; the first of each is the default.
pub(super) const TIERS: [&str; 3] = ["free", "pro", "gold"];
pub(super) const REGIONS: [&str; 3] = ["", "eu", "us"];
pub(super) const TEAMS: [&str; 2] = ["x", "y"];

/// Tags of tenants, and tags that are claimed.
pub(super) const TAGS: [&str; 3] = ["vip", "beta", "odd"];

/// Bounds that numbers are held against.
pub(super) const BOUNDS: [i64; 3] = [2, 5, 8];

/// Names that clients may ask for models by.
pub(super) const ASKED: [&str; 6] = ["", "m0", "m1", "p", "gpt-x", "gpt-y"];

/// A declared tenant.
#[derive(Clone, Debug)]
struct Tenant {
    name: &'static str,
    says: [usize; 3],
    tags: Vec<&'static str>,
}

/// A policy that can still be edited.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    tenants: Vec<Tenant>,
    /// Places of the defaults of `group`, `level`, `label`, `tier` and `team`, and of the values that `group` has.
    facts: [usize; 6],
    models: Vec<String>,
    pools: Vec<String>,
    assumes: Vec<String>,
    guards: Vec<(String, String)>,
    routes: Vec<(String, String)>,
    last: String,
}

impl Draft {
    pub(super) fn draw(random: &mut Rng) -> Draft {
        let mut draft = Draft {
            tenants: Vec::new(),
            facts: [0; 6],
            models: (0..3).map(|number| model(number, random)).collect(),
            pools: (0..2).map(|_| pool(random)).collect(),
            assumes: Vec::new(),
            guards: Vec::new(),
            routes: Vec::new(),
            last: action(random),
        };
        if random.u8(..3) > 0 {
            let count = random.usize(1..=TENANTS.len());
            let names = random.choose_multiple(TENANTS, count);
            draft.tenants = names.into_iter().map(|name| tenant(name, random)).collect();
        }
        if random.u8(..5) == 0 {
            draft.assumes.push(condition(random));
        }
        for number in 0..random.usize(..2) {
            draft.guards.push((format!("g{number}"), guard(random)));
        }
        for number in 0..random.usize(1..4) {
            draft.routes.push((format!("r{number}"), route(random)));
        }
        draft
    }

    /// Changes one thing.
    pub(super) fn edit(&mut self, random: &mut Rng) {
        match random.u8(..14) {
            0..=2 => change(&mut self.routes, random, route),
            3 => change(&mut self.guards, random, guard),
            4 if self.routes.len() > 1 => {
                let at = random.usize(1..self.routes.len());
                self.routes.swap(at - 1, at);
            }
            5 => insert(&mut self.routes, "s", random, route),
            6 => insert(&mut self.guards, "h", random, guard),
            7 => remove(&mut self.routes, random),
            8 => remove(&mut self.guards, random),
            9 => {
                let at = random.usize(..self.models.len());
                self.models[at] = model(at, random);
            }
            10 => *random.choice(&mut self.pools).unwrap() = pool(random),
            11 => match random.choice(&mut self.tenants) {
                Some(known) => *known = tenant(known.name, random),
                None => self.tenants.push(tenant(TENANTS[0], random)),
            },
            12 => self.others(random),
            _ => self.last = action(random),
        }
    }

    /// Changes who calls, what facts are, or what is assumed.
    fn others(&mut self, random: &mut Rng) {
        match random.u8(..4) {
            0 if self.tenants.len() > 1 => _ = self.tenants.remove(random.usize(..self.tenants.len())),
            1 => {
                let unknown = TENANTS
                    .iter()
                    .find(|name| !self.tenants.iter().any(|known| known.name == **name));
                self.tenants.extend(unknown.map(|name| tenant(name, random)));
            }
            2 => self.facts = [0; 6].map(|_| random.usize(..2)),
            _ => match self.assumes.pop() {
                Some(_) => {}
                None => self.assumes.push(condition(random)),
            },
        }
    }

    pub(super) fn text(&self) -> String {
        let [group, level, label, tier, team, values] = self.facts;
        let groups = [["g", "h"], ["i", "h"]][values];
        let mut text = format!(
            "fact tier one of {TIERS:?} from tenant default {:?}\n\
             fact team one of {TEAMS:?} from tenant default {:?}\n\
             fact group one of {:?} from header \"x-group\" default {:?}\n\
             fact level int from metadata \"level\" default {}\n\
             fact label string from header \"x-label\" default {:?}\n\
             provider sim {{ protocol simulated }}\n",
            TIERS[tier],
            TEAMS[team],
            groups,
            groups[group],
            [0, 5][level],
            ["", "core"][label]
        );
        for tenant in &self.tenants {
            let [tier, region, team] = tenant.says;
            let _ = writeln!(
                text,
                "tenant {} {{ key k env {:?} tier {:?} region {:?} team {:?} tags {:?} }}",
                tenant.name, tenant.name, TIERS[tier], REGIONS[region], TEAMS[team], tenant.tags
            );
        }
        for (number, model) in self.models.iter().enumerate() {
            let _ = writeln!(text, "model m{number} {{ provider sim {model} }}");
        }
        for (name, pool) in ["p", "q"].iter().zip(&self.pools) {
            let _ = writeln!(text, "pool {name} {{ {pool} }}");
        }
        for (number, assume) in self.assumes.iter().enumerate() {
            let _ = writeln!(text, "assume a{number} {{ that {assume} }}");
        }
        for (name, guard) in &self.guards {
            let _ = writeln!(text, "guard {name} {{ {guard} }}");
        }
        for (name, route) in &self.routes {
            let _ = writeln!(text, "route {name} {{ {route} }}");
        }
        let _ = writeln!(text, "route last {{ {} }}", self.last);
        text
    }
}

fn change(rules: &mut [(String, String)], random: &mut Rng, draw: fn(&mut Rng) -> String) {
    if let Some((name, rule)) = random.choice(rules) {
        *rule = draw(random);
        if random.u8(..6) == 0 {
            name.push('x');
        }
    }
}

fn insert(rules: &mut Vec<(String, String)>, name: &str, random: &mut Rng, draw: fn(&mut Rng) -> String) {
    let at = random.usize(..=rules.len());
    let name = format!("{name}{}", rules.len());
    if !rules.iter().any(|(known, _)| *known == name) {
        rules.insert(at, (name, draw(random)));
    }
}

fn remove(rules: &mut Vec<(String, String)>, random: &mut Rng) {
    if !rules.is_empty() {
        rules.remove(random.usize(..rules.len()));
    }
}

fn tenant(name: &'static str, random: &mut Rng) -> Tenant {
    let tags = random.usize(..3);
    Tenant {
        name,
        says: [
            random.usize(..TIERS.len()),
            random.usize(..REGIONS.len()),
            random.usize(..TEAMS.len()),
        ],
        tags: random
            .choose_multiple(&TAGS[..2], tags)
            .into_iter()
            .copied()
            .collect(),
    }
}

fn model(number: usize, random: &mut Rng) -> String {
    let region = ["eu", "us"][random.usize(..2)];
    let window = ["", "", "", "context 3"][random.usize(..4)];
    let can = ["", "", "", "can [tools, json]"][random.usize(..4)];
    let name = ["gpt-x", "gpt-y", "gpt-*"][number];
    let serves = [
        String::new(),
        "serves []".to_owned(),
        format!("serves [{name:?}]"),
    ];
    let serves = &serves[random.usize(..3)];
    let vectors = ["", "vectors \"v\"", "vectors \"v\""][random.usize(..3)];
    let price = [
        "",
        "price input $1 output $3",
        "price input $2 output $2",
        "price input $3 output $1 max-output 3",
        "price input $1 output $2 max-output 6",
    ][random.usize(..5)];
    format!("region {region:?} {window} {can} {serves} {vectors} {price}")
}

fn pool(random: &mut Rng) -> String {
    let picks = [
        "first",
        "random",
        "weighted",
        "least-busy",
        "fastest",
        "prefix",
        "cheapest",
        "cheapest",
        "sticky by user",
        "sticky by label",
        "sticky by tenant",
        "sticky by level",
    ];
    let pick = picks[random.usize(..picks.len())];
    let members = ["[m0, m1]", "[m1, m2]", "[m2, m0]", "[m0 3, m1 1]", "[m0, m1, m2]"][random.usize(..5)];
    format!("pick {pick} members {members}")
}

fn guard(random: &mut Rng) -> String {
    let when = match random.u8(..6) {
        0 => String::new(),
        _ => format!("when {}", condition(random)),
    };
    let effect = match random.u8(..6) {
        0 => "deny 403 \"no\"",
        1 => "deny 429 \"later\"",
        2 => "require target.region == \"eu\"",
        3 => "require target.model != \"m1\" || region == \"us\"",
        4 => "set max_tokens at most 5",
        _ => "set max_tokens at most 9",
    };
    format!("{when} {effect}")
}

fn route(random: &mut Rng) -> String {
    format!("when {} {}", condition(random), action(random))
}

fn action(random: &mut Rng) -> String {
    let mut targets = ["m0", "m1", "m2", "p", "q"];
    random.shuffle(&mut targets);
    let fallbacks = targets[2..2 + random.usize(..3)].join(", ");
    let fallback = if fallbacks.is_empty() {
        String::new()
    } else {
        format!("fallback [{fallbacks}]")
    };
    let [first, second, ..] = targets;
    let share = [10, 50, 90][random.usize(..3)];
    let target = match random.u8(..9) {
        8 => format!("hedge [{first}, {second}] after 1s"),
        0 => return "deny 403 \"closed\"".to_owned(),
        1 => "requested".to_owned(),
        2 | 3 => {
            let by = ["user", "tenant", "request", "label"][random.usize(..4)];
            format!("split by {by} {{ {first} {share}% {second} {}% }}", 100 - share)
        }
        _ => first.to_owned(),
    };
    format!("target {target} {fallback}")
}

fn condition(random: &mut Rng) -> String {
    let atoms: Vec<String> = (0..random.usize(1..3)).map(|_| atom(random)).collect();
    let sign = [" && ", " || "][random.usize(..2)];
    let joined = atoms.join(sign);
    if random.u8(..5) == 0 {
        format!("!({joined})")
    } else {
        joined
    }
}

fn atom(random: &mut Rng) -> String {
    let bound = BOUNDS[random.usize(..BOUNDS.len())];
    let of = |random: &mut Rng, words: &[&str]| format!("{:?}", words[random.usize(..words.len())]);
    let relation = ["<=", ">", "<", ">=", "=="][random.usize(..5)];
    match random.u8(..21) {
        20 => "api == \"embeddings\"".to_owned(),
        0 | 1 => format!("tokens {relation} {bound}"),
        2 => format!("max_tokens {relation} {bound}"),
        3 => format!("tokens + max_tokens {relation} {bound}"),
        4 => "stream".to_owned(),
        5 => "images > 0".to_owned(),
        6 => "tools > 0".to_owned(),
        7 => format!("tier == {}", of(random, &TIERS)),
        8 => format!("region != {}", of(random, &REGIONS)),
        9 => format!("team == {}", of(random, &TEAMS)),
        10 => format!("group == {}", of(random, &["g", "h"])),
        11 => format!("level {relation} {bound}"),
        12 => format!("label == {}", of(random, &["", "core", "rest"])),
        13 => format!("label.startsWith({})", of(random, &["c", "r"])),
        14 | 15 => format!("{} in tags", of(random, &TAGS)),
        16 => format!("tenant == {}", of(random, &TENANTS)),
        17 => format!("model == {}", of(random, &ASKED)),
        18 => format!("requested != {}", of(random, &["", "m0", "p"])),
        _ => format!("user in [\"u1\", {}]", of(random, &["u2", ""])),
    }
}
