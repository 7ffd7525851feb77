//! A word of a policy and what it stands for.

use crate::facts::Builtin;
use crate::model::TargetAttribute;
use crate::syntax::ast::BlockKind;
use std::ops::Range;

/// The name spaces of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::editor) enum Space {
    /// Facts and `let`s.
    Term,
    /// Providers.
    Provider,
    /// Models and pools.
    Target,
    /// Tenants.
    Tenant,
    /// Guards.
    Guard,
    /// Routes.
    Route,
    /// Asserts.
    Assert,
    /// Assumptions.
    Assume,
    /// Tests.
    Test,
}

impl Space {
    /// The space that a block's name is declared in.
    pub(in crate::editor) fn of(kind: BlockKind) -> Option<Space> {
        Some(match kind {
            BlockKind::Provider => Space::Provider,
            BlockKind::Model | BlockKind::Pool => Space::Target,
            BlockKind::Tenant => Space::Tenant,
            BlockKind::Guard => Space::Guard,
            BlockKind::Route => Space::Route,
            BlockKind::Assert => Space::Assert,
            BlockKind::Assume => Space::Assume,
            BlockKind::Test => Space::Test,
            BlockKind::Defaults => return None,
        })
    }

    /// What stands in it, as messages call one of them.
    pub(in crate::editor) fn what(self) -> &'static str {
        match self {
            Space::Term => "fact or `let`",
            Space::Provider => "provider",
            Space::Target => "model or pool",
            Space::Tenant => "tenant",
            Space::Guard => "guard",
            Space::Route => "route",
            Space::Assert => "assert",
            Space::Assume => "assumption",
            Space::Test => "test",
        }
    }
}

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::editor) enum Form {
    /// As a bare word of a clause.
    Bare,
    /// In quotes.
    Quoted,
    /// As a word of CEL.
    Identifier,
    /// As a cell of a table.
    Cell,
}

/// What the values of an expression are: where a string compared with it comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::editor) enum Domain {
    /// Values of a fact.
    Fact(String),
    /// Values of an attribute of targets.
    Attribute(TargetAttribute),
    /// Names of targets.
    Fallbacks,
}

impl Domain {
    /// The space that values of this kind are names of.
    pub(in crate::editor) fn space(&self) -> Option<Space> {
        match self {
            Domain::Fact(name) if name == Builtin::Requested.name() => Some(Space::Target),
            Domain::Fact(name) if name == Builtin::Tenant.name() => Some(Space::Tenant),
            Domain::Attribute(TargetAttribute::Model) | Domain::Fallbacks => Some(Space::Target),
            Domain::Attribute(TargetAttribute::Provider) => Some(Space::Provider),
            _ => None,
        }
    }
}

/// What a word stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::editor) enum What {
    /// A name; declared here or used.
    Name {
        /// Where it is looked up.
        space: Space,
        /// The name, decoded.
        name: String,
        /// Whether this is its declaration.
        declares: bool,
        /// How it is written.
        form: Form,
    },
    /// A statement's keyword.
    Statement(&'static str),
    /// The keyword of a clause of such a statement.
    Clause(&'static str, String),
    /// A function, method or macro of CEL.
    Function(String),
    /// An attribute of targets; the word `target` and what follows.
    Attribute(TargetAttribute),
    /// A value of this kind that is no name.
    Value(Domain, String),
    /// A file named by path.
    File(String),
}

/// A word and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::editor) struct Mention {
    /// Its place in the load order of files.
    pub(in crate::editor) file: usize,
    /// Its first byte and the one behind it, quotes included.
    pub(in crate::editor) span: (usize, usize),
    /// What it is.
    pub(in crate::editor) what: What,
}

impl Mention {
    /// The bytes of the word.
    pub(in crate::editor) fn range(&self) -> Range<usize> {
        self.span.0..self.span.1
    }

    /// Space and name, where it is a name.
    pub(in crate::editor) fn name(&self) -> Option<(Space, &str)> {
        match &self.what {
            What::Name { space, name, .. } => Some((*space, name)),
            _ => None,
        }
    }

    /// Whether it declares its name.
    pub(in crate::editor) fn declares(&self) -> bool {
        matches!(self.what, What::Name { declares: true, .. })
    }
}
