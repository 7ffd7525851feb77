//! Draws a policy: which facts it speaks of, what it asks of them, and rules that make use of it all.

use super::atoms::{self, Atom, Dimension, about};
use super::choices::Choices;
use super::sketch::{Action, Route, Sketch, Tenant};
use std::fmt::Write;

const APIS: [&str; 4] = ["chat", "responses", "messages", "embeddings"];
const TIERS: [&str; 3] = ["free", "pro", "gold"];

/// What models cost: which of them is the cheapest, tokens say.
const PRICES: [&str; 5] = [
    "",
    "",
    "price input $1 output $4 max-output 1",
    "price input $3 output $2 max-output 1",
    "price input $2 output $1 max-output 2",
];

/// A policy being drawn.
struct Drawing<'c, 'b> {
    choices: &'c mut Choices<'b>,
    sketch: Sketch,
    /// Questions that conditions are made of.
    pool: Vec<String>,
    models: usize,
    pools: usize,
}

/// Draws a policy.
pub(crate) fn sketch(choices: &mut Choices<'_>) -> Sketch {
    let mut drawing = Drawing {
        choices,
        sketch: Sketch::default(),
        pool: Vec::new(),
        models: 0,
        pools: 0,
    };
    drawing.facts();
    drawing.catalog();
    drawing.questions();
    drawing.rules();
    drawing.sketch
}

impl Drawing<'_, '_> {
    /// Which facts the policy speaks of.
    fn facts(&mut self) {
        self.sketch.catalog.push_str(
            "fact tier one of [\"free\", \"pro\", \"gold\"] from tenant default \"free\"\n\
             fact team string from tenant default \"\"\n\
             fact seats int from tenant default 0\n\
             fact level int from header \"x-level\" default 0\n\
             fact beta bool from header \"x-beta\" default false\n\
             fact plan one of [\"a\", \"b\"] from metadata \"plan\" default \"a\"\n",
        );
        let closed = self.choices.chance(45);
        if closed {
            self.tenants();
            self.sketch.dimensions.insert(Dimension::Caller);
        }
        let wanted = 2 + self.choices.pick(2);
        while self.sketch.dimensions.len() < wanted {
            let drawn = self.dimension(closed);
            // One clock is asked at a time: what two zones say together may be more than proofs go through.
            let clock = |of: &Dimension| matches!(of, Dimension::Now(_));
            if clock(&drawn) && self.sketch.dimensions.iter().any(clock) {
                break;
            }
            if !self.sketch.dimensions.insert(drawn) {
                break;
            }
        }
    }

    fn dimension(&mut self, closed: bool) -> Dimension {
        use Dimension as D;
        match self.choices.pick(if closed { 15 } else { 20 }) {
            0 | 1 => D::Text("user"),
            2 | 3 => D::Int("tools"),
            4 => D::Int("images"),
            5 | 6 => D::Int("tokens"),
            7 => D::AnyInt("level"),
            8 => D::Flag("stream"),
            9 => D::Flag("beta"),
            10 => D::Map("headers"),
            11 => D::Map("metadata"),
            12 => D::OneOf("plan", &["a", "b"]),
            13 => D::Model,
            14 => D::Now(self.choices.one_of(&["", "\"Europe/Berlin\""])),
            15 => D::Text("tenant"),
            16 => D::OneOf("tier", &TIERS),
            17 => D::Text("region"),
            18 => D::Text("team"),
            _ => D::Tags,
        }
    }

    fn tenants(&mut self) {
        let names = ["a", "b", "ab", "ba"];
        for name in &names[..1 + self.choices.pick(4)] {
            let tags: &[&[&str]] = &[&[], &["a"], &["b"], &["a", "b"], &["b", "a"]];
            let tenant = Tenant {
                name,
                tier: self.choices.one_of(&TIERS),
                region: self.choices.one_of(&["eu", "us", ""]),
                team: self.choices.one_of(&["", "a", "b", "ab"]),
                seats: self.choices.pick(4) as i64,
                tags: self.choices.one_of(tags).to_vec(),
            };
            self.sketch.tenants.push(tenant);
        }
    }

