//! `split by FACT { a 90% b 10% }`.

use super::conditions::Conditions;
use super::fact_key::{Asked, fact_key};
use super::items::Items;
use super::names::Names;
use super::report::Report;
use super::route::choice;
use crate::diagnostic::Code;
use crate::model::{Named, Split, SplitArm, SplitKey};
use crate::quantity::Share;
use crate::source::Span;
use crate::syntax::ast::{ItemKind, Word};

/// What stands in the braces of a split.
const ARMS: &str = "arms such as `{ a 90% b 10% }`";

/// Most arms of a split.
const MAX_ARMS: usize = 100;

/// The split behind the word `split`, which stands at `span`.
pub(super) fn split(
    items: &mut Items<'_>,
    span: Span,
    conditions: &mut Conditions<'_>,
    named: &mut Names<Named>,
    report: &mut Report,
) -> Option<Split> {
    if let Some(braces) = items
        .peek()
        .filter(|item| matches!(item.kind, ItemKind::Braces(_)))
    {
        report.error(
            Code::BAD_VALUE,
            braces.span,
            "a split draws by something: `split by user { … }`, or `split by request { … }` to draw anew for each request",
            "`by` and a fact stand before this",
        );
        // They are not complained of once more.
        items.braces(ARMS, report)?;
        return None;
    }
    items.expect_word("by", report)?;
    let by = items.name("a fact, or `request`", report)?;
    let braces = items.peek().map_or(span, |item| item.span);
    let mut inner = items.braces(ARMS, report)?;
    let by = key(&by, conditions, report);
    let (arms, names) = arms(&mut inner, named, report)?;
    super::clauses::refuse_repeated(&names, "split", report);
    check_sum(&arms, names.len(), braces, report);
    Some(Split {
        by: by?,
        arms,
        span: span.to(braces),
    })
}

fn key(by: &Word, conditions: &mut Conditions<'_>, report: &mut Report) -> Option<SplitKey> {
    if by.text == "request" {
        return Some(SplitKey::Request);
    }
    let asked = Asked {
        subject: "a split draws by",
        otherwise: Some("request"),
    };
    fact_key(by, asked, conditions.facts, conditions.terms, report).map(SplitKey::Fact)
}

fn arms(
    inner: &mut Items<'_>,
    named: &mut Names<Named>,
    report: &mut Report,
) -> Option<(Vec<SplitArm>, Vec<Word>)> {
    let (mut arms, mut names) = (Vec::new(), Vec::new());
    while !inner.is_empty() {
        let name = inner.name("a model or pool", report)?;
        if name.text == "split" && inner.at_word("by") {
            report.error(Code::BAD_VALUE, name.span, "a split stands in no split", "");
            return None;
        }
        let share = inner.percent(report)?;
        let choice = choice(&name, named, report);
        arms.extend(choice.map(|choice| SplitArm { choice, share }));
        if names.len() == MAX_ARMS {
            let message = format!("a split has at most {MAX_ARMS} arms");
            report.error(Code::TOO_LARGE, name.span, message, "too many with this one");
            return None;
        }
        names.push(name);
    }
    Some((arms, names))
}

/// Reports shares that do not sum to the whole; not where an arm is left out for an error.
fn check_sum(arms: &[SplitArm], written: usize, span: Span, report: &mut Report) {
    if arms.len() < written {
        return;
    }
    let sum: u32 = arms.iter().map(|arm| u32::from(arm.share.basis_points())).sum();
    let whole = u32::from(Share::WHOLE);
    if sum == whole {
        return;
    }
    let shown = |points: u32| match points % 100 {
        0 => format!("{}%", points / 100),
        part => format!("{}.{part:02}%", points / 100),
    };
    let missing = match sum < whole {
        true => format!("{} is missing", shown(whole - sum)),
        false => format!("{} too much", shown(sum - whole)),
    };
    let message = format!("the shares of a split sum to 100%, and these to {}", shown(sum));
    report.error(Code::SPLIT_SUM, span, message, &missing);
}
