//! Names, types, totality and lints: syntax trees to the checked policy, with all diagnostics at once.
//!
//! First every name is declared, then every statement is checked against the names, then the policy as a whole. A
//! statement with an error is kept as far as it goes, so that what refers to it is still checked; what would follow
//! from its error is not reported again.

mod clauses;
mod conditions;
mod content;
mod defaults;
mod expansion;
mod expectation;
mod expression;
mod fact;
mod fact_key;
mod given;
mod guard;
mod header;
mod hedge;
mod items;
mod later;
mod lets;
mod lints;
mod model;
mod names;
mod policy;
mod pool;
mod promise;
mod provider;
mod report;
mod route;
mod secret;
mod serving;
mod settings;
mod shadow;
mod simulated;
mod split;
mod statements;
mod table;
mod tenant;
mod test_case;
mod url;
mod value;

pub use policy::{Input, check};
pub use table::Table;

/// The texts of words; none where there are no words.
fn texts(words: Option<Vec<crate::syntax::ast::Word>>) -> Vec<String> {
    words.into_iter().flatten().map(|word| word.text).collect()
}

#[cfg(test)]
mod tests;
