//! What names an expression may use, and what is known of each.

use super::bounds::Bounds;
use super::knowledge::Knowledge;
use crate::facts::Register;
use crate::model::{LetId, Type};
use std::collections::BTreeMap;

/// What names an expression may use.
pub(crate) struct Scope<'a> {
    /// The facts of the policy.
    pub(crate) facts: &'a Register,
    /// The `let`s that are checked already.
    pub(crate) lets: &'a BTreeMap<String, LetBinding>,
    /// What it speaks of beside the request.
    pub(crate) subject: Subject,
}

/// What an expression speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// The request alone.
    Request,
    /// A target, too: `target.*` may be read.
    Target,
    /// An attempt at a target: `target.*`, `position` and `fallbacks` may be read.
    Attempt,
}

impl Subject {
    /// Whether `target.*` may be read.
    pub(super) fn has_target(self) -> bool {
        self >= Subject::Target
    }
}

/// What uses of a `let` need to know.
#[derive(Clone, Debug)]
pub(crate) struct LetBinding {
    id: LetId,
    value: Option<LetValue>,
}

/// What is known of a `let`'s value.
#[derive(Clone, Debug)]
pub(super) struct LetValue {
    pub(super) ty: Type,
    pub(super) bounds: Bounds,
    /// What holds where it is true.
    pub(super) yes: Knowledge,
    /// What holds where it is false.
    pub(super) no: Knowledge,
}

impl LetBinding {
    /// A `let` whose value has an error: uses of it fail without a diagnostic of their own.
    pub(crate) fn broken(id: LetId) -> Self {
        LetBinding { id, value: None }
    }

    pub(super) fn new(id: LetId, value: LetValue) -> Self {
        LetBinding {
            id,
            value: Some(value),
        }
    }

    /// Its index in the policy.
    pub(crate) fn id(&self) -> LetId {
        self.id
    }

    pub(super) fn value(&self) -> Option<&LetValue> {
        self.value.as_ref()
    }
}
