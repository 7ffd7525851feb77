//! Which model or pool serves the name that a client asks for.

use super::catalog::Named;
use super::policy::Policy;

impl Policy {
    /// The model or pool that serves a name as clients write it: one that lists the name, else one with a glob that
    /// fits. The checker lets no two claim the same name in the same way, so that there is at most one.
    pub fn serving(&self, asked: &str) -> Option<Named> {
        let exact = |named: &Named| self.served_names(*named).0.iter().any(|name| name == asked);
        let fitting = |named: &Named| {
            self.served_names(*named)
                .1
                .iter()
                .any(|glob| glob_fits(glob, asked))
        };
        self.all_named()
            .find(exact)
            .or_else(|| self.all_named().find(fitting))
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

/// Whether a whole text fits a glob, in which `*` stands for any run of characters.
pub fn glob_fits(glob: &str, text: &str) -> bool {
    let mut pieces = glob.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}
