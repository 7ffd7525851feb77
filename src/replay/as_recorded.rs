//! What only a record of ours tells of how its request was decided, where a column holds it, as those of an export do: its
//! seed, the orders of pools, and what conditions made of the prompt.

use super::cell::Cell;
use super::side::RecordedOrders;
use crate::record::parse_seed;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A comparison of the prompt in canonical CEL, and what it came to.
pub(super) type Comparison<'l> = (Cow<'l, str>, bool);

impl Cell {
    /// The value as a seed. The error completes a sentence that begins with the value's name.
    pub(super) fn to_seed(&self) -> Result<u64, String> {
        let seed = match self {
            Cell::Text(text) => parse_seed(text),
            _ => None,
        };
        seed.ok_or_else(|| format!("is a text of up to 16 hex digits, found {}", self.shown()))
    }

    /// The value as pools and their members in order. The error is as that of [`Cell::to_seed`].
    pub(super) fn to_orders(&self) -> Result<RecordedOrders<'static>, String> {
        let orders: Option<BTreeMap<String, Vec<String>>> = self.to_object();
        let owned = |names: Vec<String>| names.into_iter().map(Cow::Owned).collect();
        orders
            .map(|orders| {
                let orders = orders.into_iter();
                orders
                    .map(|(pool, members)| (Cow::Owned(pool), owned(members)))
                    .collect()
            })
            .ok_or_else(|| {
                let found = self.shown();
                format!("is an object of pools and lists of their members, found {found}")
            })
    }

    /// The value as comparisons of the prompt, and what they came to. The error is as that of [`Cell::to_seed`].
    pub(super) fn to_prompted(&self) -> Result<Vec<Comparison<'static>>, String> {
        let truths = match self {
            Cell::Map(entries) => entries
                .iter()
                .map(|(part, truth)| Some((part.clone(), truth.parse().ok()?)))
                .collect(),
            _ => self.to_object(),
        };
        truths
            .map(|truths: BTreeMap<String, bool>| {
                let truths = truths.into_iter();
                truths.map(|(part, truth)| (Cow::Owned(part), truth)).collect()
            })
            .ok_or_else(|| format!("is an object of comparisons and truths, found {}", self.shown()))
    }

    /// What the text is as an object of JSON.
    fn to_object<T: for<'de> Deserialize<'de>>(&self) -> Option<T> {
        match self {
            Cell::Text(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }
}
