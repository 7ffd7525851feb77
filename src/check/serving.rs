//! `serves`: the names that clients may call models and pools by, and that no two of them claim the same one.

use super::clauses::Clauses;
use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Model, Pool};
use crate::source::Span;
use std::collections::BTreeMap;

/// Most globs of one policy: each pair of them is held against each other.
const MAX_GLOBS: usize = 4_096;

/// Longest name or glob in bytes.
const MAX_NAME_BYTES: usize = 256;

/// The exact names and the globs of a model or pool: what `serves` lists, else its own name.
pub(super) fn served_names(clauses: &mut Clauses<'_>, report: &mut Report) -> (Vec<String>, Vec<String>) {
    if !clauses.has("serves") {
        clauses.once("serves", report);
        return (vec![clauses.name().to_owned()], Vec::new());
    }
    let words = clauses.names("serves", "a name or glob", report);
    let mut exact = Vec::new();
    let mut globs = Vec::new();
    for word in words.unwrap_or_default() {
        if word.text.is_empty() || word.text.len() > MAX_NAME_BYTES || word.text.chars().any(char::is_control)
        {
            let message = format!("a served name has 1 to {MAX_NAME_BYTES} bytes and no control characters");
            report.error(Code::BAD_VALUE, word.span, message, "");
            continue;
        }
        match word.text.contains('*') {
            true => globs.push(word.text),
            false => exact.push(word.text),
        }
    }
    (exact, globs)
}

/// One name or glob and who claims it.
#[derive(Clone, Copy)]
struct Claim<'a> {
    name: &'a str,
    owner: &'a str,
    span: Span,
}

/// Reports names that two models or pools claim in the same way: the same exact name, or globs that one name fits.
pub(super) fn refuse_ties(models: &[Model], pools: &[Pool], report: &mut Report) {
    let models = models.iter().map(|model| {
        (
            model.name.as_str(),
            model.span,
            &model.serves,
            &model.serves_globs,
        )
    });
    let pools = pools
        .iter()
        .map(|pool| (pool.name.as_str(), pool.span, &pool.serves, &pool.serves_globs));
    let mut exact: BTreeMap<&str, Claim<'_>> = BTreeMap::new();
    let mut globs: Vec<Claim<'_>> = Vec::new();
    for (owner, span, names, own_globs) in models.chain(pools) {
        for name in names {
            let claim = Claim { name, owner, span };
            match exact.get(name.as_str()) {
                Some(first) if first.owner != owner => report.push(tie(claim, *first)),
                Some(_) => {}
                None => {
                    exact.insert(name, claim);
                }
            }
        }
        globs.extend(own_globs.iter().map(|name| Claim { name, owner, span }));
    }
    refuse_glob_ties(globs, report);
}

fn refuse_glob_ties(mut globs: Vec<Claim<'_>>, report: &mut Report) {
    if let Some(beyond) = globs.get(MAX_GLOBS) {
        let message = format!("a policy serves at most {MAX_GLOBS} globs, not {}", globs.len());
        report.error(Code::TOO_LARGE, beyond.span, message, "too many with this one");
        return;
    }
    globs.sort_by_key(|claim| (prefix(claim.name), claim.name, claim.span));
    for (index, first) in globs.iter().enumerate() {
        let overlapping = globs
            .iter()
            .skip(index + 1)
            .take_while(|second| prefix(second.name).starts_with(prefix(first.name)))
            .filter(|second| second.owner != first.owner && overlap(first.name, second.name));
        for second in overlapping {
            let (earlier, later) = match first.span <= second.span {
                true => (first, second),
                false => (second, first),
            };
            report.push(tie(*later, *earlier));
        }
    }
}

fn tie(later: Claim<'_>, earlier: Claim<'_>) -> Diagnostic {
    let message = match later.name == earlier.name {
        true => format!(
            "`{}` and `{}` both serve `{}`",
            earlier.owner, later.owner, later.name
        ),
        false => format!(
            "`{}` of `{}` and `{}` of `{}` serve names in common",
            earlier.name, earlier.owner, later.name, later.owner
        ),
    };
    Diagnostic::error(Code::AMBIGUOUS_NAME, message)
        .at(later.span, format!("serves `{}`", later.name))
        .also(earlier.span, format!("serves `{}`", earlier.name))
        .help("let `serves` of one of them leave it out")
}

/// What stands before the first `*`.
fn prefix(glob: &str) -> &str {
    glob.split('*').next().unwrap_or_default()
}

/// Whether any text fits both globs: both are read at once, and `*` of either may take what the other has next.
pub(super) fn overlap(left: &str, right: &str) -> bool {
    let right = right.as_bytes();
    let mut reachable = vec![false; right.len() + 1];
    // `reachable[j]`: some text fits what is read of `left` and the first `j` bytes of `right`.
    reachable[0] = true;
    spread(&mut reachable, right, None);
    for byte in left.as_bytes() {
        let before = std::mem::replace(&mut reachable, vec![false; right.len() + 1]);
        for (j, _) in before.iter().enumerate().filter(|(_, reached)| **reached) {
            match (byte, right.get(j)) {
                (b'*', _) => reachable[j] = true,
                (_, Some(b'*')) => reachable[j] = true,
                (one, Some(other)) if one == other => reachable[j + 1] = true,
                _ => {}
            }
        }
        spread(&mut reachable, right, Some(*byte));
    }
    reachable.last().copied().unwrap_or_default()
}

/// Goes on in `right` without reading more of `left`: over a `*` that takes nothing, and, where `left` has just read a
/// `*`, over anything.
fn spread(reachable: &mut [bool], right: &[u8], read: Option<u8>) {
    for (j, byte) in right.iter().enumerate() {
        if reachable[j] && (*byte == b'*' || read == Some(b'*')) {
            reachable[j + 1] = true;
        }
    }
}