    /// Models, their names and what they can do, and pools of them.
    fn catalog(&mut self) {
        self.models = 3;
        let narrow = self.choices.chance(30);
        let serves = [
            ["", "serves [\"a\", \"m0\"]"],
            ["", "serves [\"b*\"]"],
            ["", "serves []"],
        ];
        let mut text = String::from(
            "provider eu { protocol simulated region \"eu\" }\nprovider us { protocol simulated region \"us\" }\n",
        );
        for (at, serves) in serves.iter().enumerate() {
            let provider = self.choices.one_of(&["eu", "us"]);
            let served = self.choices.one_of(serves);
            let _ = write!(text, "model m{at} {{ provider {provider} {served} ");
            if narrow {
                let can = self.choices.one_of(&[
                    "",
                    "",
                    "can [embeddings]",
                    "can [tools]",
                    "can [embeddings, json, vision]",
                ]);
                let context = self.choices.one_of(&["", "", "context 2"]);
                let vectors = self.choices.one_of(&["", "vectors \"v\"", "vectors \"v\""]);
                let _ = write!(text, "{can} {context} {vectors} ");
            } else {
                // Which of them embeddings lead to is asked where the endpoint is.
                text.push_str("vectors \"v\" ");
            }
            text.push_str(self.choices.one_of(&PRICES));
            text.push_str(" }\n");
        }
        self.pools = self.choices.pick(3);
        for at in 0..self.pools {
            let pick = self.choices.one_of(&[
                "first",
                "random",
                "weighted",
                "round-robin",
                "least-busy",
                "fastest",
                "prefix",
                "cheapest",
                "cheapest",
                "sticky by user",
                "sticky by tenant",
                "sticky by tier",
            ]);
            let first = self.choices.pick(self.models);
            let second = (first + 1) % self.models;
            let members = match pick {
                "weighted" => format!("m{first} 3, m{second} 1"),
                _ => format!("m{first}, m{second}"),
            };
            let _ = writeln!(text, "pool p{at} {{ pick {pick} members [{members}] }}");
        }
        if narrow {
            self.asked_of_models(&text);
        }
        if text.contains("cheapest") {
            // Of two of the prices one is cheaper up to as many tokens, the other with more.
            for tokens in 0..3 {
                self.implied(&format!("tokens > {tokens}"), Dimension::Int("tokens"));
            }
        }
        self.sketch.catalog.push_str(&text);
    }

    /// What models cannot do is a question about requests as well.
    fn asked_of_models(&mut self, models: &str) {
        let api = Dimension::OneOf("api", &APIS);
        self.implied("api == \"embeddings\"", api);
        if models.contains("can") {
            self.implied("tools > 0", Dimension::Int("tools"));
            self.implied("images > 0", Dimension::Int("images"));
            self.implied("json", Dimension::Flag("json"));
        }
        if models.contains("context") {
            self.implied("tokens > 2", Dimension::Int("tokens"));
        }
    }

    /// A question that is asked without standing in a condition.
    fn implied(&mut self, text: &str, of: Dimension) {
        self.sketch.dimensions.insert(of);
        self.sketch.atoms.insert(about(text.to_owned(), of));
    }

    /// What conditions are made of.
    fn questions(&mut self) {
        let dimensions: Vec<Dimension> = self.sketch.dimensions.iter().copied().collect();
        for of in &dimensions {
            let count = if *of == Dimension::Caller { 2 } else { 1 } + self.choices.pick(2);
            for _ in 0..count {
                let atom = atoms::atom(self.choices, *of);
                self.ask(atom);
            }
        }
        for _ in 0..self.choices.pick(3) {
            let (left, right) = (self.choices.one_of(&dimensions), self.choices.one_of(&dimensions));
            if left != right
                && let Some(atom) = atoms::joint(self.choices, left, right)
            {
                self.ask(atom);
            }
        }
        if self.choices.chance(8) {
            let of = self.choices.one_of(&dimensions);
            if let Some(atom) = atoms::opaque(self.choices, of) {
                self.ask(atom);
            }
        }
    }

