//! Lists of strings: those of facts and targets, and those that are written out.

use super::{Choose, Scope, Text};
use crate::facts::FactId;
use crate::model::TargetAttribute;
use std::sync::Arc;

/// A node that is a list of strings.
#[derive(Debug)]
pub(in crate::tree) enum List {
    Fact(FactId),
    Target(TargetAttribute),
    Fallbacks,
    Of(Box<[Text]>),
    Choose(Box<Choose<List>>),
    Shared(Arc<List>),
}

/// What a list node stands for in one evaluation.
enum Strings<'a> {
    Values(&'a [String]),
    Nodes(&'a [Text]),
}

impl List {
    fn strings<'a>(&'a self, scope: &Scope<'a>) -> Strings<'a> {
        match self {
            List::Fact(fact) => Strings::Values(scope.facts.list(*fact)),
            List::Target(attribute) => {
                Strings::Values(scope.subject.target.map_or(&[], |target| target.list(*attribute)))
            }
            List::Fallbacks => Strings::Values(scope.subject.fallbacks),
            List::Of(texts) => Strings::Nodes(texts),
            List::Choose(choose) => choose.chosen(scope).strings(scope),
            List::Shared(shared) => shared.strings(scope),
        }
    }

    pub(super) fn size<'a>(&'a self, scope: &Scope<'a>) -> usize {
        match self.strings(scope) {
            Strings::Values(values) => values.len(),
            Strings::Nodes(nodes) => nodes.len(),
        }
    }

    pub(super) fn element<'a>(&'a self, index: i64, scope: &Scope<'a>) -> Option<&'a str> {
        self.at(usize::try_from(index).ok()?, scope)
    }

    pub(super) fn at<'a>(&'a self, index: usize, scope: &Scope<'a>) -> Option<&'a str> {
        match self.strings(scope) {
            Strings::Values(values) => values.get(index).map(String::as_str),
            Strings::Nodes(nodes) => nodes.get(index).map(|node| node.get(scope)),
        }
    }

    pub(super) fn holds<'a>(&'a self, text: &str, scope: &Scope<'a>) -> bool {
        match self.strings(scope) {
            Strings::Values(values) => values.iter().any(|value| value == text),
            Strings::Nodes(nodes) => nodes.iter().any(|node| node.get(scope) == text),
        }
    }

    pub(super) fn equals<'a>(&'a self, other: &'a List, scope: &Scope<'a>) -> bool {
        let size = self.size(scope);
        size == other.size(scope) && (0..size).all(|index| self.at(index, scope) == other.at(index, scope))
    }
}
