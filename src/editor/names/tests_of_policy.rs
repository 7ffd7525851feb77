//! The names in the tests that a policy holds of itself.

use super::blocks::{Collector, is_bare, word_of};
use super::mention::{Domain, Space, What};
use crate::facts::Builtin;
use crate::syntax::ast::{Item, ItemKind};

impl Collector<'_> {
    /// `{ tier "free" tokens 900 … }`: facts, each with its value.
    pub(super) fn given(&mut self, given: &Item) {
        let ItemKind::Braces(items) = &given.kind else {
            return;
        };
        for pair in items.chunks(2) {
            let [fact, rest @ ..] = pair else { continue };
            let Some(name) = word_of(fact) else { continue };
            self.name(Space::Term, &name, false);
            let Some(value) = rest.first() else { continue };
            if name.text == Builtin::Tenant.name() {
                self.item(Space::Tenant, value);
            } else if let ItemKind::Quoted(text) = &value.kind {
                self.push(value.span, What::Value(Domain::Fact(name.text), text.clone()));
            }
        }
    }

    /// `[gpt-mini]`, or `provider openai`.
    pub(super) fn failing(&mut self, items: &[Item]) {
        match items {
            [provider, names, ..] if is_bare(provider, "provider") => self.list(Space::Provider, names),
            [names, ..] => self.list(Space::Target, names),
            [] => {}
        }
    }

    /// `{ route free target in [a, b] fallback a deny 403 … }`.
    pub(super) fn expected(&mut self, expected: &Item) {
        let ItemKind::Braces(items) = &expected.kind else {
            return;
        };
        let mut rest = items.as_slice();
        while let Some((word, behind)) = rest.split_first() {
            rest = match &word.kind {
                ItemKind::Bare(text) if text == "route" => self.one(Space::Route, behind),
                ItemKind::Bare(text) if text == "skipped" => self.some(behind),
                ItemKind::Bare(text) if text == "target" || text == "fallback" => {
                    self.some(behind_membership(behind))
                }
                _ => behind,
            };
        }
    }

    fn one<'i>(&mut self, space: Space, items: &'i [Item]) -> &'i [Item] {
        let Some((name, behind)) = items.split_first() else {
            return items;
        };
        self.item(space, name);
        behind
    }

    fn some<'i>(&mut self, items: &'i [Item]) -> &'i [Item] {
        let Some((names, behind)) = items.split_first() else {
            return items;
        };
        self.list(Space::Target, names);
        behind
    }
}

/// What stands behind `is`, `in` and `not in`. Before a list or before another name these are no names themselves.
fn behind_membership(items: &[Item]) -> &[Item] {
    match items {
        [not, within, rest @ ..] if is_bare(not, "not") && is_bare(within, "in") => rest,
        [word, rest @ ..] if is_bare(word, "in") || is_bare(word, "is") => rest,
        _ => items,
    }
}