    fn ask(&mut self, atom: Atom) {
        self.pool.push(atom.text.clone());
        self.sketch.atoms.insert(atom);
    }

    /// A condition over facts.
    fn condition(&mut self, depth: usize) -> String {
        match self.choices.pick(if depth == 0 { 3 } else { 9 }) {
            3 | 4 => self.joined("&&", depth),
            5 | 6 => self.joined("||", depth),
            7 => format!("!({})", self.condition(depth - 1)),
            8 => match self.choices.pick(3) {
                0 => format!(
                    "({}) == ({})",
                    self.condition(depth - 1),
                    self.condition(depth - 1)
                ),
                1 => format!("({} ? {} : {})", self.bare(), self.bare(), self.bare()),
                _ => self.bare(),
            },
            _ => self.bare(),
        }
    }

    fn joined(&mut self, operator: &str, depth: usize) -> String {
        let count = 2 + self.choices.pick(2);
        let parts: Vec<String> = (0..count).map(|_| self.condition(depth - 1)).collect();
        format!("({})", parts.join(&format!(" {operator} ")))
    }

    /// A question, or its opposite, or a `let`.
    fn bare(&mut self) -> String {
        if !self.sketch.lets.is_empty() && self.choices.chance(15) {
            return format!("b{}", self.choices.pick(self.sketch.lets.len()));
        }
        let question = self.pool[self.choices.pick(self.pool.len())].clone();
        if self.choices.chance(30) {
            format!("!({question})")
        } else {
            question
        }
    }

    fn when(&mut self, percent: usize, depth: usize) -> Option<String> {
        self.choices.chance(percent).then(|| self.condition(depth))
    }

    fn rules(&mut self) {
        if self.choices.chance(20) {
            let condition = self.condition(1);
            self.sketch.lets.push(condition);
        }
        for _ in 0..self.choices.pick(3) {
            let when = self.when(80, 1);
            let effects = self.effects();
            self.sketch.guards.push((when, effects));
        }
        for _ in 0..self.choices.pick(4) {
            let when = Some(self.condition(2));
            let action = self.action();
            self.sketch.routes.push(Route { when, action });
        }
        // Without a last route that takes everything the policy does not load, and a request is shown.
        let when = self.when(12, 2);
        let action = self.action();
        self.sketch.routes.push(Route { when, action });
        for _ in 0..self.choices.pick(3) {
            let when = self.when(50, 1);
            let that = self.that();
            self.sketch.asserts.push((when, that));
        }
        if self.choices.chance(20) {
            let that = self.condition(1);
            self.sketch.assumes.push(that);
        }
    }

    fn effects(&mut self) -> String {
        match self.choices.pick(4) {
            0 => "deny 403 \"no\"".to_owned(),
            1 => format!("set max_tokens at most {}", 1 + self.choices.pick(2)),
            _ => format!("require {}", self.of_target()),
        }
    }

    /// A condition over a target, and now and then over facts.
    fn of_target(&mut self) -> String {
        let on_target = match self.choices.pick(4) {
            0 | 1 => format!("target.region == \"{}\"", self.choices.one_of(&["eu", "us"])),
            2 => format!("target.model != \"m{}\"", self.choices.pick(3)),
            _ => format!("target.model in [\"m{}\", \"m0\"]", self.choices.pick(3)),
        };
        match self.choices.pick(4) {
            0 => format!("{} || {on_target}", self.bare()),
            1 => format!("({}) == ({on_target})", self.bare()),
            _ => on_target,
        }
    }

