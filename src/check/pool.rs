//! `pool`: several models behind one name.

use super::clauses::{Clauses, without};
use super::fact::Term;
use super::fact_key::{Asked, fact_key};
use super::items::Items;
use super::names::Names;
use super::report::Report;
use super::{serving, settings};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Register;
use crate::model::{ModelId, Named, Pick, Pool};
use crate::source::Span;
use crate::syntax::ast::{Block, Word};

/// Largest weight of a member.
const MAX_WEIGHT: u64 = 1_000_000;

/// Most members of a pool.
const MAX_MEMBERS: usize = 1_000;

/// The facts that members may be picked by.
pub(super) struct Facts<'a> {
    /// All facts.
    pub(super) register: &'a Register,
    /// Their names, of which those that are used are marked.
    pub(super) terms: &'a mut Names<Term>,
}

/// The pool that a block declares. Parts with errors are left out.
pub(super) fn pool(
    block: &Block,
    names: &mut Names<Named>,
    facts: &mut Facts<'_>,
    report: &mut Report,
) -> Pool {
    let mut clauses = Clauses::new(block);
    let (serves, serves_globs) = serving::served_names(&mut clauses, report);
    if !clauses.has("members") {
        clauses.missing("members", "members [NAME, NAME]", report);
    }
    let members = clauses
        .read("members", report, |items, report| members(items, names, report))
        .unwrap_or_default();
    let pool = Pool {
        name: clauses.name().to_owned(),
        pick: pick(&mut clauses, facts, report).unwrap_or(Pick::First),
        members: members
            .iter()
            .map(|member| {
                (
                    member.model,
                    member.weight.as_ref().map_or(1, |(weight, _)| *weight),
                )
            })
            .collect(),
        serves,
        serves_globs,
        span: clauses.span(),
    };
    if pool.pick != Pick::Weighted
        && let Some((_, word)) = members.iter().find_map(|member| member.weight.as_ref())
    {
        let message = format!("weights have no effect with `pick {}`", pool.pick.name());
        report.push(
            Diagnostic::warning(Code::WITHOUT_EFFECT, message)
                .at(word.span, "")
                .help("write `pick weighted`, or leave the weights out"),
        );
    }
    clauses.finish(report);
    pool
}

fn pick(clauses: &mut Clauses<'_>, facts: &mut Facts<'_>, report: &mut Report) -> Option<Pick> {
    const WANTED: &str = "`first`, `round-robin`, `random`, `weighted`, `least-busy`, `fastest`, `cheapest`, \
                          `sticky by FACT` or `prefix`";
    clauses.read("pick", report, |items, report| {
        let word = items.name(WANTED, report)?;
        if word.text == "sticky" {
            items.expect_word("by", report)?;
            let by = items.name("a fact", report)?;
            let asked = Asked {
                subject: "`sticky` keeps by",
                otherwise: None,
            };
            return fact_key(&by, asked, facts.register, facts.terms, report).map(Pick::Sticky);
        }
        let pick = Pick::WORDS.into_iter().find(|pick| pick.name() == word.text);
        if pick.is_none() {
            let known = Pick::WORDS.map(Pick::name).into_iter().chain(["sticky"]);
            settings::unknown_word(&word, "pick", WANTED, known, report);
            items.abandon();
        }
        pick
    })
}

/// A member as written: the weight with its place.
struct Member {
    name: Word,
    model: ModelId,
    weight: Option<(u32, Word)>,
}

impl Member {
    /// The last word of it.
    fn end(&self) -> Span {
        self.weight
            .as_ref()
            .map_or(self.name.span, |(_, weight)| weight.span)
    }
}

fn members(items: &mut Items<'_>, names: &mut Names<Named>, report: &mut Report) -> Option<Vec<Member>> {
    const WANTED: &str = "a list of models such as `[a, b]`";
    let span = items.peek()?.span;
    let entries = items.list(WANTED, report)?;
    if entries.is_empty() || entries.len() > MAX_MEMBERS {
        let message = format!("a pool has 1 to {MAX_MEMBERS} members, not {}", entries.len());
        report.error(Code::BAD_VALUE, span, message, "");
        return None;
    }
    let mut members: Vec<Member> = Vec::with_capacity(entries.len());
    for mut entry in entries {
        let member = member(&mut entry, names, report);
        entry.finish(report);
        let Some(member) = member else { continue };
        if let Some(first) = members.iter().find(|other| other.model == member.model) {
            let message = format!("`{}` stands twice in `members`", member.name.text);
            let diagnostic = Diagnostic::error(Code::DUPLICATE_ENTRY, message)
                .at(member.name.span, "again here")
                .also(first.name.span, "first here");
            let weighted = member.weight.is_some() || first.weight.is_some();
            let before = members.last().map(Member::end).filter(|_| !weighted);
            report.push(without(diagnostic, before, member.name.span));
        }
        members.push(member);
    }
    Some(members)
}

fn member(entry: &mut Items<'_>, names: &mut Names<Named>, report: &mut Report) -> Option<Member> {
    let name = entry.name("the name of a model", report)?;
    let named = names.resolve(&name, report);
    let weight = entry.peek().map(|item| item.span);
    let weight = match weight {
        Some(span) => {
            let weight = entry.count("a weight", 1..=MAX_WEIGHT, report)?;
            let word = Word {
                text: weight.to_string(),
                span,
            };
            Some((u32::try_from(weight).ok()?, word))
        }
        None => None,
    };
    match named? {
        Named::Model(model) => Some(Member { name, model, weight }),
        Named::Pool(_) => {
            let message = format!("`{}` is a pool, and the members of a pool are models", name.text);
            report.push(
                Diagnostic::error(Code::BAD_VALUE, message)
                    .at(name.span, "a pool")
                    .help("list its members instead"),
            );
            None
        }
    }
}
