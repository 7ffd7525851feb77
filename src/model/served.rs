//! Which model or pool a client's name for a model stands for.

use super::catalog::{Model, ModelId, Named, Pool, PoolId};
use super::policy::Policy;
use std::collections::BTreeMap;

/// The names that clients may ask for: exact ones first, then globs. The checker sees to it that no two models or
/// pools claim the same name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Served {
    exact: BTreeMap<String, Named>,
    globs: Vec<(String, Named)>,
}

impl Served {
    /// The names that models and pools serve. Of two that claim the same name the first one has it.
    pub fn new(models: &[Model], pools: &[Pool]) -> Self {
        let models = (0u32..)
            .zip(models)
            .map(|(index, model)| (Named::Model(ModelId(index)), &model.serves, &model.serves_globs));
        let pools = (0u32..)
            .zip(pools)
            .map(|(index, pool)| (Named::Pool(PoolId(index)), &pool.serves, &pool.serves_globs));
        let mut served = Served::default();
        for (named, names, globs) in models.chain(pools) {
            for name in names {
                served.exact.entry(name.clone()).or_insert(named);
            }
            served
                .globs
                .extend(globs.iter().map(|glob| (glob.clone(), named)));
        }
        served
    }

    /// What serves the name that a client asks for; an exact name wins over a glob.
    pub fn find(&self, asked: &str) -> Option<Named> {
        let exact = self.exact.get(asked).copied();
        exact.or_else(|| {
            let glob = self.globs.iter().find(|(glob, _)| glob_fits(glob, asked));
            glob.map(|(_, named)| *named)
        })
    }

    /// All exact names with what serves them, in order of names.
    pub fn exact(&self) -> impl Iterator<Item = (&str, Named)> {
        self.exact.iter().map(|(name, named)| (name.as_str(), *named))
    }

    /// All globs with what serves them, models first, in policy order.
    pub fn globs(&self) -> impl Iterator<Item = (&str, Named)> {
        self.globs.iter().map(|(glob, named)| (glob.as_str(), *named))
    }

    /// Whether any name leads to this model or pool.
    pub fn reaches(&self, named: Named) -> bool {
        self.exact.values().any(|other| *other == named)
            || self.globs.iter().any(|(_, other)| *other == named)
    }
}

impl Policy {
    /// The model or pool that serves the name a client asks for; an exact name wins over a glob.
    pub fn requested(&self, asked: &str) -> Option<Named> {
        self.served.find(asked)
    }

    /// The exact names and the globs that a model or pool is served by.
    pub fn served_names(&self, named: Named) -> (&[String], &[String]) {
        let served = match named {
            Named::Model(id) => self.model(id).map(|model| (&model.serves, &model.serves_globs)),
            Named::Pool(id) => self.pool(id).map(|pool| (&pool.serves, &pool.serves_globs)),
        };
        served
            .map(|(names, globs)| (names.as_slice(), globs.as_slice()))
            .unwrap_or_default()
    }
}

/// Whether a glob stands for the whole of a text; `*` is any run of characters, the empty one too.
pub fn glob_fits(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}
