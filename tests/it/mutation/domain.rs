//! What requests are drawn from: what clients can send and callers can be, around the words and numbers of policies.

use crate::support::requests::Request;
use pointsman::model::Policy;
use regex::Regex;
use std::collections::BTreeSet;

/// What requests are drawn from.
#[derive(Debug)]
pub(super) struct Domain {
    tenants: Vec<String>,
    tags: Vec<String>,
    models: Vec<String>,
    numbers: Vec<i64>,
}

impl Domain {
    /// What two policies know, and their neighbourhood; `texts` are both policies' texts.
    pub(super) fn new(policies: [&Policy; 2], texts: &[&str]) -> Self {
        let tenants: BTreeSet<String> = policies
            .iter()
            .flat_map(|policy| policy.tenants.iter().map(|tenant| tenant.name.clone()))
            .collect();
        let of_tenants = policies.iter().flat_map(|policy| policy.reserved_tags());
        let tags: BTreeSet<String> = of_tenants
            .map(str::to_owned)
            .chain(["claimed".to_owned()])
            .collect();
        let mut models = BTreeSet::from(["".to_owned(), "nothing-serves-it".to_owned()]);
        for policy in policies {
            models.extend(policy.served.exact().map(|(name, _)| name.to_owned()));
            models.extend(policy.served.globs().map(|(glob, _)| glob.replace('*', "x")));
        }
        Domain {
            tenants: tenants.into_iter().collect(),
            tags: tags.into_iter().collect(),
            models: models.into_iter().collect(),
            numbers: numbers(texts),
        }
    }

    /// One request; most of them are plain, so that later rules are reached.
    pub(super) fn draw(&self, random: &mut fastrand::Rng) -> Request {
        let number = |random: &mut fastrand::Rng| match random.u8(..2) {
            0 => 0,
            _ => self.numbers[random.usize(..self.numbers.len())],
        };
        let rarely = |random: &mut fastrand::Rng| random.u8(..4) == 0;
        let claims = if rarely(random) { 2 } else { 0 };
        Request {
            tenant: random.choice(&self.tenants).cloned().unwrap_or_default(),
            user: format!("u{}", random.u16(..500)),
            claimed: random
                .choose_multiple(&self.tags, claims)
                .into_iter()
                .cloned()
                .collect(),
            model: random.choice(&self.models).cloned().unwrap_or_default(),
            api: match random.u8(..12) {
                0 => "embeddings".to_owned(),
                _ => "chat".to_owned(),
            },
            tokens: number(random),
            max_tokens: if rarely(random) { number(random) } else { 0 },
            tools: i64::from(rarely(random)),
            images: if rarely(random) { random.i64(1..4) } else { 0 },
            turns: if rarely(random) { number(random) } else { 0 },
            stream: rarely(random),
            json: rarely(random),
            seed: random.u64(..),
            ..Request::default()
        }
    }
}

/// Numbers of the texts, with those beside them, as far as every number of a request may be so large.
fn numbers(texts: &[&str]) -> Vec<i64> {
    let written = Regex::new(r"\b(\d{1,7})([kM])?\b").unwrap();
    let mut numbers = BTreeSet::new();
    for text in texts {
        for found in written.captures_iter(text) {
            let unit = match found.get(2).map(|unit| unit.as_str()) {
                Some("k") => 1_000,
                Some(_) => 1_000_000,
                None => 1,
            };
            let number = found[1].parse::<i64>().unwrap() * unit;
            numbers.extend(
                [number - 1, number, number + 1]
                    .into_iter()
                    .filter(|number| *number >= 0),
            );
        }
    }
    numbers.into_iter().collect()
}
