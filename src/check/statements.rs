//! The statements of all files by kind, each kind in policy order.

use super::fact::Declaration;
use super::lets::Binding;
use crate::syntax::ast::{Block, BlockKind, Document, Expression, StatementKind, Word};

/// What declares callers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Callers<'a> {
    /// `tenant NAME { … }`.
    One(&'a Block),
    /// `tenants from "file.csv"`, by its path.
    Table(&'a Word),
}

/// All statements of a policy.
#[derive(Debug, Default)]
pub(super) struct Statements<'a> {
    /// `fact`.
    pub(super) facts: Vec<Declaration<'a>>,
    /// `let`.
    pub(super) lets: Vec<Binding<'a>>,
    /// `provider`.
    pub(super) providers: Vec<&'a Block>,
    /// `model`.
    pub(super) models: Vec<&'a Block>,
    /// `pool`.
    pub(super) pools: Vec<&'a Block>,
    /// `tenant` and `tenants from`.
    pub(super) callers: Vec<Callers<'a>>,
    /// `guard`.
    pub(super) guards: Vec<&'a Block>,
    /// `route`.
    pub(super) routes: Vec<&'a Block>,
    /// `defaults`.
    pub(super) defaults: Vec<&'a Block>,
    /// `assert`.
    pub(super) asserts: Vec<&'a Block>,
    /// `assume`.
    pub(super) assumes: Vec<&'a Block>,
    /// `test`.
    pub(super) tests: Vec<&'a Block>,
}

impl<'a> Statements<'a> {
    /// The statements of documents in load order.
    pub(super) fn of(documents: &'a [Document]) -> Self {
        let mut all = Statements::default();
        for statement in documents.iter().flat_map(|document| &document.statements) {
            match &statement.kind {
                StatementKind::Block(block) => all.add(block),
                StatementKind::TenantsFrom { path } => all.callers.push(Callers::Table(path)),
                StatementKind::Use { .. } => {}
                StatementKind::Fact { name, clauses } => all.facts.push(Declaration { name, clauses }),
                StatementKind::Let { name, value } => all.lets.push(Binding { name, value }),
            }
        }
        all
    }

    /// All blocks that have names or conditions to look at; tests are not among them.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &'a Block> {
        let callers = self.callers.iter().filter_map(|callers| match callers {
            Callers::One(block) => Some(*block),
            Callers::Table(_) => None,
        });
        let others = [
            &self.providers,
            &self.models,
            &self.pools,
            &self.guards,
            &self.routes,
            &self.asserts,
            &self.assumes,
        ];
        others.into_iter().flatten().copied().chain(callers)
    }

    /// The conditions of all rules and the values of all `let`s, as they are written.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &'a Expression> {
        let written = self.blocks().flat_map(|block| &block.clauses);
        let lets = self.lets.iter().map(|binding| binding.value);
        written
            .filter_map(|clause| clause.expression.as_deref())
            .chain(lets)
    }

    fn add(&mut self, block: &'a Block) {
        match block.kind {
            BlockKind::Provider => self.providers.push(block),
            BlockKind::Model => self.models.push(block),
            BlockKind::Pool => self.pools.push(block),
            BlockKind::Tenant => self.callers.push(Callers::One(block)),
            BlockKind::Guard => self.guards.push(block),
            BlockKind::Route => self.routes.push(block),
            BlockKind::Defaults => self.defaults.push(block),
            BlockKind::Assert => self.asserts.push(block),
            BlockKind::Assume => self.assumes.push(block),
            BlockKind::Test => self.tests.push(block),
        }
    }
}