    /// What an assert says.
    fn that(&mut self) -> String {
        let on_target = self.of_target();
        match self.choices.pick(6) {
            0 => format!("position < {} || {on_target}", 1 + self.choices.pick(2)),
            1 => format!("size(fallbacks) < {} || {on_target}", 1 + self.choices.pick(2)),
            2 => format!("\"m{}\" in fallbacks || {on_target}", self.choices.pick(3)),
            _ => on_target,
        }
    }

    /// A model or pool.
    fn named(&mut self) -> String {
        let at = self.choices.pick(self.models + self.pools);
        match at.checked_sub(self.models) {
            Some(pool) => format!("p{pool}"),
            None => format!("m{at}"),
        }
    }

    fn action(&mut self) -> Action {
        let mut action = Action {
            text: String::new(),
            split: None,
        };
        let mut taken = Vec::new();
        match self.choices.pick(9) {
            8 => {
                let (first, second) = self.two();
                action.text = format!("target hedge [{first}, {second}] after 1s ");
                taken.extend([first, second]);
            }
            0 => {
                action.text = "deny 429 \"later\"".to_owned();
                return action;
            }
            1 | 2 => action.split = Some(self.split()),
            3 if self.sketch.dimensions.contains(&Dimension::Model) => self.requested(&mut action),
            _ => {
                let named = self.named();
                action.text = format!("target {named} ");
                taken.push(named);
            }
        }
        if action.split.is_some() || self.choices.chance(60) {
            self.fallbacks(&mut action, &mut taken);
        }
        action
    }

    fn requested(&mut self, action: &mut Action) {
        action.text = "target requested ".to_owned();
        let names = (0..self.models).map(|at| format!("m{at}"));
        let names: Vec<String> = names.chain((0..self.pools).map(|at| format!("p{at}"))).collect();
        // A model that no name leads to cannot be asked about.
        let hidden = self.sketch.catalog.contains("serves []");
        for name in names.into_iter().filter(|name| !hidden || name != "m2") {
            self.implied(&format!("requested == \"{name}\""), Dimension::Model);
        }
    }

    fn fallbacks(&mut self, action: &mut Action, taken: &mut Vec<String>) {
        for _ in 0..self.choices.pick(3) {
            let named = self.named();
            let in_split = action
                .split
                .as_ref()
                .is_some_and(|(_, arms)| arms.contains(&named));
            if !taken.contains(&named) && !in_split {
                let on = self.choices.one_of(&["", "", "on [timeout, server]"]);
                let _ = write!(action.text, "fallback {named} {on} ");
                taken.push(named);
            }
        }
    }

    fn split(&mut self) -> (String, String) {
        let text = |of: &Dimension| matches!(of, Dimension::Text(_) | Dimension::Flag(_) | Dimension::Int(_));
        let mut keys: Vec<String> = vec!["request".to_owned(), "user".to_owned()];
        for of in self.sketch.dimensions.iter().filter(|of| text(of)) {
            if let Dimension::Text(name) | Dimension::Flag(name) | Dimension::Int(name) = of {
                keys.push((*name).to_owned());
            }
        }
        if self.sketch.dimensions.contains(&Dimension::Caller) {
            keys.extend(["tenant", "team", "tier"].map(str::to_owned));
        }
        let key = keys[self.choices.pick(keys.len())].clone();
        let (first, second) = self.two();
        let share = self.choices.one_of(&[50, 20, 70]);
        (key, format!("{first} {share}% {second} {}%", 100 - share))
    }

    /// Two models or pools.
    fn two(&mut self) -> (String, String) {
        let first = self.named();
        let second = self.named();
        let at = self.models - 1;
        let second = match second == first {
            true if first == format!("m{at}") => "m0".to_owned(),
            true => format!("m{at}"),
            false => second,
        };
        (first, second)
    }
}
